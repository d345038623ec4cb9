import { join } from "node:path";
import { quote } from "@bootlace/dhcp-core";
import { type GrubImage, isShim, readGrubImage } from "../catalogue/contents/grub-image.ts";
import { shimSecondStage } from "../catalogue/contents/loader-needs.ts";
import { folderOf, pathFrom } from "../catalogue/contents/reading.ts";
import type { PeMachine } from "../catalogue/pe.ts";
import type { Tree } from "./contents.ts";
import { finding, type Place, type TreeFinding } from "./findings.ts";
import { type configWalk, emptyConfig } from "./loader-files.ts";

type Walk = ReturnType<typeof configWalk>;

/** What GRUB's folder of modules is called, by the machine. */
const moduleFolders: ReadonlyMap<string, string> = new Map([
  ["x64", "x86_64-efi"],
  ["x86", "i386-efi"],
  ["arm64", "arm64-efi"],
  ["arm32", "arm-efi"],
  ["riscv64", "riscv64-efi"],
  ["loongarch64", "loongarch64-efi"],
]);
const usualPrefixes = [
  "grub",
  "boot/grub",
  "EFI/BOOT",
  "EFI/debian",
  "EFI/ubuntu",
  "EFI/fedora",
  "EFI/centos",
] as const;

/** A UEFI program that clients are offered: shim with its second stage, GRUB with its configuration and modules. */
export async function checkUefiProgram(tree: Tree, path: string, walk: Walk): Promise<TreeFinding[]> {
  const facts = await tree.facts(path);
  const second = facts?.machine === undefined ? undefined : shimSecondStage(facts.machine as PeMachine);
  if (facts?.kind !== "efi-program" || second === undefined) return [];
  const bytes = await tree.whole(path);
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (/^shim/i.test(name) || isShim(bytes, second))
    return checkShim(tree, path, { second, machine: facts.machine }, walk);
  const image = readGrubImage(bytes);
  if (image === undefined && !/^(grub|core)[^/]*\.efi/i.test(name)) return [];
  return checkGrub(tree, path, { image, modules: moduleFolders.get(facts.machine ?? "") }, walk);
}

async function checkShim(
  tree: Tree,
  path: string,
  { second, machine }: { readonly second: string; readonly machine: string | undefined },
  walk: Walk,
): Promise<TreeFinding[]> {
  const place: Place = { file: join(tree.root, path), line: 0, column: 0, path: "" };
  const target = pathFrom(folderOf(path), second);
  const found = await tree.look(target);
  if (found.kind !== "file" && found.kind !== "other-case") {
    const why = found.kind === "unusable" ? `cannot be served: ${found.why}` : "is missing";
    const problem = `${quote(path)} is shim, and ${quote(target)}, which it starts, ${why}`;
    return [finding("T016", place, problem, `Put ${second} into the folder of shim`)];
  }
  const facts = await tree.facts(target);
  const of: Place = { ...place, file: join(tree.root, target) };
  if (facts?.kind !== "efi-program") {
    return [
      finding("T012", of, `${quote(target)} is not a UEFI program, and shim is to start it`, "Put the program there"),
    ];
  }
  if (facts.machine !== machine) {
    const problem = `${quote(target)} is a program for ${facts.machine}, and the shim next to it for ${machine}`;
    return [finding("T004", of, problem, "Replace it with the file for that machine")];
  }
  return checkUefiProgram(tree, target, walk);
}

interface GrubParts {
  /** Undefined where nothing of it is known. */
  readonly image: GrubImage | undefined;
  readonly modules: string | undefined;
}

async function checkGrub(tree: Tree, path: string, { image, modules }: GrubParts, walk: Walk): Promise<TreeFinding[]> {
  const own = folderOf(path);
  // GRUB of Fedora and its kin looks beside itself, whatever its prefix is.
  const prefixes =
    image?.prefix === undefined ? [own, folderOf(own), ...usualPrefixes] : [pathFrom("", image.prefix), own];
  const findings: TreeFinding[] = [];
  if (image !== undefined && modules !== undefined && !image.modules.includes("normal")) {
    findings.push(...(await checkNormal(tree, path, prefixes, modules)));
  }
  return [...findings, ...(await checkGrubConfig(tree, path, prefixes, walk))];
}

/** GRUB for BIOS, whose prefix is packed: by the usual places. */
export async function checkGrubForBios(tree: Tree, path: string, walk: Walk): Promise<TreeFinding[]> {
  const own = folderOf(path);
  const prefixes = [...(/(^|\/)i386-pc$/i.test(own) ? [folderOf(own)] : []), "boot/grub", "grub", own];
  const findings = await checkNormal(tree, path, prefixes, "i386-pc");
  return [...findings, ...(await checkGrubConfig(tree, path, prefixes, walk))];
}

async function checkNormal(
  tree: Tree,
  path: string,
  prefixes: readonly string[],
  modules: string,
): Promise<TreeFinding[]> {
  for (const prefix of prefixes) {
    if ((await tree.look(pathFrom(prefix, `${modules}/normal.mod`))).kind === "file") return [];
  }
  const place: Place = { file: join(tree.root, path), line: 0, column: 0, path: "" };
  const wanted = pathFrom(prefixes[0] ?? "", `${modules}/normal.mod`);
  const problem = `${quote(path)} stops at "grub rescue>" without its modules: ${quote(wanted)} is missing`;
  return [finding("T016", place, problem, "Make the folder with grub-mknetdir, or copy the modules of the same GRUB")];
}

async function checkGrubConfig(
  tree: Tree,
  path: string,
  prefixes: readonly string[],
  walk: Walk,
): Promise<TreeFinding[]> {
  const place: Place = { file: join(tree.root, path), line: 0, column: 0, path: "" };
  for (const prefix of prefixes) {
    const config = pathFrom(prefix, "grub.cfg");
    const found = await tree.look(config);
    if (found.kind === "file" || found.kind === "other-case")
      return [...(await emptyConfig(tree, config)), ...(await walk(config, prefix))];
    if (found.kind === "unusable") {
      const of = { ...place, file: join(tree.root, config) };
      const problem = `this configuration cannot be served: ${found.why}`;
      return [finding("T002", of, problem, "Make it a readable file in the root")];
    }
  }
  const wanted = pathFrom(prefixes.find((prefix) => prefix !== "") ?? "", "grub.cfg");
  const problem = `${quote(path)} is GRUB, and does not find its configuration: ${quote(wanted)} is missing`;
  return [finding("T015", place, problem, "Create it: it names the kernel and its initrd")];
}
