import { quote } from "@bootlace/dhcp-core";
import { folderOf, loaderFolder, pathFrom } from "../catalogue/contents/reading.ts";
import { missingIn, readLoader, readModule } from "../catalogue/contents/syslinux-binaries.ts";
import type { FileNeed } from "../catalogue/file-facts.ts";
import type { Tree } from "./contents.ts";
import { finding, type TreeFinding } from "./findings.ts";
import { firstOf, type Naming, placeOf } from "./needs.ts";

interface ModuleWalk {
  /** Where the module is. */
  readonly path: string;
  /** For which the loader is; undefined where both lie in the folder. */
  readonly platform: "bios" | "uefi" | undefined;
  readonly seen: Set<string>;
}

/**
 * A module of Syslinux, and the libraries that it needs: for the loader's platform, and there. Libraries are looked for
 * in the loader's folder and in those of PATH, not beside the module (Syslinux doc/syslinux.txt, "PATH").
 */
export async function checkModule(
  tree: Tree,
  naming: Naming,
  need: Pick<FileNeed, "name" | "line">,
  { path, platform, seen }: ModuleWalk,
): Promise<TreeFinding[]> {
  const key = `module\0${path}\0${platform ?? ""}`;
  if (seen.has(key)) return [];
  seen.add(key);
  const findings: TreeFinding[] = [];
  const { kind } = readModule(await tree.whole(path));
  const place = placeOf(tree, naming, need);
  if (platform !== undefined && (kind === "bios" || kind === "uefi") && kind !== platform) {
    const [is, wanted] = kind === "uefi" ? ["UEFI", "BIOS"] : ["BIOS", "UEFI"];
    const problem = `${quote(need.name)} is a module for ${is}, and the loader in this folder runs on ${wanted}`;
    findings.push(finding("T004", place, problem, `Copy the module of the same Syslinux for ${wanted}`));
  }
  const { path: own, folder } = naming;
  const from = loaderFolder({ path: own, ...(folder === undefined ? {} : { folder }) });
  const folders = [from, ...pathsOf(naming.lines).map((each) => pathFrom("", `${from}/${each}`))];
  for (const library of (await tree.facts(path))?.needs ?? []) {
    const places = folders.map((each) => pathFrom(each, library.name));
    const [found, where] = await firstOf(tree, places);
    if (found.kind === "file" || found.kind === "other-case") {
      findings.push(
        ...(await checkModule(tree, naming, { ...need, name: library.name }, { path: where, platform, seen })),
      );
      continue;
    }
    const beside = pathFrom(folderOf(path), library.name);
    const isBeside = (await tree.look(beside)).kind === "file" && !places.includes(beside);
    const remedy = isBeside
      ? `Add the line: PATH ${folderOf(path)}`
      : `Copy ${library.name} of the same Syslinux into the folder of the loader`;
    const problem = `${quote(need.name)} does not start without ${library.name}, which is missing`;
    findings.push(finding("T016", place, problem, remedy));
  }
  if (findings.length === 0 && platform === "bios" && kind === "bios") {
    const odd = await foreignSymbols(tree, path, folders);
    if (odd.length > 0) {
      const problem = `${quote(need.name)} is of another version than the loader: it needs ${odd.slice(0, 3).map(quote).join(", ")}`;
      findings.push(finding("T006", place, problem, "Copy all modules from the Syslinux of the loader"));
    }
  }
  return findings;
}

/** Symbols that a module needs and neither the loader nor the module's libraries have. */
async function foreignSymbols(tree: Tree, path: string, folders: readonly string[]): Promise<string[]> {
  const module = readModule(await tree.whole(path));
  const [from = ""] = folders;
  const names = ["pxelinux.0", "lpxelinux.0", "gpxelinux.0"].map((name) => pathFrom(from, name));
  const [, loader] = await firstOf(tree, names);
  const core = readLoader(await tree.whole(loader))?.core;
  if (core === undefined) return [];
  const parts = [core];
  const waiting = [pathFrom(from, "ldlinux.c32"), path];
  const taken = new Set<string>();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (taken.has(next) || taken.size > mostLibraries) continue;
    taken.add(next);
    if (next !== path) parts.push(await tree.whole(next));
    for (const { name } of (await tree.facts(next))?.needs ?? []) {
      waiting.push(
        (
          await firstOf(
            tree,
            folders.map((each) => pathFrom(each, name)),
          )
        )[1],
      );
    }
  }
  // What Lua offers is there when a script of Lua loads the module, and only then.
  return missingIn(Buffer.concat(parts), module).filter((name) => !/^luaL?_/.test(name));
}

const mostLibraries = 32;

/** The folders of PATH, which counts from the loader's own. */
function pathsOf(lines: readonly string[]): string[] {
  return lines.flatMap((line) => /^\s*path\s+(\S+)/i.exec(line)?.[1]?.split(/[:\s]/) ?? []).filter(Boolean);
}
