import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { quote } from "@bootlace/dhcp-core";
import type { Tree } from "./contents.ts";
import { finding, type TreeFinding } from "./findings.ts";
import { type configWalk, emptyConfig } from "./loader-files.ts";
import { firstOf, namingOf, placeOf } from "./needs.ts";

/** Scripts and configurations for which U-Boot looks in the root, whatever it was offered. */
const fixedNames = ["boot.scr.uimg", "boot.scr", "extlinux/extlinux.conf"] as const;
const folder = "pxelinux.cfg";
const mostConfigs = 1000;

/** The last names of U-Boot's search carry the processor (doc/README.pxe, "pxe get"), and its kernels are for that one. */
const processors: readonly (readonly [name: RegExp, machine: RegExp, what: string])[] = [
  [/^default-arm/i, /^arm/, "ARM"],
  [/^default-riscv/i, /^riscv/, "RISC-V"],
  [/^default-x86/i, /^x(64|86)$/, "x86"],
];

/** What U-Boot finds in the root: its script, extlinux.conf, and the configurations of its `pxe` command. */
export async function checkUBoot(tree: Tree, walk: ReturnType<typeof configWalk>): Promise<TreeFinding[]> {
  const findings: TreeFinding[] = [];
  let isUBoot = false;
  for (const path of fixedNames) {
    isUBoot ||= (await tree.look(path)).kind === "file";
    findings.push(...(await emptyConfig(tree, path)), ...(await noImage(tree, path)), ...(await walk(path)));
  }
  const names = (await readdir(join(tree.root, folder)).catch((): string[] => [])).sort().slice(0, mostConfigs);
  for (const name of names) {
    const path = `${folder}/${name}`;
    const processor = processors.find(([pattern]) => pattern.test(name));
    if ((processor === undefined && !isUBoot) || (await tree.look(path)).kind !== "file") continue;
    findings.push(...(await emptyConfig(tree, path)), ...(await walk(path)));
    if (processor !== undefined) findings.push(...(await otherKernels(tree, path, processor)));
  }
  return findings;
}

/** U-Boot runs a script only as an image of mkimage: "Wrong image format". */
async function noImage(tree: Tree, path: string): Promise<TreeFinding[]> {
  const kind = (await tree.facts(path))?.kind;
  if (!path.startsWith("boot.scr") || (kind !== "text" && kind !== "web-page")) return [];
  const place = { file: join(tree.root, path), line: 0, column: 0, path: "" };
  const what = kind === "text" ? "plain text" : "a web page";
  const remedy = "Make an image of the text with mkimage -T script";
  return [finding("T012", place, `${quote(path)} is ${what}, and U-Boot runs only a script image`, remedy)];
}

async function otherKernels(
  tree: Tree,
  path: string,
  [, own, what]: (typeof processors)[number],
): Promise<TreeFinding[]> {
  const findings: TreeFinding[] = [];
  const naming = await namingOf(tree, path, undefined);
  for (const need of (await tree.facts(path))?.needs ?? []) {
    if (need.role !== "kernel" || need.path === undefined) continue;
    const [, kernel] = await firstOf(tree, [need.path, ...(need.otherwise ?? [])]);
    const machine = (await tree.facts(kernel))?.machine;
    if (machine === undefined || own.test(machine)) continue;
    const problem = `${quote(need.name)} is a kernel for ${machine}, and this configuration is for ${what}`;
    findings.push(finding("T004", placeOf(tree, naming, need), problem, "Name a kernel for that machine"));
  }
  return findings;
}
