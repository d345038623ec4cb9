import { join } from "node:path";
import { quote } from "@bootlace/dhcp-core";
import { pathFrom } from "../catalogue/contents/reading.ts";
import type { ConfigLoader, FileFacts, FileNeed } from "../catalogue/file-facts.ts";
import { fileFormats } from "../catalogue/file-formats.ts";
import { otherUBootStart } from "../catalogue/uboot-starts.ts";
import type { Tree } from "./contents.ts";
import type { Looked } from "./files.ts";
import { finding, type Place, type TreeFinding } from "./findings.ts";

/** A file that names others. */
export interface Naming {
  readonly path: string;
  readonly loader: ConfigLoader | undefined;
  /** From which names in it count. */
  readonly folder: string | undefined;
  /** Its lines, where it is a text. */
  readonly lines: readonly string[];
}

const usable = "Make it a readable file in the root";
const again = "Copy it again";

/** Looks for one file that another names: there, readable, spelt so, and of use to its loader. */
export async function checkNeed(tree: Tree, naming: Naming, need: FileNeed): Promise<TreeFinding[]> {
  if (need.path === undefined) return [];
  const shown = quote(need.name);
  const place = placeOf(tree, naming, need);
  const [found, path] = await firstOf(tree, [need.path, ...(need.otherwise ?? [])]);
  switch (found.kind) {
    case "unusable":
      return need.optional ? [] : [finding("T002", place, `${shown} cannot be served: ${found.why}`, usable)];
    case "missing":
      return mayBeMissing(naming, need) ? [] : [await missing(tree, naming, need, place)];
    case "file":
      return [
        ...checkContent(await tree.facts(path), need.role, shown, place, unpacks(naming)),
        ...checkStart(need, await tree.facts(path), place),
      ];
    case "other-case": {
      const problem = `${shown} is called ${quote(found.name)} on disk`;
      const other = finding("T003", place, problem, "Bootlace serves it anyway; other servers do not");
      return [other, ...checkContent(await tree.facts(path), need.role, shown, place, unpacks(naming))];
    }
  }
}

/** PXELINUX takes a kernel as it is. U-Boot, which reads its configurations as well and from the root, unpacks one. */
function unpacks({ loader, folder }: Naming): boolean {
  return loader !== "pxelinux" || folder === undefined;
}

/**
 * Whether a loader is prepared for a file not to be there. A configuration that is included is meant to be there; so is
 * what an iPXE script names behind something else that may have booted already, unless the line itself goes on without.
 */
function mayBeMissing({ loader, lines }: Naming, { optional, retried, role, line }: FileNeed): boolean {
  if (!optional || retried === true) return false;
  if (loader === "ipxe") return /\|\||&&/.test(lines[line - 1] ?? "");
  return role !== "config" || loader === "raspberry-pi";
}

/** The first of several paths that is there. */
export async function firstOf(tree: Tree, paths: readonly string[]): Promise<readonly [found: Looked, path: string]> {
  let unusable: readonly [Looked, string] | undefined;
  for (const path of paths) {
    const found = await tree.look(path);
    if (found.kind === "file" || found.kind === "other-case") return [found, path];
    if (found.kind === "unusable") unusable ??= [found, path];
  }
  return unusable ?? [{ kind: "missing" }, paths[0] ?? ""];
}

export function placeOf(
  { root }: Tree,
  { path, lines }: Naming,
  { line, name }: Pick<FileNeed, "line" | "name">,
): Place {
  const column = line === 0 ? 0 : (lines[line - 1]?.indexOf(name) ?? -1) + 1;
  return { file: join(root, path), line, column: line === 0 ? 0 : Math.max(1, column), path: "" };
}

async function missing(tree: Tree, naming: Naming, { name, path }: FileNeed, place: Place): Promise<TreeFinding> {
  const shown = quote(name);
  if (naming.loader === "pxelinux" && name.startsWith("/")) {
    const absolute = await tree.look(pathFrom("", name));
    if (absolute.kind === "file" || absolute.kind === "other-case") {
      const problem = `PXELINUX requests ${quote(path ?? "")} for ${shown}: it puts its own folder in front`;
      return finding("T017", place, problem, `Write ::${name}, which counts from the root`);
    }
  }
  return finding("T001", place, `${shown} is not in the root ${tree.root}`, remedies[naming.loader ?? "esxi"]);
}

const put = "Copy the file there, or correct the name";
const remedies: Readonly<Record<ConfigLoader, string>> = {
  pxelinux: `${put}; names count from the folder of pxelinux.0`,
  grub: `${put}; names count from the root`,
  ipxe: `${put}; names count from the folder of the script`,
  "u-boot": put,
  "raspberry-pi": put,
  esxi: put,
  windows: `${put} with bcdedit; names count from the root`,
};

/**
 * What is wrong with a file for the part that it is to play.
 * @param unpacks whether the loader unpacks a kernel
 */
export function checkContent(
  facts: FileFacts | undefined,
  role: FileNeed["role"],
  shown: string,
  place: Place,
  unpacks = true,
): TreeFinding[] {
  if (facts === undefined) return [];
  const { kind, flaw, size, declaredSize } = facts;
  const runs = role === "kernel" || role === "program" || role === "module";
  switch (flaw) {
    case undefined:
      break;
    case "empty":
      return [finding("T012", place, `${shown} is empty`, again)];
    case "cut-short": {
      const of = declaredSize === undefined ? "" : `: it has ${size} bytes of ${declaredSize}`;
      return [finding("T012", place, `${shown} is truncated${of}`, again)];
    }
    case "no-end":
      return [finding("T012", place, `${shown} does not end as such an archive does: it is truncated`, again)];
    case "web-page":
      return [
        finding("T012", place, `${shown} is a web page, not the file that it should be`, "Download the file again"),
      ];
    default:
      return kind === "script" || kind === "config" ? [textFinding(flaw, shown, place)] : [];
  }
  const { format } = facts;
  const packed = format !== undefined && fileFormats[format].sort === "packed";
  if (format !== undefined && role === "kernel" && packed && !unpacks) {
    const problem = `${shown} is ${fileFormats[format].name}, and PXELINUX does not unpack kernels`;
    return [finding("T012", place, problem, "Unpack it, and name the kernel itself")];
  }
  if (format !== undefined && (role === "program" || (role === "kernel" && !packed))) {
    const what = role === "kernel" ? "kernel" : "program";
    return [
      finding("T012", place, `${shown} is ${fileFormats[format].name}, not a ${what}`, `Name the ${what} itself`),
    ];
  }
  if (runs && kind === "text") return [finding("T012", place, `${shown} is text, not a program`, again)];
  return [];
}

/** A kernel in a form for which U-Boot has another command. */
function checkStart({ name, startedBy }: FileNeed, facts: FileFacts | undefined, place: Place): TreeFinding[] {
  if (startedBy === undefined || facts === undefined) return [];
  const wants = otherUBootStart(startedBy, facts);
  if (wants === undefined) return [];
  const form = wants === "booti" ? "a plain Image" : "a zImage";
  const problem = `${quote(name)} is ${form}, and the script starts it by ${startedBy}, which many builds of U-Boot refuse`;
  return [finding("T012", place, problem, `Write ${wants} instead`)];
}

/** What keeps a loader from reading a text. */
export function textFinding(
  flaw: "byte-order-mark" | "utf-16" | "blank-first-line" | "no-ipxe-mark",
  shown: string,
  place: Place,
): TreeFinding {
  const [problem, remedy] = texts[flaw];
  return finding("T013", place, `${shown} ${problem}`, remedy);
}

const texts = {
  "byte-order-mark": ["begins with a byte order mark, which its loader takes for text", "Save it as UTF-8 without BOM"],
  "utf-16": ["is written in UTF-16, which no loader reads", "Save it as UTF-8"],
  "blank-first-line": ["does not begin with #!ipxe: blank space precedes it", "Make #!ipxe its first line"],
  "no-ipxe-mark": ["does not begin with #!ipxe, so iPXE does not take it for a script", "Make #!ipxe its first line"],
} as const;

/** A configuration and the folder from which a loader counts names in it. */
export async function namingOf(tree: Tree, path: string, folder: string | undefined): Promise<Naming> {
  const facts = await tree.facts(path, folder);
  const text =
    facts?.loader === undefined || facts.loader === "windows"
      ? ""
      : Buffer.from(await tree.whole(path)).toString("utf8");
  return { path, loader: facts?.loader, folder, lines: text.split(/\r\n|\n|\r/) };
}
