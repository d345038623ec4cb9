import { isIpxeBinary } from "@bootlace/proxy-dhcp";
import { checkProgramNamed } from "../../catalogue/boot-check.ts";
import { isKernelName, plainName } from "../../catalogue/file-role.ts";
import { silenceReason } from "../../catalogue/reasons/table.ts";
import type { FileStep } from "../step.ts";
import { beganAfter, keyOf } from "./asked.ts";
import { type Found, found, type Rule } from "./rule.ts";
import { namedBy } from "./unresolved.ts";
import { type BootView, cameBack, isOffered } from "./view.ts";

/** The same program comes again and again, or would have. */
export const chainLoop: readonly Rule[] = [
  { id: "B13", when: chainRefused },
  { id: "B13", when: chainLoaded },
  { id: "B13", when: readsItself },
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

/** So often in this time, with nothing new meanwhile. */
const rounds = 4;
const withinMs = 120_000;

/** A configuration starts a program that reads the same configuration, and nobody is asked. */
function readsItself(view: BootView): Found | undefined {
  const program = view.asked.find(({ key }) => {
    const named = namedBy(view, key);
    if (named?.need.role !== "program" || view.factsOf(named.by.file)?.waits === true) return false;
    return roundsOf(view, key) !== undefined && roundsOf(view, keyOf(named.by.file)) !== undefined;
  });
  const config = program === undefined ? undefined : namedBy(view, program.key)?.by;
  const turns = program === undefined ? undefined : roundsOf(view, program.key);
  const [begun] = turns ?? [];
  if (program === undefined || config === undefined || turns === undefined || begun === undefined) return undefined;
  if (view.asked.some(({ first }) => beganAfter(first, begun)) || cameBack(view, begun) !== undefined) return undefined;
  return found("reads-itself", "certain", [config, ...turns], { file: program.first.file, by: config.file });
}

/** The last times that this file came, where they are enough for a circle. */
function roundsOf(view: BootView, key: string): readonly FileStep[] | undefined {
  const came = view.done.filter(({ file }) => keyOf(file) === key).slice(-rounds);
  const [first] = came;
  const last = came.at(-1);
  if (first === undefined || last === undefined || came.length < rounds) return undefined;
  return last.lastAt - first.time <= withinMs ? came : undefined;
}

/** Cards with iPXE in their ROM boot what is none of it, and a person may switch them on three times in two minutes. */
function mayBeIpxe({ file, role }: FileStep): boolean {
  return role !== "script" && !isKernelName(file) && checkProgramNamed(file) === undefined;
}

function spokeIpxe(view: BootView): boolean {
  return view.discovers.some(({ firmware }) => firmware === "ipxe");
}
