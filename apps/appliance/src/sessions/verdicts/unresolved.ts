import type { FileNeed } from "../../catalogue/file-facts.ts";
import { isTried, nameBeforeEnding, searchNameOf } from "../../catalogue/tries.ts";
import type { FileStep } from "../step.ts";
import { type Asked, isAfter, placesOf } from "./asked.ts";
import type { BootView } from "./view.ts";

/** Whether the client went on after it: a file that it had not asked for before arrived whole. */
export function isOvercome(view: BootView, { last, key }: Asked): boolean {
  return view.asked.some(
    ({ key: other, cameAt, first }) => other !== key && cameAt !== undefined && isAfter(first, last),
  );
}

/** Where a file of ours that this client got names another one. */
export interface Named {
  readonly need: FileNeed;
  readonly by: FileStep;
}

export function namedBy(view: BootView, key: string): Named | undefined {
  for (const by of view.done.toReversed()) {
    const need = view.factsOf(by.file)?.needs?.find((each) => placesOf(each).includes(key));
    if (need !== undefined) return { need, by };
  }
  return undefined;
}

/** A client that opens a file and walks away only looks whether it is there: Raspberry Pis do. */
function isLook(view: BootView, { bytes, outcome }: FileStep): boolean {
  return view.boot.firmware === "raspberry-pi" && outcome === "aborted" && bytes === 0;
}

function cameFrom(view: BootView, places: readonly string[]): boolean {
  return view.asked.some(({ key, last }) => last.outcome === "done" && places.includes(key));
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
    if (need?.optional === true && !isInsistent(view, asked)) return false;
    if (need !== undefined && cameFrom(view, placesOf(need))) return false;
    const isCut = outcome === "aborted" || outcome === "running";
    const spared = !isCut && (isTried(asked.first.file) || searchNameOf(asked.first.file)?.doubtful === false);
    return (need !== undefined || !spared) && !isOvercome(view, asked);
  });
  const keys = new Set(open.map(({ key }) => key));
  return open.filter(({ first }) => !keys.has(nameBeforeEnding(first.file)?.toLowerCase() ?? ""));
}

/**
 * A script of iPXE that goes on where a file is missing, and comes back to it: without it, it goes nowhere. Where it
 * waits for a person, that may be the person who insists.
 */
function isInsistent(view: BootView, { key, times, first, last }: Asked): boolean {
  if (times < 5 || last.lastAt - first.time < 8_000) return false;
  const by = namedBy(view, key)?.by;
  const { loader, waits } = (by === undefined ? undefined : view.factsOf(by.file)) ?? {};
  return loader === "ipxe" && waits !== true;
}

/** The client asks for it again and again, or asks for nothing any more. */
export function isSettled(view: BootView, { times, first, last }: Asked, silence: number): boolean {
  if (view.silentFor(silence)) return true;
  // In a loop a script may come anew each time; a file that it never had may be the way on.
  const isNew = view.asked.some((asked) => asked.last.outcome === "running" && asked.cameAt === undefined);
  return !isNew && times >= 3 && last.lastAt - first.time >= 4_000;
}
