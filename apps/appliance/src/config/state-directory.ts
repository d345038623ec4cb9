import { accessSync, constants } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { Origin } from "./overlay.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The state folder of a system service (FHS 3.0 §5.8). */
const systemFolder = "/var/lib/bootlace";

/**
 * The default state folder: the first folder of `$STATE_DIRECTORY` (systemd.exec), else
 * /var/lib/bootlace when it can be written or created, else a folder of the user (XDG Base Directory).
 * @returns undefined when no folder is writable; then nothing survives a restart
 */
export function defaultStateDirectory(
  env: Environment,
  canWrite: (path: string) => boolean = isWritable,
): { readonly directory: string; readonly origin: Origin } | undefined {
  const given = env.STATE_DIRECTORY?.split(":")[0];
  if (given !== undefined && isAbsolute(given)) {
    return { directory: given, origin: { kind: "environment", name: "STATE_DIRECTORY" } };
  }
  if (canWrite(systemFolder) || (!exists(systemFolder) && canWrite("/var/lib"))) {
    return { directory: systemFolder, origin: { kind: "default" } };
  }
  const { XDG_STATE_HOME: own, HOME: home } = env;
  if (own !== undefined && isAbsolute(own)) {
    return { directory: join(own, "bootlace"), origin: { kind: "environment", name: "XDG_STATE_HOME" } };
  }
  if (home === undefined || !isAbsolute(home)) return undefined;
  return { directory: join(home, ".local/state/bootlace"), origin: { kind: "default" } };
}

function isWritable(path: string): boolean {
  return allows(path, constants.W_OK);
}

function exists(path: string): boolean {
  return allows(path, constants.F_OK);
}

function allows(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** The names of the files that are written into a state folder. */
export const stateFile =
  /^(boots\.db(\.(damaged|version-\d+)(\.\d+)?)?(-\w+)?|next\.json(\.new|\.damaged(\.\d+)?)?|bootlace\.lock)$/;
/** Those that another name may lead to. */
export const stateFiles = ["boots.db", "boots.db-wal", "boots.db-shm", "next.json", "bootlace.lock"] as const;
