import { realpathSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import type { Problem } from "./faults.ts";
import type { Config } from "./schema.ts";

/** What holds passwords, keys, tokens or who boots what, and is never served. `setting` says what it is. */
export interface PrivatePath {
  readonly path: string;
  readonly setting: string;
}

/** @param file the config file, as an absolute path */
export function privatePaths({ admin, log, state }: Config, file: string | undefined): readonly PrivatePath[] {
  const rows: readonly (readonly [string | undefined, string])[] = [
    [file, "the config file"],
    [admin.tokenFile, "admin.tokenFile"],
    [state.directory, "state.directory"],
    [log.file, "log.file"],
  ];
  return rows.flatMap(([path, setting]) => (path === undefined ? [] : [{ path, setting }]));
}

/** The root of a config, and what is never served of it. */
export function servedOf({ config, file }: { readonly config: Config; readonly file?: string }) {
  const never = privatePaths(config, file === undefined ? undefined : resolve(file)).map(({ path }) => path);
  return { root: config.root, never };
}

/** Folders of the system in which boot files lie at most in a folder of their own (FHS 3.0). */
const systemFolders: ReadonlySet<string> = new Set(["/", "/etc", "/home", "/root", "/usr", "/var"]);
/** Folders whose files the kernel invents: the memory and the folders of every process are among them. */
const kernelFolders = ["/dev", "/proc", "/sys"] as const;

/** Why a folder is no root: everybody on the network can read what is in it. */
export function rootProblem(config: Config, file: string | undefined): Problem | undefined {
  if (!config.tftp.enabled && !config.http.enabled) return undefined;
  const root = realPath(config.root);
  const shown = root === config.root ? root : `${config.root}, which is ${root}`;
  const allowed = "Everybody on the network can read the root: set it to a folder with nothing but boot files";
  // By its name as well: /proc/self/cwd is a link.
  const ofKernel = kernelFolders.some((folder) => isWithin(root, folder) || isWithin(config.root, folder));
  if (ofKernel || systemFolders.has(root)) {
    return { code: "E051", problem: `${shown} is a folder of the system`, allowed };
  }
  const within = privatePaths(config, file).find(({ path }) => isWithin(realPath(path), root));
  if (within === undefined) return undefined;
  return { code: "E051", problem: `the root ${shown} contains ${within.setting} (${within.path})`, allowed };
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Without links, as far as the path is there. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realPath(folder), path.slice(folder.length));
  }
}
