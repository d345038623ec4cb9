import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { dirname } from "node:path";

/** A log file to which lines are appended. */
export interface LogFile {
  readonly path: string;
  /**
   * Takes text to be appended, and waits for no disk. Never throws.
   * @param onTrouble called once when the file cannot be written (with the system's code), and once when it can again,
   *   with the number of texts that were lost
   */
  write(text: string, onTrouble: LogTrouble): void;
  /** Resolves when all that was taken is written, or after a while. */
  flush(): Promise<void>;
  /** The same, and the file is closed. */
  close(): Promise<void>;
}

export type LogTrouble = (problem: string | undefined, lost: number) => void;

/** What stands in for the file system in tests. */
export interface LogFileSystem {
  readonly open: (path: string, flags: number, mode: number) => Promise<FileHandle>;
  readonly stat: (path: string) => Promise<{ readonly ino: number; readonly dev: number }>;
}

// Without O_NONBLOCK, opening a FIFO holds a thread until it has a reader.
const appending = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NONBLOCK;

/** Who starts as root must not write into a file that somebody made the log's name a link to. The links in /dev are root's. */
function guarded(path: string): number {
  return process.geteuid?.() === 0 && dirname(path) !== "/dev" ? appending | constants.O_NOFOLLOW : appending;
}

/** Milliseconds between checks whether the path still names the open file. */
const lookEvery = 1000;
/** Milliseconds for the disk to take what is written; and for what waits when the daemon ends. */
const patience = 2000;
const lastPatience = 500;
/** Characters that may wait for the disk: several seconds of the most that is logged. */
const mostWaiting = 1024 * 1024;

/** Files whose disk did not answer until the end. */
let silent = 0;

/** Whether a thread may still wait for the disk of a log file. */
export function isLogSilent(): boolean {
  return silent > 0;
}

/**
 * Opens a log file for appending. A file that was renamed (log rotation) or removed is opened again; while that fails, or while
 * the disk does not answer and too much waits, lines are lost and counted.
 */
export function openLogFile(path: string, now: () => number, files: LogFileSystem = { open, stat }): LogFile {
  let file: FileHandle | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let waiting: string[] = [];
  /** Characters of what waits and what is being written. */
  let length = 0;
  let lost = 0;
  let troubled = false;
  /** The last line was cut off: a full disk takes only the start of a write. */
  let torn = false;
  let writing: Promise<void> | undefined;

  async function close(): Promise<void> {
    const last = file;
    file = undefined;
    // Closing a file on a removed disk can fail; there is nothing left to save.
    await last?.close().catch(() => undefined);
  }

  async function append(to: FileHandle, text: string): Promise<void> {
    const bytes = Buffer.from(text);
    let written = 0;
    try {
      while (written < bytes.length) written += (await to.write(bytes, written)).bytesWritten;
      torn = false;
    } finally {
      if (written > 0 && written < bytes.length) torn = true;
    }
  }

  async function reopenWhenMoved(): Promise<FileHandle> {
    const age = now() - lookedAt;
    if (file !== undefined && age >= 0 && age < lookEvery) return file;
    lookedAt = now();
    if (file !== undefined && !(await isOpenFile(file, path, files))) await close();
    if (file !== undefined) return file;
    const opened = await files.open(path, guarded(path), 0o640);
    file = opened;
    torn = await endsInside(path, opened, files);
    return opened;
  }

  function trouble(onTrouble: LogTrouble, problem: string): void {
    if (!troubled) onTrouble(problem, lost);
    troubled = true;
  }

  /** Writes all that waits, many lines at once where the disk is slow. */
  async function writeAll(onTrouble: LogTrouble): Promise<void> {
    while (waiting.length > 0) {
      const texts = waiting;
      waiting = [];
      const text = texts.join("");
      const late = setTimeout(trouble, patience, onTrouble, "no answer");
      late.unref();
      try {
        const to = await reopenWhenMoved();
        await append(to, torn ? `\n${text}` : text);
        if (troubled) onTrouble(undefined, lost);
        troubled = false;
        lost = 0;
      } catch (error) {
        lost += texts.length;
        trouble(onTrouble, (error as NodeJS.ErrnoException).code ?? String(error));
      } finally {
        clearTimeout(late);
        length -= text.length;
      }
    }
  }

  async function flush(): Promise<void> {
    if (writing !== undefined) await within(writing, lastPatience);
  }

  return {
    path,
    write(text, onTrouble) {
      if (length + text.length > mostWaiting) {
        lost++;
        trouble(onTrouble, "no answer");
        return;
      }
      waiting.push(text);
      length += text.length;
      writing ??= writeAll(onTrouble).finally(() => {
        writing = undefined;
      });
    },
    flush,
    async close() {
      await flush();
      const end = (writing ?? Promise.resolve()).then(close);
      silent++;
      void end.finally(() => silent--);
      await within(end, lastPatience);
    },
  };
}

/** Waits for work, but no longer than that. */
async function within(work: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

/** An earlier run may have filled the disk in the middle of its last line. */
async function endsInside(path: string, opened: FileHandle, files: LogFileSystem): Promise<boolean> {
  const info = await opened.stat();
  if (!info.isFile() || info.size === 0) return false;
  try {
    await using reader = await files.open(path, constants.O_RDONLY, 0);
    const { bytesRead, buffer } = await reader.read(new Uint8Array(1), 0, 1, info.size - 1);
    return bytesRead === 1 && buffer[0] !== 0x0a;
  } catch {
    // A log that is writable but not readable.
    return false;
  }
}

async function isOpenFile(file: FileHandle, path: string, files: LogFileSystem): Promise<boolean> {
  const [onDisk, opened] = await Promise.all([files.stat(path).catch(() => undefined), file.stat()]);
  return onDisk?.ino === opened.ino && onDisk.dev === opened.dev;
}
