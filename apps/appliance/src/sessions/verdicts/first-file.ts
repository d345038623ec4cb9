import { plainName } from "../../catalogue/file-role.ts";
import type { FileStep, StepOf } from "../step.ts";
import { beganAfter } from "./asked.ts";
import { type BootView, cameBack } from "./view.ts";

/** The one file that came, when nothing at all followed it. */
export function onlyFirstFile(view: BootView): FileStep | undefined {
  const [first, ...others] = view.done;
  if (first === undefined || first.role === "script") return undefined;
  const same = (file: FileStep) => plainName(file.file) === plainName(first.file);
  if (!others.every(same)) return undefined;
  // Firmware asks for one file. Whoever asks for another, there or not, is the program that it started.
  return view.files.some((file) => beganAfter(file, first) && !same(file)) ? undefined : first;
}

/** The firmware asked again soon after the file, or iPXE came up from it. */
export function afterFile(view: BootView, file: FileStep): { back?: StepOf<"discover">; ipxe: boolean } {
  const back = cameBack(view, file);
  const ipxe = view.discovers.some(({ firmware, lastAt }) => firmware === "ipxe" && lastAt > file.time);
  return { ...(back === undefined ? {} : { back }), ipxe };
}
