import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { quote } from "@bootlace/dhcp-core";
import type { TreeFile } from "../catalogue/tree.ts";
import { head, look } from "./files.ts";
import { finding, type Place, type TreeFinding } from "./findings.ts";
import { missingIn, readLoader, readModule } from "./pxelinux.ts";
import { type PxelinuxFile, parsePxelinuxConfig } from "./pxelinux-config.ts";

/** Larger than any PXELINUX or module of it. */
const largestLoader = 1024 * 1024;
const largestConfig = 1024 * 1024;
const mostConfigs = 1000;
/** The names PXELINUX requests: the UUID, the MAC address after its type, the IP address in hex and its prefixes, `default`. */
const askedFor = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|01(-[0-9a-f]{2}){6}|[0-9A-F]{1,8}|default)$/;

/** Checks each PXELINUX of the root with its module, and the files named in its configurations. */
export async function checkPxelinux(root: string, files: readonly TreeFile[]): Promise<TreeFinding[]> {
  const findings: TreeFinding[] = [];
  const folders = new Set<string>();
  for (const { path } of files) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (!/^l?pxelinux\.0$/i.test(name)) continue;
    findings.push(...(await checkModule(root, path)));
    folders.add(dirname(path));
  }
  for (const folder of folders) findings.push(...(await checkConfigs(root, folder)));
  return findings;
}

async function checkModule(root: string, path: string): Promise<TreeFinding[]> {
  const place: Place = { file: join(root, path), line: 0, column: 0, path: "" };
  const bytes = await head(join(root, path), largestLoader);
  const loader = bytes === undefined ? undefined : readLoader(bytes);
  // Before 5.00 the loader needed no module (Syslinux NEWS, "Changes in 5.00").
  if (loader === undefined || Number.parseInt(loader.version, 10) < 5) return [];
  const found = await look(root, join(dirname(path), "ldlinux.c32"));
  const shown = `PXELINUX ${loader.version}`;
  const remedy = `Copy ldlinux.c32 of Syslinux ${loader.version} for BIOS into the same folder`;
  if (found.kind === "missing" || found.kind === "unusable") {
    const why = found.kind === "unusable" ? `: ${found.why}` : "";
    return [finding("T005", place, `${shown} stops without ldlinux.c32 in its folder${why}`, remedy)];
  }
  const module = readModule((await head(found.path, largestLoader)) ?? new Uint8Array());
  const modulePlace = { ...place, file: found.path };
  if (module.kind === "uefi") {
    return [finding("T006", modulePlace, `this ldlinux.c32 is for UEFI, but ${shown} runs on BIOS`, remedy)];
  }
  if (module.kind !== "bios") {
    const whats = { com32r: "older than Syslinux 5", "cut-short": "truncated", unknown: "not a Syslinux module" };
    const what = whats[module.kind];
    return [finding("T006", modulePlace, `this ldlinux.c32 is ${what}, but the loader is ${shown}`, remedy)];
  }
  if (module.version !== undefined && module.version !== loader.version) {
    return [
      finding(
        "T006",
        modulePlace,
        `this ldlinux.c32 has version ${module.version}, but the loader is ${shown}`,
        remedy,
      ),
    ];
  }
  const missing = loader.core === undefined ? [] : missingIn(loader.core, module);
  if (missing.length === 0) return [];
  const names = missing.slice(0, 3).map(quote).join(", ");
  const more = missing.length > 3 ? ` and ${missing.length - 3} more` : "";
  const problem = `this ldlinux.c32 has another version: it needs ${names}${more}, which ${shown} lacks`;
  return [finding("T006", modulePlace, problem, remedy)];
}

async function checkConfigs(root: string, folder: string): Promise<TreeFinding[]> {
  const directory = join(root, folder, "pxelinux.cfg");
  const names = (await readdir(directory).catch((): string[] => [])).sort().slice(0, mostConfigs);
  const findings: TreeFinding[] = [];
  for (const name of names) {
    const file = join(directory, name);
    // Opening a named pipe would block.
    const found = await look(root, join(folder, "pxelinux.cfg", name));
    if (found.kind === "unusable" && askedFor.test(name)) {
      const place: Place = { file, line: 0, column: 0, path: "" };
      const problem = `this configuration cannot be served: ${found.why}`;
      findings.push(finding("T002", place, problem, "Make it a readable file in the root"));
    }
    const text = found.kind === "file" ? await head(file, largestConfig) : undefined;
    if (text === undefined) continue;
    for (const named of parsePxelinuxConfig(Buffer.from(text).toString("utf8"))) {
      findings.push(...(await checkNamed(root, folder, file, named)));
    }
  }
  return findings;
}

async function checkNamed(root: string, folder: string, file: string, named: PxelinuxFile): Promise<TreeFinding[]> {
  const { name, line, column, keyword } = named;
  const place: Place = { file, line, column, path: "" };
  const shown = quote(name);
  const findings: TreeFinding[] = [];
  if (keyword === "kernel" && /\.bin$/i.test(name)) {
    const problem = `${shown} ends in .bin, so PXELINUX treats it as a boot sector, not as a kernel`;
    findings.push(finding("T007", place, problem, "Rename it without .bin, or write LINUX instead of KERNEL"));
  }
  // Another server, a URL, or options of the loader: not a file in the root.
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name) || /^[^/]*::/.test(name)) return findings;
  const path = name.startsWith("/") ? name : `${folder}/${name}`;
  const endings = keyword === "kernel" && !/\.[^/.]*$/.test(name) ? ["", ".cbt", ".0", ".com", ".c32"] : [""];
  for (const ending of endings) {
    const found = await look(root, `${path}${ending}`);
    if (found.kind === "file") return findings;
    if (found.kind === "other-case") {
      const problem = `${shown} is called ${quote(found.name)} on disk`;
      const remedy = "Bootlace serves it anyway; other servers do not";
      return [...findings, finding("T003", place, problem, remedy)];
    }
    if (found.kind === "unusable") {
      const problem = `${shown} cannot be served: ${found.why}`;
      return [...findings, finding("T002", place, problem, "Make it a readable file in the root")];
    }
  }
  const remedy = "Copy the file there, or correct the name; names are relative to the folder of pxelinux.0";
  return [...findings, finding("T001", place, `${shown} is not in the root ${root}`, remedy)];
}
