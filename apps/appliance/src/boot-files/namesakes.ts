import { opendir } from "node:fs/promises";

/** What bounds a look: boot folders can hold whole distributions. */
const deepestFolder = 6;
const mostEntries = 20_000;
const mostFound = 8;
/** Milliseconds for which one look at the folder is used: clients ask for many names at once. */
const trustFor = 10_000;

/** Finds files by the last part of their name. */
export interface Namesakes {
  /** @param path below the root @returns paths of files of the same name, in plain form; case does not count */
  of(path: string): Promise<readonly string[]>;
}

export function namesakesIn(root: () => string, now: () => number): Namesakes {
  let index: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let lookedIn = "";

  return {
    async of(path) {
      const age = now() - lookedAt;
      if (index === undefined || lookedIn !== root() || age > trustFor || age < 0) {
        lookedAt = now();
        lookedIn = root();
        index = indexOf(lookedIn);
      }
      return (await index).get(baseName(path)) ?? [];
    },
  };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).toLowerCase();
}

async function indexOf(root: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  const waiting = [{ path: "", depth: 0 }];
  let entries = 0;
  for (let next = waiting.shift(); next !== undefined && entries < mostEntries; next = waiting.shift()) {
    try {
      for await (const entry of await opendir(`${root}/${next.path}`)) {
        if (++entries > mostEntries) break;
        const path = next.path === "" ? entry.name : `${next.path}/${entry.name}`;
        if (entry.isDirectory() && next.depth < deepestFolder) waiting.push({ path, depth: next.depth + 1 });
        if (!entry.isFile()) continue;
        const same = found.get(entry.name.toLowerCase()) ?? [];
        if (same.length < mostFound) found.set(entry.name.toLowerCase(), [...same, path]);
      }
    } catch {
      // A folder that cannot be read hides what is in it from clients, too.
    }
  }
  return found;
}
