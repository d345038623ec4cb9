import type { EventCode } from "../../events/codes.ts";
import type { Log } from "../../log/log.ts";
import type { OneTimeBoots } from "../../policy/one-time-boot.ts";
import { readOneTimeBootFile, writeOneTimeBootFile } from "../one-time-boot-file.ts";

/**
 * Saves the one-time boots in the state folder. After a failed write they stay in memory, which is logged once until it
 * works again.
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
        report("warn", "boot.next-unreadable", `one-time boots in ${folder} are not readable: ${read.problem}`);
        return new Map();
      }
      if (read.dropped > 0) {
        report(
          "warn",
          "boot.next-dropped",
          `dropped ${read.dropped} invalid one-time ${read.dropped === 1 ? "boot" : "boots"} in ${folder}`,
        );
      }
      return read.state;
    },
    /** Returns why it could not be saved. */
    write(state: OneTimeBoots): string | undefined {
      if (folder === undefined) return undefined;
      const problem = writeOneTimeBootFile(folder, state);
      if (problem !== undefined && !troubled) {
        const lost = "they are lost at the next restart";
        report("warn", "boot.next-unwritable", `one-time boots cannot be saved in ${folder} (${problem}): ${lost}`);
      }
      if (problem === undefined && troubled) {
        report("info", "boot.next-writable", `one-time boots are saved in ${folder} again`);
      }
      troubled = problem !== undefined;
      return problem;
    },
  };
}
