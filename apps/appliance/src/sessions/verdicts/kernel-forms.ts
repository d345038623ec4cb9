import { isForBiosAlone } from "../../catalogue/bios-kernel.ts";
import { otherUBootStart } from "../../catalogue/uboot-starts.ts";
import type { FileStep } from "../step.ts";
import { keyOf } from "./asked.ts";
import { lookedAt } from "./content.ts";
import { archOf, machineFor } from "./machines.ts";
import { type Found, found, type Rule } from "./rule.ts";
import { namedBy } from "./unresolved.ts";
import { type BootView, cameBack } from "./view.ts";

/** iPXE for UEFI hands every kernel to the firmware: memdisk, and a kernel without an EFI stub, are none of its programs. */
export const kernelForBios: Rule = {
  id: "B12",
  when(view) {
    const arch = archOf(view.boot);
    const wanted = arch === undefined ? undefined : machineFor(arch);
    if (arch === undefined || (wanted !== "x64" && wanted !== "x86")) return undefined;
    for (const { step, facts, use, by } of lookedAt(view)) {
      if (use !== "kernel" || !isForBiosAlone(facts) || by === undefined || view.factsOf(by.file)?.loader !== "ipxe")
        continue;
      return found("kernel-for-bios", "likely", [by, step], { file: step.file, arch: arch.replace(/-http$/, "") });
    }
    return undefined;
  },
};

/** A kernel that starts prints and works for longer than this before its machine begins anew. */
const atOnce = 2_000;

/** U-Boot began anew, or ran its script again, as soon as it had this file: it did not start it. */
function returnedAtOnce(view: BootView, step: FileStep): boolean {
  const { boot, context, files } = view;
  if (boot.firmware !== "u-boot" && !files.some((file) => isScript(view, file))) return false;
  const before = new Set(files.filter(({ time }) => time <= step.time).map(({ file }) => keyOf(file)));
  const scripts = files.filter(
    (file) => file.time > step.lastAt && before.has(keyOf(file.file)) && isScript(view, file),
  );
  const next = [cameBack(view, step), ...scripts].flatMap((one) => (one === undefined ? [] : [one.time]));
  if (boot.givenUp) next.push(context.now);
  return Math.min(...next) - step.lastAt <= atOnce;
}

function isScript(view: BootView, { file }: FileStep): boolean {
  const facts = view.factsOf(file);
  return facts?.loader === "u-boot" && facts.kind === "script";
}

/** The kernel is in a form for which U-Boot has another command than the one in its script. */
function startedWrongly(view: BootView): { readonly returned: boolean; readonly words: Found } | undefined {
  for (const { asked, step, facts } of lookedAt(view)) {
    const named = namedBy(view, asked.key);
    const command = named?.need.startedBy;
    const wants = command === undefined ? undefined : otherUBootStart(command, facts);
    if (named === undefined || command === undefined || wants === undefined) continue;
    const returned = returnedAtOnce(view, step);
    const { by, need } = named;
    const cause = { by: by.file, file: step.file, command, wants, returned };
    return { returned, words: found("kernel-of-other-command", "likely", [by, step], { ...cause, line: need.line }) };
  }
  return undefined;
}

export const kernelOfOtherCommand: Rule = {
  id: "B21",
  when(view) {
    const wrong = startedWrongly(view);
    return wrong?.returned === true ? wrong.words : undefined;
  },
};

/** Newer builds of U-Boot know the form of a kernel whatever command starts it. */
export const kernelMayNeedOtherCommand: Rule = {
  id: "unclear",
  when: (view) => (view.silentFor(10_000) ? startedWrongly(view)?.words : undefined),
};

/** All came that U-Boot requested, and it asks for a boot server again in the same moment. */
export const kernelReturned: Rule = {
  id: "B12",
  when(view) {
    const last = view.done.findLast((file) => !isScript(view, file));
    if (!view.done.some(({ file }) => view.factsOf(file)?.kernel === true)) return undefined;
    if (last === undefined || !view.silentFor(2_000) || !returnedAtOnce(view, last)) return undefined;
    return found("kernel-returned", "likely", [last, cameBack(view, last)], { file: last.file });
  },
};
