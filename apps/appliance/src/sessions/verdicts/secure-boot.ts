import { plainName } from "../../catalogue/file-role.ts";
import { realPath } from "../real-path.ts";
import type { FileStep } from "../step.ts";
import { beganAfter } from "./asked.ts";
import { found, type Rule } from "./rule.ts";
import type { BootView } from "./view.ts";

/** What shim is called, and what nobody but shim asks for. */
const shim = /(^|\/)shim[^/]*\.efi|(^|\/)(revocations|shim_certificate)[^/]*\.efi$/i;
const secondStage = /(^|\/)grub[^/]*\.efi$/i;
/** The program by which a person makes shim accept a key; shim starts it when it has refused what it fetched. */
const keyManager = /(^|\/)mm[a-z0-9]*\.efi$/i;

/**
 * Shim refused the program that it fetched, for want of a signature it trusts. It stands on the screen until a key is
 * pressed; then shim asks for its key manager.
 */
export const shimRefused: Rule = {
  id: "B12",
  when(view) {
    const program = view.done.findLast(({ file }) => secondStage.test(plainName(file)));
    if (program === undefined || !shimRan(view)) return undefined;
    const later = view.files.filter((file) => beganAfter(file, program));
    const manager = later.find(({ file }) => keyManager.test(plainName(file)));
    if (manager !== undefined) {
      const facts = { program: program.file, manager: manager.file };
      return found("shim-asks-for-key", "likely", [program, manager], facts);
    }
    if (later.length > 0 || !isUnsigned(view, program) || !view.silentFor(30_000)) return undefined;
    return found("shim-refuses", "likely", [program], { program: program.file });
  },
};

/** Whether a kernel that arrived is one that shim may have refused: which of the two cannot be seen from here. */
export function shimMayRefuse(view: BootView, kernel: FileStep): boolean {
  return shimRan(view) && isUnsigned(view, kernel);
}

function shimRan(view: BootView): boolean {
  return view.files.some(({ file }) => shim.test(plainName(file)));
}

/** Whether the header of the file says that nobody has signed it. False too where the header is not known. */
export function isUnsigned(view: BootView, { file }: FileStep): boolean {
  const signed = view.factsOf(file)?.signed;
  if (signed !== undefined) return !signed;
  return view.context.programs.unsigned.has(realPath(file, view.context.root));
}
