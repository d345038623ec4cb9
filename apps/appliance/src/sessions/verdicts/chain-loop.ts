import { isIpxeBinary } from "@bootlace/proxy-dhcp";
import { checkProgramNamed } from "../../catalogue/boot-check.ts";
import { isKernelName, plainName } from "../../catalogue/file-role.ts";
import { silenceReason } from "../../catalogue/reasons/table.ts";
import type { FileStep } from "../step.ts";
import { type Found, found, type Rule } from "./rule.ts";
import { type BootView, isOffered } from "./view.ts";

/** The same iPXE comes again and again, or would have. */
export const chainLoop: readonly Rule[] = [
  { id: "B13", when: chainRefused },
  { id: "B13", when: chainLoaded },
];

function chainRefused(view: BootView): Found | undefined {
  const refused = view.silences.find((silence) => silenceReason(silence).verdict === "B13");
  if (refused === undefined) return undefined;
  const evidence = [...view.done.filter(({ file }) => isIpxeBinary(file)), refused];
  return found("chain-refused", "certain", evidence, { file: refused.detail });
}

function chainLoaded(view: BootView): Found | undefined {
  const loads = view.done.filter(
    (file) => isIpxeBinary(file.file) || (isOffered(view, file) && spokeIpxe(view) && mayBeIpxe(file)),
  );
  const times = loads.reduce((sum, step) => sum + step.times, 0);
  const [first] = loads;
  if (first === undefined || times < 3 || (loads.at(-1)?.lastAt ?? 0) - first.time > 120_000) return undefined;
  if (loads.some(({ file }) => plainName(file) !== plainName(first.file))) return undefined;
  const known = spokeIpxe(view);
  const evidence = [...loads, ...view.discovers];
  return found("chain-loaded", known ? "certain" : "likely", evidence, { file: first.file, times, known });
}

/** Cards with iPXE in their ROM boot what is none of it, and a person may switch them on three times in two minutes. */
function mayBeIpxe({ file, role }: FileStep): boolean {
  return role !== "script" && !isKernelName(file) && checkProgramNamed(file) === undefined;
}

function spokeIpxe(view: BootView): boolean {
  return view.discovers.some(({ firmware }) => firmware === "ipxe");
}
