import { join } from "node:path";
import { quote } from "@bootlace/dhcp-core";
import { notGiven } from "../catalogue/contents/bcd.ts";
import { legacyGrubWords } from "../catalogue/contents/grub-words.ts";
import { loaderFolder } from "../catalogue/contents/reading.ts";
import { syslinuxEnding } from "../catalogue/contents/syslinux-types.ts";
import type { DiskRead, FileFacts, FileNeed, UnknownCommand, WimbootStart } from "../catalogue/file-facts.ts";
import type { Tree } from "./contents.ts";
import { finding, type Place, type TreeFinding } from "./findings.ts";
import { checkModule } from "./module-files.ts";
import { checkNeed, firstOf, type Naming, namingOf, placeOf, textFinding } from "./needs.ts";

/** More configurations than these are not followed. */
const mostConfigs = 2000;

/** Follows configurations and scripts from one to the next, each once, and checks what each of them names. */
export function configWalk(tree: Tree) {
  const seen = new Set<string>();

  /**
   * @param folder from which names count where the place of the file does not say so
   * @param platform for which modules of Syslinux must be
   */
  async function follow(path: string, folder?: string, platform?: "bios" | "uefi"): Promise<TreeFinding[]> {
    const key = `${path}\0${folder ?? ""}`;
    if (seen.has(key) || seen.size >= mostConfigs) return [];
    seen.add(key);
    const facts = await tree.facts(path, folder);
    if (facts?.loader === undefined) return [];
    const naming = await namingOf(tree, path, folder);
    const findings: TreeFinding[] = [];
    const whole = placeOf(tree, naming, { line: 0, name: "" });
    if (facts.flaw !== undefined && isTextFlaw(facts.flaw)) findings.push(textFinding(facts.flaw, quote(path), whole));
    for (const need of facts.needs ?? []) {
      findings.push(...(await checkType(naming, need)), ...(await checkNeed(tree, naming, need)));
      findings.push(...(await goOn(naming, need, platform)));
    }
    // A GRUB may be one with commands of its own.
    const isSure = ({ word }: UnknownCommand) => facts.loader === "ipxe" || legacyGrubWords.has(word);
    for (const command of (facts.unknownCommands ?? []).filter(isSure)) {
      findings.push(unknownCommand(tree, naming, command));
    }
    for (const need of facts.needs ?? []) {
      if (need.tls !== "plain-port") continue;
      const problem = `${quote(need.name)} is https, but Bootlace speaks plain HTTP at ${need.host}`;
      findings.push(finding("T022", placeOf(tree, naming, need), problem, "Write http: instead of https:"));
    }
    for (const read of facts.diskReads ?? []) {
      const starts = read.entry === undefined || read.entry === facts.starts;
      if (starts) findings.push(...(await diskFinding(tree, naming, read)));
    }
    for (const { label, line } of facts.lostJumps ?? []) {
      const place = placeOf(tree, naming, { line, name: label });
      const remedy = "Correct the label, or add its line";
      findings.push(
        finding("T020", place, `goto names the label ${quote(label)}, which the script does not have`, remedy),
      );
    }
    for (const { name, line } of facts.lacks ?? []) {
      const place = placeOf(tree, naming, { line, name: "wimboot" });
      const remedy = `Add a line such as: initrd ${name} ${name}`;
      findings.push(finding("T019", place, `wimboot gets no ${name} here, and stops without it`, remedy));
    }
    for (const start of facts.wimboot ?? []) findings.push(...(await checkBcd(naming, facts.needs ?? [], start)));
    return findings;
  }

  /** What the BCD names that wimboot gets must be handed to it as well. */
  async function checkBcd(naming: Naming, needs: readonly FileNeed[], start: WimbootStart): Promise<TreeFinding[]> {
    for (const { entry, path } of needs) {
      if (entry !== start.entry || path === undefined) continue;
      const facts = await tree.facts(path);
      const name = facts?.loader === "windows" ? notGiven(facts.needs ?? [], start) : undefined;
      if (name === undefined) continue;
      const place = placeOf(tree, naming, { line: start.line, name: "wimboot" });
      const problem = `${quote(path)} names ${quote(name)}, and wimboot gets no file of that name here`;
      return [finding("T019", place, problem, `Add a line such as: initrd FILE ${name.replace(/^.*\\/, "")}`)];
    }
    return [];
  }

  async function checkType(naming: Naming, need: FileNeed): Promise<TreeFinding[]> {
    if (need.role !== "program") return [];
    const facts = need.path === undefined ? undefined : await tree.facts(need.path);
    return typeFinding(naming, need, facts, placeOf(tree, naming, need));
  }

  /** What the file that is named names in its turn. */
  async function goOn(naming: Naming, need: FileNeed, platform: "bios" | "uefi" | undefined): Promise<TreeFinding[]> {
    if (need.path === undefined) return [];
    const [found, path] = await firstOf(tree, [need.path, ...(need.otherwise ?? [])]);
    if (found.kind !== "file" && found.kind !== "other-case") return [];
    if (need.role === "module" && naming.loader === "pxelinux") {
      return checkModule(tree, naming, need, { path, platform, seen });
    }
    const facts = await tree.facts(path);
    const follows = need.role === "config" || need.role === "script" || facts?.loader === "ipxe";
    if (!follows) return [];
    const inherits = naming.loader === "pxelinux" || naming.loader === "grub";
    const { path: own, folder } = naming;
    const from = inherits ? loaderFolder({ path: own, ...(folder === undefined ? {} : { folder }) }) : undefined;
    return follow(path, need.folder ?? from, platform);
  }

  return follow;
}

function unknownCommand(tree: Tree, naming: Naming, { word, line }: UnknownCommand): TreeFinding {
  const place = placeOf(tree, naming, { line, name: word });
  if (naming.loader !== "grub") return finding("T014", place, `iPXE has no command ${quote(word)}`, "Correct the word");
  const problem = `GRUB 2 has no command ${quote(word)}: it is a word of GRUB Legacy`;
  return finding("T014", place, problem, "Write menuentry, linux and initrd, as GRUB 2 has them");
}

/** A kernel on a disk of the machine, of which there is one of that name here: the root was left from an installed system. */
async function diskFinding(tree: Tree, naming: Naming, { name, path, disk, line }: DiskRead): Promise<TreeFinding[]> {
  const found = await tree.look(path);
  if (found.kind !== "file" && found.kind !== "other-case") return [];
  const where = disk === undefined ? "a disk that it searches for" : `the disk ${quote(disk)}`;
  const problem = `GRUB reads ${quote(name)} from ${where}, not from Bootlace`;
  const place = placeOf(tree, naming, { line, name });
  return [finding("T021", place, problem, "Remove the line that sets root to a disk")];
}

/** A configuration without a byte in it, for which a loader looks by itself. */
export async function emptyConfig(tree: Tree, path: string): Promise<TreeFinding[]> {
  if ((await tree.facts(path))?.kind !== "empty") return [];
  const place: Place = { file: join(tree.root, path), line: 0, column: 0, path: "" };
  return [finding("T012", place, `${quote(path)} is empty`, "Write it, or copy it again")];
}

function isTextFlaw(flaw: string): flaw is Parameters<typeof textFinding>[0] {
  return ["byte-order-mark", "utf-16", "blank-first-line", "no-ipxe-mark"].includes(flaw);
}

/** A kernel whose name PXELINUX takes for that of something else. Nobody has a boot sector where KERNEL names a `.bin`. */
function typeFinding(naming: Naming, need: FileNeed, facts: FileFacts | undefined, place: Place): TreeFinding[] {
  if (naming.loader !== "pxelinux" || need.role !== "program") return [];
  if (!/^\s*(kernel|default)\s/i.test(naming.lines[need.line - 1] ?? "")) return [];
  const taken = syslinuxEnding(need.name);
  if (taken === undefined) return [];
  const doubtful = /^\.bin$/i.test(taken.ending) && facts?.kind !== "bios-program";
  if (facts?.kernel !== true && !doubtful) return [];
  const problem = `${quote(need.name)} ends in ${taken.ending}, so PXELINUX treats it as ${taken.noun}, not as a kernel`;
  const remedy = `Rename it without ${taken.ending}, or write LINUX instead of KERNEL`;
  return [finding("T007", place, problem, remedy)];
}
