import { statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { plain } from "../config/faults.ts";
import type { LoadedConfig } from "../config/load.ts";

/** Remarks on rights that are too wide: who may write the config or the boot files decides what every machine runs. */
export function rightsNotes({ config, file }: LoadedConfig): string[] {
  const { admin, root, state, log } = config;
  const path = file === undefined ? undefined : resolve(file);
  const writable: readonly (readonly [string, string | undefined])[] = [
    ["the config file", path],
    ["the folder of the config file", path && dirname(path)],
    ["the root", root],
    ["the state folder", state.directory],
    ["the token file", admin.tokenFile],
  ];
  const notes = writable.flatMap(([what, place]) => {
    const mode = modeOf(place);
    // In a sticky folder nobody replaces what is another's.
    if (mode === undefined || (mode & 0o002) === 0 || (mode & 0o1000) !== 0) return [];
    return [`every user of this machine can write ${what}, ${plain(place ?? "")}: chmod o-w ${plain(place ?? "")}`];
  });
  const tokenMode = modeOf(admin.tokenFile);
  if (admin.tokenFile !== undefined && tokenMode !== undefined && (tokenMode & 0o004) !== 0) {
    const shown = plain(admin.tokenFile);
    notes.push(`every user of this machine can read the token file, ${shown}: chmod o-r ${shown}`);
  }
  return [...notes, ...besideNotes([path, admin.tokenFile], log.file)];
}

/** The daemon's user may come to own the log and rotate it: then its folder is no place for what decides what it may do. */
function besideNotes(secrets: readonly (string | undefined)[], log: string | undefined): string[] {
  if (log === undefined || dirname(log) === "/dev") return [];
  const beside = secrets.find((path) => path !== undefined && dirname(path) === dirname(log));
  if (beside === undefined) return [];
  return [`the log is in the folder of ${plain(basename(beside))}: give it a folder of its own (log.file)`];
}

function modeOf(path: string | undefined): number | undefined {
  if (path === undefined) return undefined;
  try {
    return statSync(path).mode;
  } catch {
    return undefined;
  }
}
