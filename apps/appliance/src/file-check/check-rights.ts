import { statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { plain } from "../config/faults.ts";
import type { LoadedConfig } from "../config/load.ts";
import { rootRemark, secretsIn } from "../config/private-files.ts";

/** Remarks on rights that are too wide: who may write the config or the boot files decides what every machine runs. */
export function rightsNotes(loaded: LoadedConfig): string[] {
  const { config, file } = loaded;
  const { admin, root, log } = config;
  const path = file === undefined ? undefined : resolve(file);
  const notes = [...exposedNotes(loaded), ...writableNotes([["the root", root]]), ...quietly(() => secretsIn(config))];
  const tokenMode = modeOf(admin.tokenFile);
  if (admin.tokenFile !== undefined && tokenMode !== undefined && (tokenMode & 0o004) !== 0) {
    const shown = plain(admin.tokenFile);
    notes.push(`every user of this machine can read the token file, ${shown}: chmod o-r ${shown}`);
  }
  return [...notes, ...besideNotes([path, admin.tokenFile], log.file)];
}

/** Those of them that a start says as well: no question to the root, which may lie on a storage that does not answer. */
export function exposedNotes({ config, file }: LoadedConfig): string[] {
  const path = file === undefined ? undefined : resolve(file);
  const remark = rootRemark(config);
  return [
    ...writableNotes([
      ["the config file", path],
      ["the folder of the config file", path && dirname(path)],
      ["the state folder", config.state.directory],
      ["the token file", config.admin.tokenFile],
    ]),
    ...(remark === undefined ? [] : [remark]),
  ];
}

function writableNotes(places: readonly (readonly [string, string | undefined])[]): string[] {
  return places.flatMap(([what, place]) => {
    const mode = modeOf(place);
    // In a sticky folder nobody replaces what is another's.
    if (mode === undefined || (mode & 0o002) === 0 || (mode & 0o1000) !== 0) return [];
    return [`every user of this machine can write ${what}, ${plain(place ?? "")}: chmod o-w ${plain(place ?? "")}`];
  });
}

function quietly(look: () => string[]): string[] {
  try {
    return look();
  } catch {
    // The folder may be closed.
    return [];
  }
}

/** The daemon's user may come to own the log and rotate it: then its folder is no place for what decides what it may do. */
function besideNotes(secrets: readonly (string | undefined)[], log: string | undefined): string[] {
  if (log === undefined || dirname(log) === "/dev") return [];
  const beside = secrets.find((path) => path !== undefined && dirname(path) === dirname(log));
  if (beside === undefined) return [];
  return [`the log is in the folder of ${plain(basename(beside))}: give it a folder of its own (log.file)`];
}

/** Of a file or a folder: a device is reported as none, and its rights are not to be changed. */
function modeOf(path: string | undefined): number | undefined {
  if (path === undefined) return undefined;
  try {
    const found = statSync(path);
    return found.isFile() || found.isDirectory() ? found.mode : undefined;
  } catch {
    return undefined;
  }
}
