import { lstatSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Problem } from "./faults.ts";

/** Who runs the command: the user of the process, and whoever became root with sudo. */
export interface Caller {
  readonly uid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Why a config that was found and not named does not count: in a folder where others can write, it may be theirs, and it
 * decides which files are served and where a token is sent (CWE-426; git had the same fault, CVE-2022-24765). The file and
 * its folder must belong to the caller or to root, and nobody else may write them.
 * @returns undefined for a config that counts
 */
export function foundConfigProblem(path: string, caller: Caller, stat = statOf): Problem | undefined {
  const trusted = new Set([0, caller.uid, ...sudoUser(caller.env)]);
  const places = [
    [path, stat(path, true)],
    [path, stat(path, false)],
    [dirname(path), stat(dirname(path), true)],
  ] as const;
  for (const [place, found] of places) {
    const problem = found === undefined ? undefined : problemOf(place, found, trusted);
    if (problem !== undefined) {
      const allowed = "Name the file with --config or BOOTLACE_CONFIG if it is meant";
      return { code: "E042", problem: `this file was found here, not named, and ${problem}`, allowed };
    }
  }
  return undefined;
}

function problemOf(place: string, { uid, gid, mode, link }: Owned, trusted: ReadonlySet<number>): string | undefined {
  if (!trusted.has(uid)) return `${place} belongs to another user (${uid})`;
  // Anybody may write a link, and nobody does: its mode says nothing (symlink(7)).
  if (link) return undefined;
  if ((mode & 0o002) !== 0) return `every user can write ${place}`;
  // Many distributions give each user a group of the same number, and let it write what the user makes.
  if ((mode & 0o020) !== 0 && gid !== uid) return `a group (${gid}) can write ${place}`;
  return undefined;
}

/** As git does: who calls through sudo means their own files as well, also after root has been dropped. */
export function sudoUser(env: Caller["env"]): number[] {
  const { SUDO_UID: text = "" } = env;
  return /^\d{1,10}$/.test(text) ? [Number(text)] : [];
}

interface Owned extends Pick<Stats, "uid" | "gid" | "mode"> {
  readonly link: boolean;
}

function statOf(path: string, follow: boolean): Owned | undefined {
  const found = (follow ? statSync : lstatSync)(path, { throwIfNoEntry: false });
  return found && { uid: found.uid, gid: found.gid, mode: found.mode, link: found.isSymbolicLink() };
}
