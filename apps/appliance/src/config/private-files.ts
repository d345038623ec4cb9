import { realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { type Problem, plain } from "./faults.ts";
import type { Config } from "./schema.ts";
import { stateFile, stateFiles } from "./state-directory.ts";

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

/** What programs call their folders and files of keys and passwords. */
const privateNames: ReadonlySet<string> = new Set([
  ...[".ssh", ".gnupg", ".aws", ".kube", ".password-store", ".netrc", ".git-credentials"],
]);
/** Folders that programs of the system fill; boot files have one of their own in or beside them (FHS 3.0). */
const filledFolders: ReadonlySet<string> = new Set([
  ...["/bin", "/lib", "/lib64", "/opt", "/run", "/sbin", "/tmp"],
  ...["/usr/bin", "/usr/lib", "/usr/lib64", "/usr/local", "/usr/sbin", "/usr/share", "/usr/src"],
  ...["/var/cache", "/var/lib", "/var/log", "/var/spool", "/var/tmp"],
]);

/** A root that is served, and that people should look at again. */
export function rootRemark({ root: named, tftp, http }: Config): string | undefined {
  if (!tftp.enabled && !http.enabled) return undefined;
  const root = realPath(named);
  if (!filledFolders.has(root) && !isWithin(root, "/etc")) return undefined;
  return `everybody on the network can read the root, ${plain(root)}, a folder of the system: use one with nothing but boot files`;
}

/** Names in the root that say what is in them. */
export function secretsIn({ root, tftp, http }: Config): string[] {
  if (!tftp.enabled && !http.enabled) return [];
  const there = [...privateNames].filter((name) => statSync(join(root, name), { throwIfNoEntry: false }) !== undefined);
  return there.map((name) => `everybody on the network can read ${plain(join(root, name))}: keep keys out of the root`);
}

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
  if (root.split(sep).some((part) => privateNames.has(part))) {
    return { code: "E051", problem: `the root ${shown} holds keys`, allowed };
  }
  const within = privatePaths(config, file).find(({ path }) => isWithin(realPath(path), root));
  if (within === undefined) return undefined;
  return { code: "E051", problem: `the root ${shown} contains ${within.setting} (${within.path})`, allowed };
}

/**
 * Why a file is no log file: each line would go into a file that Bootlace needs, by its own name or by another.
 * @param file the config file, as an absolute path
 */
export function logProblem({ admin, log, state }: Config, file: string | undefined): Problem | undefined {
  if (log.file === undefined) return undefined;
  const kept = state.directory === undefined ? [] : stateFiles.map((name) => join(state.directory ?? "", name));
  const others: readonly (readonly [string | undefined, string])[] = [
    [file, "the config file"],
    [admin.tokenFile, "admin.tokenFile"],
    [admin.socket, "admin.socket"],
    ...kept.map((path) => [path, "a file of the state folder"] as const),
  ];
  const path = realPath(log.file);
  const other = others.find(([each]) => each !== undefined && (realPath(each) === path || isSameFile(each, path)))?.[1];
  const inState = state.directory !== undefined && dirname(path) === realPath(state.directory);
  const what = other ?? (inState && stateFile.test(basename(path)) ? "a file of the state folder" : undefined);
  if (what === undefined) return undefined;
  const allowed = "Set log.file to a file of its own, such as /var/log/bootlace/bootlace.log";
  return { code: "E052", problem: `${log.file} is ${what}, and the log would be written into it`, allowed };
}

/** One file has one inode on its device, whatever its names. */
function isSameFile(path: string, other: string): boolean {
  try {
    const [one, two] = [path, other].map((each) => statSync(each, { bigint: true }));
    return one !== undefined && one.dev === two?.dev && one.ino === two.ino;
  } catch {
    return false;
  }
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
