import type { FileNeed } from "../../catalogue/file-facts.ts";
import { plainName } from "../../catalogue/file-role.ts";
import type { FileStep, Step } from "../step.ts";

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
  // Not Map.groupBy: the bundle runs on Debian 12's Node.js 18, which has none.
  const byName = new Map<string, FileStep[]>();
  for (const step of files) {
    const key = keyOf(step.file);
    const same = byName.get(key);
    if (same === undefined) byName.set(key, [step]);
    else same.push(step);
  }
  return [...byName].map(([key, steps]) => {
    const tried = steps.filter(({ outcome }) => outcome !== "probe");
    const counted = tried.length > 0 ? tried : steps;
    const last = counted.reduce((latest, step) => (step.lastAt >= latest.lastAt ? step : latest));
    const came = steps.find(({ outcome }) => outcome === "done");
    const times = steps.reduce((sum, step) => sum + step.times, 0);
    return { key, first: steps[0] as FileStep, last, times, cameAt: came?.lastAt };
  });
}

/** Whether one step began after the last sight of another. */
export function isAfter(step: FileStep, { lastAt, number }: FileStep): boolean {
  return step.time === lastAt ? step.number > number : step.time > lastAt;
}

/** Whether one step began after another: what came by HTTP may be known only after what was asked for next. */
export function beganAfter(step: Pick<Step, "time" | "number">, other: Pick<Step, "time" | "number">): boolean {
  return step.time === other.time ? step.number > other.number : step.time > other.time;
}

/** Where a loader looks for what a file names, as keys: any of them will do. */
export function placesOf({ path, otherwise = [] }: FileNeed): readonly string[] {
  return path === undefined ? [] : [path, ...otherwise].map(keyOf);
}
