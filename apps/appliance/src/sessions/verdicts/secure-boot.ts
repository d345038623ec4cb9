import { quote } from "@bootlace/dhcp-core";
import { plainName } from "../../catalogue/file-role.ts";
import type { FileStep } from "../step.ts";
import { type Verdict, verdict } from "./verdict.ts";
import type { BootView } from "./view.ts";

/** What shim is called, and what nobody but shim asks for. */
const shim = /(^|\/)shim[^/]*\.efi|(^|\/)(revocations|shim_certificate)[^/]*\.efi$/i;
const secondStage = /(^|\/)grub[^/]*\.efi$/i;
/** The program by which a person makes shim accept a key; shim starts it when it has refused what it fetched. */
const keyManager = /(^|\/)mm[a-z0-9]*\.efi$/i;

const fix =
  "take GRUB and kernel from the distribution whose shim it is, for shim trusts only its signatures, or switch Secure Boot off in the firmware";

/**
 * B12: shim refused the program that it fetched, for want of a signature it trusts. It stands on the screen until a key
 * is pressed; then shim asks for its key manager.
 */
export function shimRefused(view: BootView): Verdict | undefined {
  const program = view.done.findLast(({ file }) => secondStage.test(plainName(file)));
  if (program === undefined || !shimRan(view)) return undefined;
  const later = view.files.filter(({ number }) => number > program.number);
  const manager = later.find(({ file }) => keyManager.test(plainName(file)));
  const name = quote(program.file);
  if (manager !== undefined) {
    const sentence = `shim fetched ${name} and then asked for ${quote(manager.file)}, by which a person makes it accept a key: it refused ${name}, which is not signed as it wants`;
    return verdict("B12", "likely", [program, manager], sentence, fix);
  }
  if (later.length > 0 || !isUnsigned(view, program) || !view.silentFor(30_000)) return undefined;
  const sentence = `${name} arrived and asked for nothing more: it is not signed, and where Secure Boot is on, shim refuses it`;
  return verdict("B12", "likely", [program], sentence, fix);
}

/** What is to be said of a kernel that arrived: whether it is one that shim may have refused cannot be seen from here. */
export function shimMayRefuse(view: BootView, kernel: FileStep): { sentence: string; fix: string } | undefined {
  if (!shimRan(view) || !isUnsigned(view, kernel)) return undefined;
  return { sentence: `it is not signed, and where Secure Boot is on, shim refuses it (bad shim signature)`, fix };
}

function shimRan(view: BootView): boolean {
  return view.files.some(({ file }) => shim.test(plainName(file)));
}

/** Whether the header of the file says that nobody has signed it. False too where the header is not known. */
export function isUnsigned(view: BootView, { file }: FileStep): boolean {
  return view.context.programs.unsigned.has(plainName(file));
}
