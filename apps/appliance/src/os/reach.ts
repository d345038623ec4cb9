import { realpathSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";

/** A user who reads a file, as the kernel sees them. */
export interface Reader {
  readonly uid: number;
  readonly gids: readonly number[];
}

/** An unknown user: only the permissions of others count. */
export const anybody: Reader = { uid: -1, gids: [] };

/**
 * The first folder or file on the path that stops a reader, by its mode alone
 * (path_resolution(7)); undefined when the reader gets there. A missing file stops nobody.
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
