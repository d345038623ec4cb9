import { readdir, stat } from "node:fs/promises";
import { boundedMap } from "./core/bounded-map.ts";
import { isShortage, whenFree } from "./descriptors.ts";

/** Names in a folder, found by any way to write them in upper and lower case. */
export interface CaseIndex {
  /** None for a folder that cannot be read. Rejects where no descriptor is left. */
  namesLike(folder: string, name: string): Promise<readonly string[]>;
}

interface Listing {
  readonly version: string;
  /** Milliseconds of a steady clock. */
  readonly listedAt: number;
  readonly names: number;
  readonly byFolded: ReadonlyMap<string, readonly string[]>;
}

const mostFolders = 256;
/** Listing a folder of more names than that costs milliseconds: not more often than once a second. */
const manyNames = 500;
const trustFor = 1000;
/** Milliseconds. */
const settledAfter = 50;

/**
 * A name that is not there costs one look at the folder: its names are listed once for each state of it. The clock of file systems
 * ticks every few milliseconds, so that a folder changed a moment ago is listed again.
 * @param now Unix time in milliseconds
 */
export function caseIndex(now: () => number = Date.now): CaseIndex {
  const known = boundedMap<string, Listing>(mostFolders);
  const listing = new Map<string, Promise<Listing>>();

  function listed(folder: string, version: string): Promise<Listing> {
    const running = listing.get(folder);
    if (running !== undefined) return running;
    const made = list(folder, version).finally(() => listing.delete(folder));
    listing.set(folder, made);
    return made;
  }

  async function list(folder: string, version: string): Promise<Listing> {
    const byFolded = new Map<string, string[]>();
    const names = await whenFree(() => readdir(folder));
    for (const name of names) {
      const folded = name.toLowerCase();
      const same = byFolded.get(folded);
      if (same === undefined) byFolded.set(folded, [name]);
      else same.push(name);
    }
    const made = { version, listedAt: performance.now(), names: names.length, byFolded };
    known.set(folder, made);
    return made;
  }

  async function current(folder: string): Promise<Listing["byFolded"]> {
    const before = known.get(folder);
    const isFresh = before !== undefined && performance.now() - before.listedAt < trustFor;
    if (isFresh && before.names >= manyNames) return before.byFolded;
    const { dev, ino, mtimeNs, ctimeNs } = await stat(folder, { bigint: true });
    const isSettled = now() - Number(ctimeNs / 1_000_000n) >= settledAfter;
    const version = isSettled ? `${dev} ${ino} ${mtimeNs} ${ctimeNs}` : "";
    // Another request may have listed it meanwhile.
    const latest = known.get(folder);
    if (latest !== undefined && version !== "" && latest.version === version) return latest.byFolded;
    return (await listed(folder, version)).byFolded;
  }

  return {
    async namesLike(folder, name) {
      try {
        return (await current(folder)).get(name.toLowerCase()) ?? [];
      } catch (error) {
        if (isShortage(error)) throw error;
        return [];
      }
    },
  };
}
