import type { EventCode } from "../../events/codes.ts";
import type { Log } from "../../log/log.ts";
import type { NextState } from "../../policy/one-time-boot.ts";
import { readNextFile, writeNextFile } from "../one-time-boot-file.ts";

/**
 * Keeps the one-shots in the state folder. What cannot be written stays in memory, and the log says so once until it
 * can be written again.
 */
export function keptNext(folder: string | undefined, log: Log) {
  let troubled = false;

  function tell(level: "warn" | "info", event: EventCode, message: string): void {
    log({ level, scope: "boot", event, message, fields: { folder } });
  }

  return {
    read(): NextState {
      if (folder === undefined) return new Map();
      const read = readNextFile(folder);
      if (!read.ok) {
        tell("warn", "boot.next-unreadable", `one-shot boots in ${folder} cannot be read: ${read.problem}`);
        return new Map();
      }
      if (read.dropped > 0) {
        tell("warn", "boot.next-dropped", `${read.dropped} one-shot boots in ${folder} make no sense and are dropped`);
      }
      return read.state;
    },
    /** Gives why it could not be kept. */
    write(state: NextState): string | undefined {
      if (folder === undefined) return undefined;
      const problem = writeNextFile(folder, state);
      if (problem !== undefined && !troubled) {
        const lost = "they work until the next restart";
        tell("warn", "boot.next-unwritable", `one-shot boots cannot be kept in ${folder} (${problem}): ${lost}`);
      }
      if (problem === undefined && troubled) {
        tell("info", "boot.next-writable", `one-shot boots are kept in ${folder} again`);
      }
      troubled = problem !== undefined;
      return problem;
    },
  };
}
