import { chownSync, closeSync, constants, fchownSync, fstatSync, openSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Config } from "../config/schema.ts";
import { makeFoldersSync } from "./make-folders.ts";
import type { User } from "./users.ts";

/**
 * Changes the owner of what the daemon writes, before root becomes that user: the state folder, the log file; and creates the
 * boot folder. A failure shows later, when the daemon cannot write.
 */
export function handOver({ state, log, root, tftp, http }: Config, user: User): void {
  if (state.directory !== undefined) giveFolder(state.directory, user, true);
  if (log.file !== undefined) {
    if (isOurs(dirname(log.file))) giveFolder(dirname(log.file), user, false);
    giveFile(log.file, user, constants.O_CREAT | constants.O_APPEND | constants.O_WRONLY);
  }
  if (tftp.enabled || http.enabled) quietly(() => makeFoldersSync(root));
}

/** The files that are written into a state folder. */
const ownFile = /^(boots\.db(\.damaged)?(-\w+)?|next\.json(\.new)?)$/;

/** A folder with foreign files is left unchanged: it is not ours. */
function giveFolder(folder: string, user: User, make: boolean): void {
  quietly(() => {
    if (make) makeFoldersSync(folder, 0o750);
    const names = readdirSync(folder);
    if (!isOurs(folder) && !names.every((name) => ownFile.test(name))) return;
    if (statSync(folder).uid !== user.uid) chownSync(folder, user.uid, user.gid);
    for (const name of names) giveFile(join(folder, name), user, constants.O_RDONLY);
  });
}

function isOurs(folder: string): boolean {
  return basename(folder) === "bootlace";
}

/**
 * Only a regular file with one name: the user may have created a hard or symbolic link to a file of another user.
 */
function giveFile(path: string, { uid, gid }: User, flags: number): void {
  quietly(() => {
    const descriptor = openSync(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o640);
    try {
      const { nlink, uid: owner } = fstatSync(descriptor);
      if (fstatSync(descriptor).isFile() && nlink === 1 && owner !== uid) fchownSync(descriptor, uid, gid);
    } finally {
      closeSync(descriptor);
    }
  });
}

function quietly(work: () => void): void {
  try {
    work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}
