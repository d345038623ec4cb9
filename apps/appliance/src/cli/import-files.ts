import { readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { ConfFiles } from "../import/dnsmasq/files.ts";

/** A larger file is not a dnsmasq.conf. */
const largestFile = 1024 * 1024;

export type Read = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string };

export function readText(path: string): Read {
  try {
    const found = statSync(path);
    // A device can be read without end.
    if (!found.isFile() && !found.isFIFO()) return { ok: false, problem: "not a regular file" };
    const bytes = readFileSync(path);
    if (found.size > largestFile || bytes.length > largestFile) return { ok: false, problem: "the file is too large" };
    return { ok: true, text: bytes.toString("utf8") };
  } catch (error) {
    return { ok: false, problem: sayWhy(error) };
  }
}

/** What comes by stdin: a file, a pipe, a terminal until Ctrl-D, or a device, of which no more is read than may be. */
export function readStdin(): Read {
  const chunks: Buffer[] = [];
  try {
    for (let size = 0; size <= largestFile; ) {
      const chunk = readSome();
      if (chunk.length === 0) return { ok: true, text: Buffer.concat(chunks).toString("utf8") };
      chunks.push(chunk);
      size += chunk.length;
    }
    return { ok: false, problem: "the file is too large" };
  } catch (error) {
    return { ok: false, problem: sayWhy(error) };
  }
}

function readSome(): Buffer {
  const chunk = Buffer.alloc(65_536);
  for (;;) {
    try {
      return chunk.subarray(0, readSync(0, chunk));
    } catch (error) {
      // The program that opened the pipe or terminal may have made it non-blocking.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

/** The files on disk that a config names. A path without a slash in front is looked for beside the config. */
export function confFiles(main: string): ConfFiles {
  const folder = dirname(main);
  return {
    id: identityOf(main),
    file(path) {
      const whole = resolve(folder, path);
      // Nobody ends a pipe that a config names.
      const fifo = statSync(whole, { throwIfNoEntry: false })?.isFIFO() === true;
      const read: Read = fifo ? { ok: false, problem: "not a regular file" } : readText(whole);
      return read.ok ? { ...read, id: identityOf(whole) ?? whole } : read;
    },
    folder(path) {
      try {
        const whole = resolve(folder, path);
        const isFile = (name: string) => statSync(join(whole, name), { throwIfNoEntry: false })?.isFile() === true;
        return { ok: true, names: readdirSync(whole).filter(isFile).sort() };
      } catch (error) {
        return { ok: false, problem: sayWhy(error) };
      }
    },
  };
}

/** Two names of one file are one file. */
function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

export function sayWhy(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  const known: Readonly<Record<string, string>> = {
    ENOENT: "no such file or folder (ENOENT)",
    EACCES: "permission denied (EACCES)",
    EISDIR: "it is a folder, not a file (EISDIR)",
    ENOTDIR: "not a folder (ENOTDIR)",
    ENOSPC: "the disk is full (ENOSPC)",
  };
  return known[code ?? ""] ?? code ?? String(error);
}
