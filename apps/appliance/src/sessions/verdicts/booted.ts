import { isKernelName, isLoaderName } from "../../catalogue/file-role.ts";
import type { FileStep } from "../step.ts";
import { beganAfter, keyOf } from "./asked.ts";
import { afterFile, onlyFirstFile } from "./first-file.ts";
import { ownWordsOf } from "./own-words.ts";
import { type Found, found, type Rule } from "./rule.ts";
import { shimMayRefuse } from "./secure-boot.ts";
import type { BootView } from "./view.ts";

/** Proof that an operating system runs: it asked for an address in its own name, or for a file by a program of its own. */
export const systemSeen: Rule = {
  id: "booted",
  when(view) {
    const last = view.done.at(-1);
    if (last === undefined) return undefined;
    const [system] = view.systems;
    if (system !== undefined) {
      const facts = { who: system.hostName ?? system.vendorClass, file: last.file };
      return found("system-seen", "certain", [...lastFiles(view), system], facts);
    }
    const fetched = view.systemFiles.find(({ time }) => time >= last.lastAt);
    // Some loader may have a name that nobody here knows: only after a file that a loader asked for.
    if (fetched?.agent === undefined || !hasSystem(view)) return undefined;
    const facts = { agent: fetched.agent, file: fetched.file };
    return found("system-fetched", "certain", [...lastFiles(view), fetched], facts);
  },
};

/** Something came after the first program: a kernel, a configuration, whatever. */
function hasSystem({ done }: BootView): boolean {
  return done.length > 1 || done.some(({ file }) => isKernelName(file));
}

/** What is left when no fault was found: all that the client asked for arrived, and by the loader's own files nothing is missing. */
export const delivered: readonly Rule[] = [
  { id: "unclear", when: kernelBehindShim },
  { id: "delivered", when: localDisk },
  { id: "delivered", when: menuWaits },
  { id: "unclear", when: goesElsewhere },
  { id: "delivered", when: allCame },
  { id: "unclear", when: knownScriptCame },
  { id: "delivered", when: scriptCame },
  { id: "delivered", when: singleProgram },
];

/** Which of the two it is cannot be seen from here. */
function kernelBehindShim(view: BootView): Found | undefined {
  const last = lastOfBoot(view);
  if (last === undefined || !shimMayRefuse(view, last) || !view.silentFor(10_000)) return undefined;
  return found("kernel-shim-may-refuse", "likely", lastFiles(view), { file: last.file });
}

function localDisk(view: BootView): Found | undefined {
  const words = ownWordsOf(view);
  if (words === undefined || !words.localBoot || words.begun || !view.silentFor(10_000)) return undefined;
  return found("local-disk", "likely", [words.by], { file: words.by.file });
}

function menuWaits(view: BootView): Found | undefined {
  const words = ownWordsOf(view);
  if (words === undefined || !words.waits || words.begun || !view.silentFor(10_000)) return undefined;
  return found("menu-waits", "likely", [words.by], { file: words.by.file });
}

/** Whether it gets there, and what it finds, is not seen: a name that nobody can look up leaves the same trail. */
function goesElsewhere(view: BootView): Found | undefined {
  const words = ownWordsOf(view);
  const host = words?.elsewhere[0]?.host;
  if (words === undefined || host === undefined || words.unasked.length > 0 || !view.silentFor(10_000))
    return undefined;
  return found("goes-on-at", "guess", [words.by], { file: words.by.file, host });
}

/** The kernel, or whatever came after the loader's configuration: names decide how sure it is and nothing else. */
function allCame(view: BootView): Found | undefined {
  const last = lastOfBoot(view);
  if (mayGoOn(view)) return undefined;
  if (last !== undefined && view.silentFor(10_000)) {
    return found("all-delivered", "likely", lastFiles(view), { file: last.file });
  }
  const loader = lastOfLoader(view);
  if (loader === undefined || loader.role === "script") return undefined;
  return found("loader-sent", "guess", lastFiles(view), { file: loader.file });
}

/** By its own words something should follow, and it has not been silent for as long as that may take. */
function mayGoOn(view: BootView): boolean {
  const words = ownWordsOf(view);
  if (words === undefined || !words.begun || words.waits || words.localBoot) return false;
  return words.unasked.length > 0 && !view.silentFor(15_000);
}

/** By its words it fetches something that is not visible here: success and failure leave the same trail. */
function knownScriptCame(view: BootView): Found | undefined {
  return ownWordsOf(view) === undefined ? undefined : scriptCame(view);
}

function scriptCame(view: BootView): Found | undefined {
  const script = lastOfLoader(view);
  if (script?.role !== "script") return undefined;
  const missing = view.asked.findLast(({ last }) => last.number > script.number && last.outcome === "not-found");
  const facts = { file: script.file, ...(missing === undefined ? {} : { missing: missing.last.file }) };
  return found("script-sent", "guess", [...lastFiles(view), missing?.last], facts);
}

function lastOfLoader(view: BootView): FileStep | undefined {
  if (!view.silentFor(30_000)) return undefined;
  // By its own words something should follow.
  if ((ownWordsOf(view)?.unasked ?? []).length > 0) return undefined;
  return view.done.findLast((file) => file.role === "config" || file.role === "script" || file !== view.done[0]);
}

/** What follows a configuration and is none itself, or has the name of a kernel. */
function lastOfBoot(view: BootView): FileStep | undefined {
  const config = view.done.find(({ role }) => role === "config" || role === "script");
  return view.done.findLast((file) => {
    if (isKernelName(file.file)) return true;
    const after = config !== undefined && beganAfter(file, config) && file.role === "file";
    return after && !isLoaderName(file.file) && keyOf(file.file) !== keyOf(config.file);
  });
}

/** One program that is no known loader and needs nothing more, as far as anybody can tell. */
function singleProgram(view: BootView): Found | undefined {
  const file = onlyFirstFile(view);
  if (file === undefined || isLoaderName(file.file) || !view.silentFor(30_000) || view.reply === undefined)
    return undefined;
  if (afterFile(view, file).ipxe || view.boot.givenUp) return undefined;
  return found("single-program", "guess", [file], { file: file.file });
}

export function lastFiles(view: BootView): readonly FileStep[] {
  return view.done.slice(-8);
}
