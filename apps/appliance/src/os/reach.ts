import { realpathSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";

/** Somebody who wants to read a file, as the kernel sees them. */
export interface Reader {
  readonly uid: number;
  readonly gids: readonly number[];
}

/** A user of whom nothing is known: only what everybody may do. */
export const anybody: Reader = { uid: -1, gids: [] };

/**
 * The first folder or file on the way to `path` that does not let a reader through, by its mode alone
 * (path_resolution(7)); undefined when they get there. What does not exist is in nobody's way.
 */
export function obstacle(path: string, reader: Reader): string | undefined {
  if (reader.uid === 0) return undefined;
  let real: string;
  try {
    real = realpathSync(path);
  } catch {
    return undefined;
  }
  const last = statSync(real);
  for (const folder of foldersOf(real)) if (!may(statSync(folder), reader, 1)) return folder;
  return may(last, reader, last.isDirectory() ? 5 : 4) ? undefined : real;
}

function foldersOf(path: string): string[] {
  const folders: string[] = [];
  for (let at = dirname(path); ; at = dirname(at)) {
    folders.unshift(at);
    if (at === dirname(at)) return folders;
  }
}

/** @param bits as in one digit of a mode: 4 read, 1 enter */
function may({ mode, uid, gid }: Stats, reader: Reader, bits: number): boolean {
  const shift = uid === reader.uid ? 6 : reader.gids.includes(gid) ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}
