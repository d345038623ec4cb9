import type { EventCode } from "../../events/codes.ts";
import type { Log } from "../../log/log.ts";
import type { OneTimeBoots } from "../../policy/one-time-boot.ts";
import { readOneTimeBootFile, writeOneTimeBootFile } from "../one-time-boot-file.ts";

/**
 * Keeps the one-time boots in the state folder. What cannot be written stays in memory, and the log says so once until it
 * can be written again.
 */
export function keptOneTimeBoots(folder: string | undefined, log: Log) {
  let troubled = false;

  function report(level: "warn" | "info", event: EventCode, message: string): void {
    log({ level, scope: "boot", event, message, fields: { folder } });
  }

  return {
    read(): OneTimeBoots {
      if (folder === undefined) return new Map();
      const read = readOneTimeBootFile(folder);
      if (!read.ok) {
        report("warn", "boot.next-unreadable", `one-time boots in ${folder} cannot be read: ${read.problem}`);
        return new Map();
      }
      if (read.dropped > 0) {
        report(
          "warn",
          "boot.next-dropped",
          `${read.dropped} one-time boots in ${folder} make no sense and are dropped`,
        );
      }
      return read.state;
    },
    /** Gives why it could not be kept. */
    write(state: OneTimeBoots): string | undefined {
      if (folder === undefined) return undefined;
      const problem = writeOneTimeBootFile(folder, state);
      if (problem !== undefined && !troubled) {
        const lost = "they work until the next restart";
        report("warn", "boot.next-unwritable", `one-time boots cannot be kept in ${folder} (${problem}): ${lost}`);
      }
      if (problem === undefined && troubled) {
        report("info", "boot.next-writable", `one-time boots are kept in ${folder} again`);
      }
      troubled = problem !== undefined;
      return problem;
    },
  };
}
