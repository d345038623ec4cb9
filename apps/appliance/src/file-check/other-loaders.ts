import { join } from "node:path";
import { quote } from "@bootlace/dhcp-core";
import { type PiGeneration, piGenerations, piNeedsWithoutConfig } from "../catalogue/contents/raspberry-pi.ts";
import { folderOf, pathFrom } from "../catalogue/contents/reading.ts";
import type { FileNeed } from "../catalogue/file-facts.ts";
import type { Tree } from "./contents.ts";
import { finding, type Place, type TreeFinding } from "./findings.ts";
import type { configWalk } from "./loader-files.ts";
import { firstOf } from "./needs.ts";

const piNames: Readonly<Record<PiGeneration, string>> = {
  pi1: "Raspberry Pi 1",
  pi2: "Raspberry Pi 2",
  pi3: "Raspberry Pi 3",
  pi4: "Raspberry Pi 4",
  pi5: "Raspberry Pi 5",
};

/**
 * The folder from which a Raspberry Pi starts: firmware and kernel of one generation at least. Where there is the
 * firmware of a generation, its kernel is to be there as well.
 */
export async function checkRaspberryPi(tree: Tree, first: string): Promise<TreeFinding[]> {
  const folder = folderOf(first);
  const config = pathFrom(folder, "config.txt");
  const facts = await tree.facts(config);
  const missing = new Map<PiGeneration, readonly (readonly [need: FileNeed, why?: string])[]>();
  for (const generation of piGenerations) {
    const needs = facts?.loader === "raspberry-pi" ? facts.needs : piNeedsWithoutConfig(generation, folder);
    const wanted = (needs ?? []).filter(({ entry, optional }) => entry === generation && !optional);
    const own = generation === "pi5" ? [...wanted, piFiveTree(folder)] : wanted;
    const absent: (readonly [need: FileNeed, why?: string])[] = [];
    for (const need of own) {
      const [found] = await firstOf(tree, [need.path ?? "", ...(need.otherwise ?? [])]);
      if (found.kind === "unusable") absent.push([need, found.why]);
      if (found.kind === "missing") absent.push([need]);
    }
    if (absent.length === 0) return [];
    missing.set(generation, absent);
  }
  const place: Place = { file: join(tree.root, facts === undefined ? first : config), line: 0, column: 0, path: "" };
  const lists = [...missing].map(([generation, needs]) => {
    return `${piNames[generation]}: ${needs.map(shown).join(", ")}`;
  });
  const problem = `no Raspberry Pi starts from this folder. Missing for ${lists.join("; for ")}`;
  return [finding("T016", place, problem, "Copy the whole boot partition of the Raspberry Pi into this folder")];
}

function shown([{ path, name }, why]: readonly [FileNeed, string?]): string {
  return `${quote(path ?? name)}${why === undefined ? "" : ` (${why})`}`;
}

/** A Raspberry Pi 5 starts no system that has no device tree for it (Raspberry Pi documentation, `os_check`). */
function piFiveTree(folder: string): FileNeed {
  const [path = "", ...otherwise] = ["5-b", "500", "cm5-cm5io", "cm5l-cm5io"].map((model) =>
    pathFrom(folder, `bcm2712-rpi-${model}.dtb`),
  );
  return { name: "bcm2712-rpi-5-b.dtb", path, otherwise, role: "image", optional: false, line: 0 };
}

/** The loader of ESXi reads boot.cfg from its own folder. */
export async function checkEsxi(tree: Tree, path: string, walk: ReturnType<typeof configWalk>): Promise<TreeFinding[]> {
  const config = pathFrom(folderOf(path), "boot.cfg");
  const found = await tree.look(config);
  if (found.kind === "file" || found.kind === "other-case") return walk(config);
  const place: Place = { file: join(tree.root, path), line: 0, column: 0, path: "" };
  const problem = `${quote(path)} finds no configuration: ${quote(config)} is missing`;
  return [finding("T015", place, problem, "Copy boot.cfg of the installer into the same folder")];
}

/** What starts the Windows Boot Manager over the network, which reads `\\Boot\\BCD` from the root. */
const windowsLoaders = ["pxeboot.n12", "pxeboot.com", "bootmgr.exe"];

/** The BCD of a tree that boots Windows without wimboot, and what it names. */
export async function checkWindows(tree: Tree, walk: ReturnType<typeof configWalk>): Promise<TreeFinding[]> {
  const [loader] = await firstOf(tree, windowsLoaders);
  if (loader.kind !== "file" && loader.kind !== "other-case") return [];
  const bcd = await tree.look("Boot/BCD");
  return bcd.kind === "file" || bcd.kind === "other-case" ? walk("Boot/BCD") : [];
}
