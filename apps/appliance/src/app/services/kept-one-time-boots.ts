import type { EventCode } from "../../events/codes.ts";
import type { Log } from "../../log/log.ts";
import { answersInTime, noReply } from "../../os/disk-answers.ts";
import type { OneTimeBoots } from "../../policy/one-time-boot.ts";
import { putOneTimeBootFileAside, readOneTimeBootFile, writeOneTimeBootFile } from "../one-time-boot-file.ts";

export interface KeptOneTimeBoots {
  /** Once, before the first `write`. */
  read(): Promise<OneTimeBoots>;
  /** Takes the state, to be written as soon as the write before is done. Waits for nothing. */
  write(state: OneTimeBoots): void;
  /** Resolves when all that was taken has been written, or after `patience`; gives why it could not be. */
  settled(patience?: number): Promise<string | undefined>;
}

/** Milliseconds that whoever sets a one-time boot, or a stop, waits for a disk. */
const usualPatience = 3_000;

/**
 * Saves the one-time boots in the state folder, behind what machines wait for: many changes become one write. A crash in
 * between costs at most a one-time boot that is given twice, or one that is lost. After a failed write they stay in
 * memory, which is logged once until it works again.
 * @param save writes the file, in tests
 * @param answers stands in for the disk, in tests
 */
export function keptOneTimeBoots(
  folder: string | undefined,
  log: Log,
  save: typeof writeOneTimeBootFile = writeOneTimeBootFile,
  answers: (path: string) => Promise<boolean> = answersInTime,
): KeptOneTimeBoots {
  let troubled: string | undefined;
  let waiting: OneTimeBoots | undefined;
  let writing: Promise<void> | undefined;
  /** What is to become of a file that could not be read. */
  let unread: "as-it-is" | "put-aside" | undefined;

  function report(level: "warn" | "info", event: EventCode, message: string): void {
    log({ level, scope: "boot", event, message, fields: { folder } });
  }

  async function writeAll(directory: string): Promise<void> {
    for (let state = waiting; state !== undefined; state = waiting) {
      waiting = undefined;
      noteOutcome(await saveOver(directory, state));
    }
  }

  async function saveOver(directory: string, state: OneTimeBoots): Promise<string | undefined> {
    if (unread === "as-it-is") return "next.json is from a newer Bootlace";
    if (unread === "put-aside") {
      try {
        await putOneTimeBootFileAside(directory);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== "ENOENT") return code ?? String(error);
      }
      unread = undefined;
    }
    return save(directory, state);
  }

  function noteOutcome(problem: string | undefined): void {
    if (problem !== undefined && troubled === undefined) {
      const lost = "they are lost at the next restart";
      report("warn", "boot.next-unwritable", `one-time boots cannot be saved in ${folder} (${problem}): ${lost}`);
    }
    if (problem === undefined && troubled !== undefined) {
      report("info", "boot.next-writable", `one-time boots are saved in ${folder} again`);
    }
    troubled = problem;
  }

  return {
    async read() {
      if (folder === undefined) return new Map();
      const silence = { ok: false, problem: noReply, keep: "put-aside" } as const;
      const read = (await answers(folder)) ? readOneTimeBootFile(folder) : silence;
      if (!read.ok) {
        unread = read.keep;
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
    write(state) {
      if (folder === undefined) return;
      waiting = state;
      writing ??= writeAll(folder).finally(() => {
        writing = undefined;
      });
    },
    async settled(patience = usualPatience) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<string>((resolve) => {
        timer = setTimeout(() => resolve(`no reply from the disk within ${patience / 1000} s`), patience);
      });
      const problem = await Promise.race([Promise.resolve(writing).then(() => troubled), late]);
      clearTimeout(timer);
      return problem;
    },
  };
}
