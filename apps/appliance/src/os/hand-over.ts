import { chownSync, closeSync, constants, fchownSync, fstatSync, lstatSync, openSync, readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Config } from "../config/schema.ts";
import { stateFile } from "../config/state-directory.ts";
import { below, type Walk, type WalkRules, walkFolder } from "./root-paths.ts";
import type { User } from "./users.ts";

/**
 * Gives the daemon's user what it writes, before root becomes that user: the folders and files that this start makes, the
 * log file, the socket of the API, and a state folder of root's that holds nothing but what an earlier start made there. Creates the boot folder.
 * Nothing is given, or even made, behind a link or where others could put one.
 * @param mine the user who became root, from the environment of sudo
 * @returns what must not be used, and why; other failures show later, when the daemon cannot write
 */
export function handOver({ state, log, root, tftp, http, admin }: Config, user: User, mine: readonly number[]) {
  const rules = { trusted: new Set([0, user.uid, ...mine]) };
  const given = quietly(() => giveState(state.directory, user, rules)) ?? quietly(() => giveLog(log.file, user, rules));
  if (given === undefined && (tftp.enabled || http.enabled)) {
    quietly(() => void use(walkFolder(root, { ...rules, make: 0o755, followRoot: true }), () => undefined));
  }
  // Where it cannot be served, that is reported then, and keeps nobody from booting.
  if (given === undefined && admin.enabled) quietly(() => giveSocket(admin.socket, user, rules));
  return given;
}

/**
 * For a daemon that stays root: a state folder or a log on whose way others could plant links. The state folder itself may
 * be that of a user as whom an earlier start went on: its files are opened without following links.
 * @returns what must not be used, and why
 */
export function rootOnlyProblem({ state, log }: Config, mine: readonly number[]): string | undefined {
  const rules = { trusted: new Set([0, ...mine]), followRoot: true };
  const look = (path: string | undefined, setting: string) =>
    path === undefined
      ? undefined
      : quietly(() => use(walkFolder(path, rules), (_folder, problem) => problem && `${setting}: ${problem}`));
  const folderOf = (path: string | undefined) => (path === undefined ? undefined : dirname(path));
  return (
    look(folderOf(state.directory), "state.directory") ??
    quietly(() => foreignLink(state.directory)) ??
    look(folderOf(log.file), "log.file")
  );
}

function foreignLink(path: string | undefined): string | undefined {
  const link = path === undefined ? undefined : lstatSync(path, { throwIfNoEntry: false });
  if (link?.isSymbolicLink() !== true || link.uid === 0) return undefined;
  return `state.directory: ${path} is a link of another user (${link.uid})`;
}

function giveState(path: string | undefined, user: User, rules: WalkRules): string | undefined {
  if (path === undefined) return undefined;
  return use(walkFolder(path, { ...rules, make: 0o750 }), (folder, problem, made) => {
    if (folder === undefined) return problem && `state.directory: ${problem}`;
    giveMade(made ?? [], user, rules);
    const names = readdirSync(below(folder, "."));
    if (!names.every((name) => stateFile.test(name))) return undefined;
    giveOpen(folder, user);
    for (const name of names) quietly(() => giveFile(below(folder, name), user, constants.O_RDONLY));
    return undefined;
  });
}

/** Folders in between, without which the user would not get to the last one. */
function giveMade(made: readonly string[], user: User, rules: WalkRules): void {
  for (const path of made) use(walkFolder(path, rules), (folder) => folder !== undefined && giveOpen(folder, user));
}

function giveLog(path: string | undefined, user: User, rules: WalkRules): string | undefined {
  if (path === undefined || dirname(path) === "/dev") return undefined;
  return use(walkFolder(dirname(path), { ...rules, followRoot: true }), (folder, problem) => {
    if (folder === undefined) return problem && `log.file: ${problem}`;
    giveFile(below(folder, basename(path)), user, constants.O_CREAT | constants.O_APPEND | constants.O_WRONLY);
    return undefined;
  });
}

/** The folder of the socket if it is missing, and a socket that root made. */
function giveSocket(path: string | undefined, user: User, rules: WalkRules): void {
  if (path === undefined) return;
  use(walkFolder(dirname(path), { ...rules, make: 0o755, followRoot: true }), (folder, _problem, made) => {
    if (folder === undefined) return;
    giveMade(made ?? [], user, rules);
    // A descriptor of the very socket, which cannot be opened in any other way (open(2), O_PATH).
    const descriptor = openSync(below(folder, basename(path)), pathOnly | constants.O_NOFOLLOW);
    try {
      const { uid, nlink, mode } = fstatSync(descriptor);
      const isSocket = (mode & constants.S_IFMT) === constants.S_IFSOCK;
      if (isSocket && nlink === 1 && uid === 0) chownSync(`/proc/self/fd/${descriptor}`, user.uid, user.gid);
    } finally {
      closeSync(descriptor);
    }
  });
}

/** O_PATH, of which Node has no name. */
const pathOnly = 0o10000000;

function use<T>(walk: Walk, work: (folder: number | undefined, problem?: string, made?: readonly string[]) => T): T {
  if (!walk.ok) return work(undefined, walk.problem);
  try {
    return work(walk.descriptor, undefined, walk.made);
  } finally {
    closeSync(walk.descriptor);
  }
}

/** Only a regular file of root's with one name: the user may have created a hard or symbolic link to another file. */
function giveFile(path: string, user: User, flags: number): void {
  const descriptor = openSync(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o640);
  try {
    const info = fstatSync(descriptor);
    if (info.isFile() && info.nlink === 1) giveOpen(descriptor, user);
  } finally {
    closeSync(descriptor);
  }
}

function giveOpen(descriptor: number, { uid, gid }: User): void {
  if (fstatSync(descriptor).uid === process.geteuid?.() && process.geteuid() !== uid) fchownSync(descriptor, uid, gid);
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}
