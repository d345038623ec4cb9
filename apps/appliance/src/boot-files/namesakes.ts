import type { Dirent } from "node:fs";
import { opendir } from "node:fs/promises";
import { join } from "node:path";
import { inTime, silent } from "./in-time.ts";

/** What bounds a search: boot trees can hold whole distributions. */
const mostEntries = 20_000;
const deepestFolder = 8;
const mostFound = 8;
/** Milliseconds for which the names that were found are taken as still true; a loader asks for dozens in a row. */
const trustFor = 10_000;

type Names = ReadonlyMap<string, readonly string[]>;

/**
 * Finds where below a root a file lies that was asked for somewhere else: by its name alone, without regard to case; or, of
 * the paths in `others`, those that are there. Symbolic links to folders are not followed.
 */
export function namesakeFinder(now: () => number) {
  let known: { readonly root: string; readonly time: number; readonly names: Promise<Names> } | undefined;

  return async function find(root: string, path: string, others: readonly string[] = []): Promise<readonly string[]> {
    const age = now() - (known?.time ?? 0);
    if (known?.root !== root || age < 0 || age >= trustFor) known = { root, time: now(), names: namesBelow(root) };
    const names = await known.names;
    if (others.length > 0) {
      const wanted = new Set(others.map((other) => other.toLowerCase()));
      return others
        .flatMap((other) => names.get(baseOf(other)) ?? [])
        .filter((each) => wanted.has(each.toLowerCase()))
        .slice(0, mostFound);
    }
    const found = names.get(baseOf(path)) ?? [];
    return found.filter((each) => each !== path).slice(0, mostFound);
  };
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).toLowerCase();
}

async function namesBelow(root: string): Promise<Names> {
  const names = new Map<string, string[]>();
  const waiting = [{ folder: "", depth: 0 }];
  let left = mostEntries;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { folder, depth } = next;
    const here = join(root, folder);
    const listed = await inTime(here, () => entriesOf(here, left));
    for (const entry of listed === silent ? [] : listed) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (depth < deepestFolder) waiting.push({ folder: path, depth: depth + 1 });
        continue;
      }
      const name = entry.name.toLowerCase();
      const same = names.get(name);
      if (same === undefined) names.set(name, [path]);
      else same.push(path);
    }
    left -= listed === silent ? 0 : listed.length;
    if (left <= 0) return names;
  }
  return names;
}

/** What a folder holds, as far as it is there and can be read; `most` of it. */
async function entriesOf(path: string, most: number): Promise<Dirent[]> {
  const entries: Dirent[] = [];
  try {
    for await (const entry of await opendir(path)) if (entries.push(entry) >= most) break;
  } catch {
    // A folder that is gone or for nobody to read has nothing that could be served.
  }
  return entries;
}
