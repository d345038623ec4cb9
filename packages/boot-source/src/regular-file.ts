import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { SourceChangedError, type SourceFile } from "./core/source.ts";
import { whenFree } from "./descriptors.ts";

/** What distinguishes one state of a file from another. */
export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly nlink: bigint;
}

/** A FIFO must not make us wait, a terminal must not become ours. */
export const openFlags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * The clock of file systems ticks every few milliseconds: a file written a moment ago may be written again without a new
 * mtime, so what was read of it cannot be shared under that mtime.
 */
const settledAfter = 50;

/** True when the times of the file are old enough to name the contents. */
export function isSettled(identity: FileIdentity, wall: number): boolean {
  const youngest = [identity.mtimeNs, identity.ctimeNs].map((time) => Number(time / 1_000_000n));
  return wall - Math.max(...youngest) >= settledAfter;
}

/** Names the bytes of a settled file. */
export function versionOf({ dev, ino, size, mtimeNs, ctimeNs }: FileIdentity): string {
  return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}

/**
 * A file that was found to be `identity`. It is opened when it is first read or held, unless `handle` is there already; each read
 * makes sure that it is still what it was.
 * @param inTurn does what may wait for the storage
 */
export function regularFile(
  path: string,
  identity: FileIdentity,
  version: string | undefined,
  handle: FileHandle | undefined,
  changed: () => void,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
): SourceFile {
  let opening: Promise<FileHandle> | undefined = handle && Promise.resolve(handle);
  const opened = () => (opening ??= whenFree(() => open(path, openFlags)));

  async function read(target: Uint8Array, position: number): Promise<number> {
    const file = await opened();
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
  }

  return {
    size: Number(identity.size),
    version,
    modified: Number(identity.mtimeNs) / 1e6,
    read: (target, position) => inTurn(() => read(target, position)),
    hold() {
      // The reader gets the error.
      inTurn(opened).catch(() => {});
    },
    close() {
      const last = opening;
      opening = undefined;
      return last?.then((file) => inTurn(() => file.close()));
    },
  };
}

/**
 * The bytes are those of `identity`. The ctime also shows that bytes were exchanged under an old mtime; but it moves
 * too when the name of the file goes to another one, which changes the number of links and leaves the bytes alone.
 */
function sameFile(now: FileIdentity, identity: FileIdentity): boolean {
  return (
    now.dev === identity.dev &&
    now.ino === identity.ino &&
    now.size === identity.size &&
    now.mtimeNs === identity.mtimeNs &&
    (now.ctimeNs === identity.ctimeNs || now.nlink !== identity.nlink)
  );
}
