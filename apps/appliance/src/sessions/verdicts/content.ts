import { syslinuxEnding } from "../../catalogue/contents/syslinux-types.ts";
import type { FileFacts } from "../../catalogue/file-facts.ts";
import { type FileFormat, fileFormats } from "../../catalogue/file-formats.ts";
import { isTried, searchNameOf } from "../../catalogue/tries.ts";
import type { FileStep } from "../step.ts";
import { type Asked, beganAfter, isAfter, keyOf, placesOf } from "./asked.ts";
import type { ContentFault } from "./causes/contents.ts";
import { namedByOther } from "./foreign-file.ts";
import { archOf, machineFor } from "./machines.ts";
import { type Found, found, type Rule } from "./rule.ts";
import { isOvercome, namedBy } from "./unresolved.ts";
import { type BootView, cameBack, isOffered } from "./view.ts";

/** What the client takes a file for. */
type Use = "program" | "second-stage" | "ipxe-image" | "kernel" | "data" | "script" | "config";

/** The bytes of a file are not what the client needs there. */
export const contentFault: readonly Rule[] = [
  { id: "B12", when: wrongMachine },
  { id: "B21", when: unusableContent },
];

export interface Looked {
  readonly asked: Asked;
  readonly step: FileStep;
  readonly facts: FileFacts;
  readonly use: Use | undefined;
  readonly by: FileStep | undefined;
}

/** Files that came, or whose size was asked for, and what they hold; the first first. */
export function lookedAt(view: BootView): readonly Looked[] {
  return view.asked.map(asAnswered).flatMap((asked) => {
    const { last: step } = asked;
    const facts = view.factsOf(step.file) ?? (step.size === 0 ? emptyFile : undefined);
    if (facts === undefined || !isSeen(step, facts) || !hasGivenUp(view, asked)) return [];
    const named = namedBy(view, asked.key);
    return [{ asked, step, facts, use: useOf(view, asked, facts, named?.need.role), by: named?.by }];
  });
}

/** The client had its answer, that the file has no bytes, long before a transfer that it never acknowledged ended here. */
function asAnswered(asked: Asked): Asked {
  const { last } = asked;
  const isEmpty = last.size === 0 && last.outcome === "aborted";
  return isEmpty ? { ...asked, last: { ...last, lastAt: last.time } } : asked;
}

const emptyFile: FileFacts = { kind: "empty", size: 0, flaw: "empty" };

/** PXELINUX acknowledges no transfer of a file without bytes, and says that there is no such file. */
function isSeen({ outcome }: FileStep, { size }: FileFacts): boolean {
  return outcome === "done" || outcome === "probe" || (size === 0 && (outcome === "aborted" || outcome === "running"));
}

function useOf(view: BootView, asked: Asked, facts: FileFacts, role: string | undefined): Use | undefined {
  if (role === "kernel" || role === "script" || role === "config") return role;
  if (role === "program") return "second-stage";
  if (role !== undefined) return "data";
  if (asked.last.role === "script" || isUBootScript(asked.key) || facts.kind === "script") return "script";
  if (searchNameOf(asked.key) !== undefined) return "config";
  const isFirst = isOffered(view, asked.first) || isFirmwares(view, asked);
  // A Raspberry Pi and U-Boot take no program for a boot file.
  const starts = view.boot.firmware !== "raspberry-pi" && view.boot.firmware !== "u-boot";
  if (isFirst && starts) return view.ipxe ? "ipxe-image" : "program";
  if (facts.kind === "config") return "config";
  if (isFirst) return view.ipxe ? undefined : "program";
  return /\.efi$/i.test(asked.key) ? "second-stage" : undefined;
}

/** Firmware begins with a program, whoever named it. */
function isFirmwares({ boot, asked }: BootView, { key }: Asked): boolean {
  return (boot.firmware === "bios" || boot.firmware === "uefi") && asked[0]?.key === key;
}

function isUBootScript(key: string): boolean {
  return /(^|\/)boot\.scr(\.uimg)?$/.test(key);
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

/** A board that sends no architecture, and whose kernels are for one family all the same. */
function kernelForOtherBoard(view: BootView): Found | undefined {
  const board = boardOf(view);
  if (board === undefined) return undefined;
  for (const { step, facts, use, asked } of lookedAt(view)) {
    const { machine } = facts;
    const isKernel = use === "kernel" || (use === undefined && /(^|\/)kernel[^/]*\.img$/.test(asked.key));
    if (!isKernel || machine === undefined || machine.startsWith("arm")) continue;
    return found("wrong-machine", "certain", [step], { file: step.file, machine, arch: board, kernel: true });
  }
  return undefined;
}

/** Every Raspberry Pi is ARM; U-Boot looks for a configuration with the name of its processor in it. */
function boardOf({ boot, asked }: BootView): string | undefined {
  if (boot.firmware === "raspberry-pi") return "a Raspberry Pi";
  const isArm =
    boot.arch === undefined
      ? asked.some(({ key }) => /(^|\/)pxelinux\.cfg\/default-arm[^/]*$/.test(key))
      : /^arm\w*-uboot/.test(boot.arch);
  return isArm ? "an ARM board" : undefined;
}

function wrongMachine(view: BootView): Found | undefined {
  const arch = archOf(view.boot);
  const wanted = arch === undefined ? undefined : machineFor(arch);
  if (arch === undefined || wanted === undefined) return kernelForOtherBoard(view);
  for (const { asked, step, facts, use } of lookedAt(view)) {
    const evidence = [view.discovers[0], view.reply, step];
    const { kind, machine } = facts;
    const file = step.file;
    if (use === "kernel" && machine !== undefined && familyOf(machine) !== familyOf(wanted === "none" ? "x86" : wanted))
      return found("wrong-machine", "certain", evidence, { file, machine, arch, kernel: true });
    if (use !== "program" && use !== "second-stage") continue;
    if (wanted === "none") {
      const isEfi = kind === "efi-program";
      const facts = { file, machine, arch, ...namedBesides(view, asked) };
      if (use === "program" && isEfi) return found("wrong-machine", "certain", evidence, facts);
      continue;
    }
    if (kind === "efi-program") {
      if (machine === undefined || machine === wanted || machine === "ebc") continue;
      const words = use === "program" ? namedBesides(view, asked) : {};
      return found("wrong-machine", "certain", evidence, { file, machine, arch, ...words });
    }
    if (isDiskOfHttpBoot(arch, file)) continue;
    // What is no program at all has a sentence of its own.
    if (isNoProgram(facts)) continue;
    const words = use === "program" ? namedBesides(view, asked) : {};
    return found("no-uefi-program", "certain", evidence, { file, arch, ...words });
  }
  return undefined;
}

/** The DHCP server that named a boot file which Bootlace did not. */
function namedBesides(view: BootView, asked: Asked): { readonly router?: string } {
  if (isOffered(view, asked.first)) return {};
  const router = namedByOther(view, asked)?.server ?? view.leases.at(-1)?.server;
  return router === undefined ? {} : { router };
}

/** HTTP Boot takes images of discs and disks, which it knows by media type or ending (UEFI 2.10 §24.7.2). */
function isDiskOfHttpBoot(arch: string, file: string): boolean {
  return arch.endsWith("-http") && /\.(iso|img)$/i.test(file);
}

/** 32 and 64 bit PCs run each other's kernels, as far as anybody can tell from here. */
function familyOf(machine: string): string {
  return machine === "x64" || machine === "x86" ? "x86" : machine.startsWith("arm") ? machine : machine;
}

function isNoProgram({ kind, size, format }: FileFacts): boolean {
  return (
    format !== undefined ||
    size === 0 ||
    kind === "empty" ||
    kind === "web-page" ||
    kind === "text" ||
    kind === "script"
  );
}

function unusableContent(view: BootView): Found | undefined {
  for (const { asked, step, facts, use, by } of lookedAt(view)) {
    const { file } = step;
    const format = firmwareRefuses(view, step, facts, use, by);
    if (format !== undefined) {
      // Some builds of iPXE unpack a kernel; no firmware does.
      const sure = use !== "ipxe-image" || fileFormats[format].sort !== "packed";
      return found("no-program", sure ? "certain" : "likely", [by, step], { file, format, kernel: use === "kernel" });
    }
    const isKnown = use !== undefined || isCutArchive(facts);
    const fault = isKnown ? faultOf(facts, use ?? "data", asked.key) : emptyAnd(view, asked, facts);
    if (fault === undefined || (textFlaws.has(fault) && wasRead(view, asked, facts))) continue;
    const { size, declaredSize } = facts;
    // Nothing but its last bytes speaks against it, and something else may follow the archive there.
    return found("unusable-content", fault === "no-end" ? "likely" : "certain", [by, step], {
      file,
      fault,
      size,
      ...(declaredSize === undefined ? {} : { declaredSize }),
    });
  }
  return undefined;
}

/** The format of a file that is to be started, where its bytes prove that it cannot. */
function firmwareRefuses(
  view: BootView,
  { file }: FileStep,
  { format, size, declaredSize = 0 }: FileFacts,
  use: Use | undefined,
  by: FileStep | undefined,
): FileFormat | undefined {
  if (format === undefined || declaredSize > size) return undefined;
  const { sort } = fileFormats[format];
  if (use === "program" || use === "second-stage" || use === "ipxe-image") {
    return sort === "disk" && isDiskOfHttpBoot(archOf(view.boot) ?? "", file) ? undefined : format;
  }
  const loader = by === undefined ? undefined : view.factsOf(by.file)?.loader;
  const isLoader = loader === "pxelinux" || loader === "grub" || loader === "ipxe";
  // GRUB unpacks a kernel, and so does U-Boot, which reads the configurations of PXELINUX as well.
  const unpacks = loader !== "pxelinux" || !isSyslinux(view);
  return use === "kernel" && isLoader && (sort !== "packed" || !unpacks) ? format : undefined;
}

/** PXELINUX or SYSLINUX for UEFI runs. */
function isSyslinux({ boot, asked }: BootView): boolean {
  if (boot.firmware === "u-boot") return false;
  return asked.some(({ key }) => /(^|\/)(ldlinux\.(c32|e32|e64)|[lg]?pxelinux[^/]*\.0)$/.test(key));
}

const textFlaws: ReadonlySet<ContentFault> = new Set(["byte-order-mark", "utf-16", "blank-first-line", "no-ipxe-mark"]);

/** A file that a text names came after it: its loader read it, or as much of it as was needed. */
function wasRead(view: BootView, { first }: Asked, { needs = [] }: FileFacts): boolean {
  const places = new Set(needs.flatMap(placesOf));
  return view.done.some((step) => beganAfter(step, first) && places.has(keyOf(step.file)));
}

/** An archive is of use to nobody without its end. */
function isCutArchive({ kind, flaw }: FileFacts): boolean {
  return kind === "archive" && (flaw === "cut-short" || flaw === "no-end");
}

/** A file of which nobody knows what the client wants with it: without bytes it is of no use, unless it was only tried. */
function emptyAnd(view: BootView, asked: Asked, { size }: FileFacts): ContentFault | undefined {
  const isNeeded = isOffered(view, asked.first) || !(isTried(asked.key) || view.boot.firmware === "raspberry-pi");
  return size === 0 && isNeeded && !isOvercome(view, asked) && namedBy(view, asked.key)?.need.optional !== true
    ? "empty"
    : undefined;
}

function faultOf({ kind, size, declaredSize, flaw }: FileFacts, use: Use, key: string): ContentFault | undefined {
  if (size === 0 || kind === "empty") return "empty";
  if (kind === "web-page") return "web-page";
  if (declaredSize !== undefined && declaredSize > size) return "cut-short";
  if (flaw === "cut-short" || flaw === "no-end") return flaw;
  if (isUBootScript(key) && kind === "text") return "no-script-image";
  if (use === "script" || use === "config") return flaw;
  const isProgram = use === "program" || use === "second-stage" || use === "ipxe-image" || use === "kernel";
  return isProgram && (kind === "text" || kind === "script" || kind === "config") ? "text" : undefined;
}

/** The name PXELINUX takes for that of a boot sector or the like, though the file is a kernel. */
export const kernelOfAnotherType: Rule = {
  id: "B21",
  when(view) {
    if (!view.asked.some(({ key }) => /(^|\/)ldlinux\.c32$/.test(key))) return undefined;
    const step = view.done.at(-1);
    const taken = syslinuxEnding(step?.file ?? "");
    if (step === undefined || taken === undefined || view.factsOf(step.file)?.kernel !== true) return undefined;
    const named = namedBy(view, keyOf(step.file));
    if (named?.need.role !== "program" || !view.silentFor(2_000)) return undefined;
    const { ending, noun } = taken;
    return found("kernel-of-another-type", "likely", [named.by, step], { file: step.file, ending, noun });
  },
};
