import type { FileNeed } from "../../catalogue/file-facts.ts";
import { plainName } from "../../catalogue/file-role.ts";
import { isTried, nameBeforeEnding, searchNameOf } from "../../catalogue/tries.ts";
import type { FileStep } from "../step.ts";
import type { BootView } from "./view.ts";

/** All requests for one file: under any spelling of its name, by either protocol. */
export interface Asked {
  /** The name in plain form, lower case. */
  readonly key: string;
  readonly first: FileStep;
  /** The request that was seen last, size probes left out where there is another: what it came to. */
  readonly last: FileStep;
  readonly times: number;
  /** When it arrived whole for the first time. */
  readonly cameAt: number | undefined;
}

export function keyOf(file: string): string {
  return plainName(file).toLowerCase();
}

/** @param files steps in their order @returns one item a name, in the order in which they were asked for first */
export function askedIn(files: readonly FileStep[]): readonly Asked[] {
  const byName = Map.groupBy(files, ({ file }) => keyOf(file));
  return [...byName].map(([key, steps]) => {
    const tried = steps.filter(({ outcome }) => outcome !== "probe");
    const counted = tried.length > 0 ? tried : steps;
    const last = counted.reduce((latest, step) => (step.lastAt >= latest.lastAt ? step : latest));
    const came = steps.find(({ outcome }) => outcome === "done");
    const times = steps.reduce((sum, step) => sum + step.times, 0);
    return { key, first: steps[0] as FileStep, last, times, cameAt: came?.lastAt };
  });
}

/** Whether the client went on after it: a file that it had not asked for before arrived whole. */
export function isOvercome(view: BootView, { last, key }: Asked): boolean {
  return view.asked.some(
    ({ key: other, cameAt, first }) => other !== key && cameAt !== undefined && isAfter(first, last),
  );
}

/** Whether one step began after the last sight of another. */
export function isAfter(step: FileStep, { lastAt, number }: FileStep): boolean {
  return step.time === lastAt ? step.number > number : step.time > lastAt;
}

/** Where a file of ours that this client got names another one. */
export interface Named {
  readonly need: FileNeed;
  readonly by: FileStep;
}

export function namedBy(view: BootView, key: string): Named | undefined {
  for (const by of view.done.toReversed()) {
    const need = view.factsOf(by.file)?.needs?.find(({ path }) => path !== undefined && keyOf(path) === key);
    if (need !== undefined) return { need, by };
  }
  return undefined;
}

/** A client that opens a file and walks away only looks whether it is there: Raspberry Pis do. */
function isLook(view: BootView, { bytes, outcome }: FileStep): boolean {
  return view.boot.firmware === "raspberry-pi" && outcome === "aborted" && bytes === 0;
}

/**
 * The requests that did not end with the file and that the client did not get over, in their order: whatever the file
 * is called. Names that loaders only try and names of a search are not among them.
 */
export function unresolved(view: BootView): readonly Asked[] {
  const open = view.asked.filter((asked) => {
    const { outcome } = asked.last;
    if (outcome === "done" || outcome === "probe" || (outcome === "running" && !view.boot.givenUp)) return false;
    if (isLook(view, asked.last)) return false;
    const need = namedBy(view, asked.key)?.need;
    if (need?.optional === true) return false;
    const isCut = outcome === "aborted" || outcome === "running";
    const spared = !isCut && (isTried(asked.first.file) || searchNameOf(asked.first.file)?.doubtful === false);
    return (need !== undefined || !spared) && !isOvercome(view, asked);
  });
  const keys = new Set(open.map(({ key }) => key));
  return open.filter(({ first }) => !keys.has(nameBeforeEnding(first.file)?.toLowerCase() ?? ""));
}

/** The client asks for it again and again, or asks for nothing any more. */
export function isSettled(view: BootView, { times, first, last }: Asked, silence: number): boolean {
  if (view.silentFor(silence)) return true;
  // In a loop a script may come anew each time; a file that it never had may be the way on.
  const isNew = view.asked.some((asked) => asked.last.outcome === "running" && asked.cameAt === undefined);
  return !isNew && times >= 3 && last.lastAt - first.time >= 4_000;
}
