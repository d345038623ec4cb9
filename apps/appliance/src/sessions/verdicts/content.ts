import type { FileFacts } from "../../catalogue/file-facts.ts";
import { searchNameOf } from "../../catalogue/tries.ts";
import type { FileStep } from "../step.ts";
import { type Asked, isAfter, keyOf } from "./asked.ts";
import type { ContentFault } from "./causes/contents.ts";
import { machineFor } from "./machines.ts";
import { type Found, found, type Rule } from "./rule.ts";
import { namedBy } from "./unresolved.ts";
import { type BootView, cameBack, isOffered } from "./view.ts";

/** What the client takes a file for. */
type Use = "program" | "second-stage" | "kernel" | "data" | "script" | "config";

/** The bytes of a file are not what the client needs there. */
export const contentFault: readonly Rule[] = [
  { id: "B12", when: wrongMachine },
  { id: "B21", when: unusableContent },
];

interface Looked {
  readonly asked: Asked;
  readonly step: FileStep;
  readonly facts: FileFacts;
  readonly use: Use | undefined;
  readonly by: FileStep | undefined;
}

/** Files that came, or whose size was asked for, and what they hold; the first first. */
function lookedAt(view: BootView): readonly Looked[] {
  return view.asked.flatMap((asked) => {
    const { last: step } = asked;
    const facts = view.factsOf(step.file);
    const seen = step.outcome === "done" || step.outcome === "probe";
    if (facts === undefined || !seen || !hasGivenUp(view, asked)) return [];
    const named = namedBy(view, asked.key);
    return [{ asked, step, facts, use: useOf(view, asked, facts, named?.need.role), by: named?.by }];
  });
}

function useOf(view: BootView, asked: Asked, facts: FileFacts, role: string | undefined): Use | undefined {
  if (role === "kernel" || role === "script" || role === "config") return role;
  if (role === "program") return "second-stage";
  if (role !== undefined) return "data";
  if (asked.last.role === "script" || facts.kind === "script") return "script";
  if (searchNameOf(asked.key) !== undefined || facts.kind === "config") return "config";
  if (isOffered(view, asked.first)) return view.ipxe ? undefined : "program";
  return /\.efi$/i.test(asked.key) ? "second-stage" : undefined;
}

/** No program, script or configuration that it had not asked for before came after it. */
function hasGivenUp(view: BootView, { key, last }: Asked): boolean {
  const wentOn = view.asked.some((other) => {
    if (other.key === key || other.cameAt === undefined || !isAfter(other.first, last)) return false;
    const kind = view.factsOf(other.key)?.kind;
    const isStage = kind === undefined || kind === "efi-program" || kind === "script" || kind === "config";
    return isStage && !isDataAfterKernel(view, other);
  });
  if (wentOn) return false;
  return cameBack(view, last) !== undefined || view.silentFor(2_000);
}

/** Loaders fetch the files beside a kernel before they look at the kernel. */
function isDataAfterKernel(view: BootView, { key }: Asked): boolean {
  const role = namedBy(view, key)?.need.role;
  return role === "initrd" || role === "image";
}

function wrongMachine(view: BootView): Found | undefined {
  const { arch } = view.boot;
  if (arch === undefined) return undefined;
  const wanted = machineFor(arch);
  if (wanted === undefined) return undefined;
  for (const { step, facts, use } of lookedAt(view)) {
    const evidence = [view.discovers[0], view.reply, step];
    const { kind, machine } = facts;
    const file = step.file;
    if (use === "kernel" && machine !== undefined && familyOf(machine) !== familyOf(wanted === "none" ? "x86" : wanted))
      return found("wrong-machine", "certain", evidence, { file, machine, arch, kernel: true });
    if (use !== "program" && use !== "second-stage") continue;
    if (wanted === "none") {
      const isEfi = kind === "efi-program";
      if (use === "program" && isEfi) return found("wrong-machine", "certain", evidence, { file, machine, arch });
      continue;
    }
    if (kind === "efi-program") {
      if (machine === undefined || machine === wanted || machine === "ebc") continue;
      return found("wrong-machine", "certain", evidence, { file, machine, arch });
    }
    if (isDiskOfHttpBoot(arch, file)) continue;
    // What is no program at all has a sentence of its own.
    if (!isNoProgram(facts)) return found("no-uefi-program", "certain", evidence, { file, arch });
  }
  return undefined;
}

/** HTTP Boot takes images of discs and disks, which it knows by media type or ending (UEFI 2.10 §24.7.2). */
function isDiskOfHttpBoot(arch: string, file: string): boolean {
  return arch.endsWith("-http") && /\.(iso|img)$/i.test(file);
}

/** 32 and 64 bit PCs run each other's kernels, as far as anybody can tell from here. */
function familyOf(machine: string): string {
  return machine === "x64" || machine === "x86" ? "x86" : machine.startsWith("arm") ? machine : machine;
}

function isNoProgram({ kind, size }: FileFacts): boolean {
  return size === 0 || kind === "empty" || kind === "web-page" || kind === "text" || kind === "script";
}

function unusableContent(view: BootView): Found | undefined {
  for (const { step, facts, use, by } of lookedAt(view)) {
    const fault = use === undefined ? undefined : faultOf(facts, use);
    if (fault === undefined) continue;
    const { file } = step;
    const { size, declaredSize } = facts;
    return found("unusable-content", "certain", [by, step], {
      file,
      fault,
      size,
      ...(declaredSize === undefined ? {} : { declaredSize }),
    });
  }
  return undefined;
}

function faultOf({ kind, size, declaredSize, flaw }: FileFacts, use: Use): ContentFault | undefined {
  if (size === 0 || kind === "empty") return "empty";
  if (kind === "web-page") return "web-page";
  if (declaredSize !== undefined && declaredSize > size) return "cut-short";
  if (use === "script" || use === "config") return flaw;
  const isProgram = use === "program" || use === "second-stage" || use === "kernel";
  return isProgram && (kind === "text" || kind === "script" || kind === "config") ? "text" : undefined;
}

/** The name PXELINUX takes for a boot sector, though the file is a kernel. */
export const kernelAsBootSector: Rule = {
  id: "B21",
  when(view) {
    if (view.ipxe || !view.asked.some(({ key }) => /(^|\/)ldlinux\.c32$/.test(key))) return undefined;
    const step = view.done.at(-1);
    const ending = /\.(bin|bs|bss|0)$/i.exec(step?.file ?? "")?.[0];
    if (step === undefined || ending === undefined || view.factsOf(step.file)?.kernel !== true) return undefined;
    const named = namedBy(view, keyOf(step.file));
    if (named?.need.role !== "program" || !view.silentFor(2_000)) return undefined;
    return found("kernel-as-boot-sector", "likely", [named.by, step], { file: step.file, ending });
  },
};
