import { closeSync, constants, openSync } from "node:fs";
import { join } from "node:path";
import { answersInTime } from "./disk-answers.ts";
import { makeFoldersSync } from "./make-folders.ts";
import { loadSqlite } from "./sqlite.ts";

/** Held until the process ends or it is disposed of. */
export interface Claim extends AsyncDisposable {
  /** Another process has claimed the folder. */
  readonly taken: boolean;
}

/** Only who may write the folder can lock it: a name that any user could take would be no sign of another daemon. */
const lockName = "bootlace.lock";

/**
 * Claims a folder, to detect another process using it, by a lock on a file in it (fcntl(2)). The system ends the lock when its
 * process ends in any way. Node has no locks of its own; SQLite takes one for an empty database, and writes nothing.
 */
export async function claimFolder(folder: string): Promise<Claim> {
  const sqlite = loadSqlite();
  const none: Claim = { taken: false, async [Symbol.asyncDispose]() {} };
  if (sqlite === undefined || !(await answersInTime(folder))) return none;
  try {
    makeFoldersSync(folder, 0o750);
    const path = join(folder, lockName);
    closeSync(
      openSync(path, constants.O_CREAT | constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600),
    );
    const database = new sqlite.DatabaseSync(path, { timeout: 0 });
    try {
      database.exec("pragma journal_mode = memory; begin exclusive");
    } catch (error) {
      database.close();
      return { ...none, taken: isBusy(error) };
    }
    return {
      taken: false,
      async [Symbol.asyncDispose]() {
        database.close();
      },
    };
  } catch {
    // A folder that cannot be written is reported by what is to be written there.
    return none;
  }
}

/** SQLITE_BUSY (sqlite.org/rescode). */
function isBusy(error: unknown): boolean {
  return ((error as { errcode?: number }).errcode ?? 0) % 256 === 5;
}
