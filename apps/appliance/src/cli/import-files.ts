import { readdirSync, readSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { readRegularFile, UnfitFileError } from "../config/regular-file.ts";
import type { ConfFiles } from "../import/dnsmasq/files.ts";

/** A larger file is not a dnsmasq.conf. */
const largestFile = 1024 * 1024;

export type Read =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string; readonly hint?: string };

const unfitHint = "Name a regular file. What comes from a pipe is read with -: bootlace import dnsmasq - < PIPE";

/** A regular file. What waits for its end, such as a pipe, comes by stdin. */
export function readText(path: string): Read {
  try {
    return { ok: true, text: readRegularFile(path, largestFile).toString("utf8") };
  } catch (error) {
    return { ok: false, problem: sayWhy(error), ...(error instanceof UnfitFileError ? { hint: unfitHint } : {}) };
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
      const read = readText(whole);
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
  if (error instanceof UnfitFileError) return error.message;
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
