import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { SourceChangedError, type SourceFile } from "./source.ts";

/** What tells one state of a file from another. */
export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
}

/** A FIFO must not make us wait, a terminal must not become ours. */
export const openFlags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * The clock of file systems ticks every few milliseconds: a file written a moment ago may be written again without a new
 * mtime, so what was read of it cannot be shared under that mtime.
 */
const settledAfter = 50;

/** True when the mtime is old enough to name the contents. */
export function isSettled(identity: FileIdentity, wall: number): boolean {
  return wall - Number(identity.mtimeNs / 1_000_000n) >= settledAfter;
}

/**
 * A file that was found to be `identity`. It is opened when it is first read, unless `handle` is there already; each read
 * makes sure that it is still what it was.
 */
export function regularFile(
  path: string,
  identity: FileIdentity,
  settled: boolean,
  handle: FileHandle | undefined,
  changed: () => void,
): SourceFile {
  let opening: Promise<FileHandle> | undefined = handle && Promise.resolve(handle);
  const { dev, ino, size, mtimeNs } = identity;
  return {
    size: Number(size),
    version: settled ? `${dev} ${ino} ${mtimeNs}` : undefined,
    async read(target, position) {
      opening ??= open(path, openFlags);
      const file = await opening;
      let filled = 0;
      while (filled < target.length) {
        const { bytesRead } = await file.read(target, filled, target.length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      if (!sameFile(await file.stat({ bigint: true }), identity)) {
        changed();
        throw new SourceChangedError("the file was changed while it was read");
      }
      return filled;
    },
    async close() {
      const file = await opening;
      opening = undefined;
      await file?.close();
    },
  };
}

export function sameFile(a: FileIdentity, b: FileIdentity): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs;
}
