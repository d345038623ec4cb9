import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { quote } from "@bootlace/dhcp-core";
import { missingIn, readLoader, readModule } from "../catalogue/contents/syslinux-binaries.ts";
import type { Tree } from "./contents.ts";
import { head, look } from "./files.ts";
import { finding, type Place, type TreeFinding } from "./findings.ts";
import { type configWalk, emptyConfig } from "./loader-files.ts";

/** Larger than any PXELINUX or module of it. */
const largestLoader = 1024 * 1024;
const mostConfigs = 1000;
/** The names PXELINUX requests: the UUID, the MAC address after its type, the IP address in hex and its prefixes, `default`. */
const askedFor = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|01(-[0-9a-f]{2}){6}|[0-9A-F]{1,8}|default)$/i;

/** A MAC address as the name of a configuration, and not as PXELINUX requests it. */
const macName = /^(?:01[:-]?)?([0-9a-f]{2}(?:([:-]?)[0-9a-f]{2}(?:\2[0-9a-f]{2}){4}))$/i;

const biosLoader = /(^|\/)(l|g)?pxelinux\.0$/i;
const uefiLoader = /(^|\/)syslinux[^/]*\.efi$/i;

/**
 * Each PXELINUX and each SYSLINUX for UEFI of the tree with its core module, and all that its configurations name.
 * @param elsewhere configurations may be in folders of clients, which cannot be looked into
 */
export async function checkPxelinux(
  tree: Tree,
  walk: ReturnType<typeof configWalk>,
  { elsewhere }: { readonly elsewhere: boolean },
): Promise<TreeFinding[]> {
  const findings: TreeFinding[] = [];
  const loaders = tree.files.filter(
    ({ path, flaw }) => flaw === undefined && (biosLoader.test(path) || uefiLoader.test(path)),
  );
  for (const { path } of loaders) {
    findings.push(...(biosLoader.test(path) ? await checkCore(tree.root, path) : await checkUefiCore(tree, path)));
  }
  const folders = new Map<string, Set<"bios" | "uefi" | undefined>>();
  for (const { path, machine } of loaders) {
    const folder = dirname(path) === "." ? "" : dirname(path);
    const platforms = folders.get(folder) ?? new Set();
    // Modules for 32-bit UEFI look like those for BIOS.
    const platform = biosLoader.test(path) ? "bios" : machine === "x64" ? "uefi" : undefined;
    folders.set(folder, platforms.add(platform));
  }
  for (const [folder, platforms] of folders) {
    const loader = loaders.find(({ path }) => dirname(path) === (folder || "."))?.path ?? "";
    const [platform] = platforms.size === 1 ? platforms : [];
    findings.push(...(await checkConfigs(tree, walk, { folder, loader, platform, elsewhere })));
  }
  return findings;
}

/** SYSLINUX for UEFI fetches its core under a name that says the machine. */
async function checkUefiCore(tree: Tree, path: string): Promise<TreeFinding[]> {
  const [need] = (await tree.facts(path))?.needs ?? [];
  if (need?.path === undefined) return [];
  const found = await tree.look(need.path);
  if (found.kind === "file" || found.kind === "other-case") return [];
  const place: Place = { file: join(tree.root, path), line: 0, column: 0, path: "" };
  const remedy = `Copy ${need.name} of the same Syslinux into the same folder`;
  return [finding("T016", place, `SYSLINUX for UEFI stops without ${need.name} next to it`, remedy)];
}

async function checkCore(root: string, path: string): Promise<TreeFinding[]> {
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

interface ConfigFolder {
  readonly folder: string;
  readonly loader: string;
  readonly platform: "bios" | "uefi" | undefined;
  readonly elsewhere: boolean;
}

async function checkConfigs(
  tree: Tree,
  walk: ReturnType<typeof configWalk>,
  { folder, loader, platform, elsewhere }: ConfigFolder,
): Promise<TreeFinding[]> {
  const directory = join(folder, "pxelinux.cfg");
  const names = (await readdir(join(tree.root, directory)).catch((): string[] => [])).sort().slice(0, mostConfigs);
  const findings: TreeFinding[] = [];
  for (const name of names) {
    // Opening a named pipe would block.
    const found = await tree.look(join(directory, name));
    if (found.kind === "unusable" && askedFor.test(name)) {
      const place: Place = { file: join(tree.root, directory, name), line: 0, column: 0, path: "" };
      const problem = `this configuration cannot be served: ${found.why}`;
      findings.push(finding("T002", place, problem, "Make it a readable file in the root"));
    }
    const mac = found.kind === "file" && !askedFor.test(name) ? macName.exec(name)?.[1] : undefined;
    if (mac !== undefined) {
      const place: Place = { file: join(tree.root, directory, name), line: 0, column: 0, path: "" };
      const wanted = `01-${mac
        .toLowerCase()
        .replaceAll(/[:-]/g, "")
        .replace(/..(?!$)/g, "$&-")}`;
      const problem = `no loader requests this configuration: the one for this machine must be called ${quote(wanted)}`;
      findings.push(finding("T015", place, problem, `Rename it to ${wanted}`));
    }
    if (found.kind === "file" && askedFor.test(name))
      findings.push(...(await emptyConfig(tree, join(directory, name))));
    if (found.kind === "file") findings.push(...(await walk(join(directory, name), folder, platform)));
  }
  if (elsewhere || names.some((name) => askedFor.test(name) || macName.test(name))) return findings;
  const place: Place = { file: join(tree.root, loader), line: 0, column: 0, path: "" };
  const problem = `${quote(loader)} does not find its configuration: ${quote(join(directory, "default"))} is missing`;
  return [...findings, finding("T015", place, problem, "Create it: it names the kernel and its initrd")];
}
