import { closeSync, constants, fstatSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** A log file to which lines are appended. */
export interface LogFile {
  readonly path: string;
  /**
   * Appends text. Never throws.
   * @param onTrouble called once when the file cannot be written (with the system's code), and once when it can again
   */
  write(text: string, onTrouble: (problem: string | undefined) => void): void;
  close(): void;
}

// Without O_NONBLOCK, opening a FIFO blocks the whole appliance until it has a reader.
const appending = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NONBLOCK;

/** Who starts as root must not write into a file that somebody made the log's name a link to. The links in /dev are root's. */
function guarded(path: string): number {
  return process.geteuid?.() === 0 && dirname(path) !== "/dev" ? appending | constants.O_NOFOLLOW : appending;
}

/** Milliseconds between checks whether the path still names the open file. */
const lookEvery = 1000;

/**
 * Opens a log file for appending. A file that was renamed (log rotation) or removed is opened again; while that fails,
 * lines are lost.
 */
export function openLogFile(path: string, now: () => number): LogFile {
  let descriptor: number | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let troubled = false;
  /** The last line was cut off: a full disk takes only the start of a write. */
  let torn = false;

  function close() {
    if (descriptor === undefined) return;
    try {
      closeSync(descriptor);
    } catch {
      // Closing a file on a removed disk can fail; there is nothing left to save.
    }
    descriptor = undefined;
  }

  function writeAll(file: number, text: string) {
    const bytes = Buffer.from(text);
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(file, bytes, written);
      torn = false;
    } finally {
      if (written > 0 && written < bytes.length) torn = true;
    }
  }

  function reopenWhenMoved() {
    const age = now() - lookedAt;
    if (age >= 0 && age < lookEvery) return;
    lookedAt = now();
    if (descriptor !== undefined && !isOpenFile(descriptor, path)) close();
    if (descriptor !== undefined) return;
    descriptor = openSync(path, guarded(path), 0o640);
    torn = endsInside(path, descriptor);
  }

  return {
    path,
    write(text, onTrouble) {
      try {
        reopenWhenMoved();
        if (descriptor === undefined) return;
        writeAll(descriptor, torn ? `\n${text}` : text);
        if (troubled) onTrouble(undefined);
        troubled = false;
      } catch (error) {
        if (!troubled) onTrouble((error as NodeJS.ErrnoException).code ?? String(error));
        troubled = true;
      }
    },
    close,
  };
}

/** An earlier run may have filled the disk in the middle of its last line. */
function endsInside(path: string, descriptor: number): boolean {
  const info = fstatSync(descriptor);
  if (!info.isFile() || info.size === 0) return false;
  try {
    const reader = openSync(path, constants.O_RDONLY);
    try {
      const last = new Uint8Array(1);
      return readSync(reader, last, 0, 1, info.size - 1) === 1 && last[0] !== 0x0a;
    } finally {
      closeSync(reader);
    }
  } catch {
    // A log that is writable but not readable.
    return false;
  }
}

function isOpenFile(descriptor: number, path: string): boolean {
  const onDisk = statSync(path, { throwIfNoEntry: false });
  const opened = fstatSync(descriptor);
  return onDisk?.ino === opened.ino && onDisk.dev === opened.dev;
}
