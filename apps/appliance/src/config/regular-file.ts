import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";

/** A file that is not read: its kind, or its size. The message says so in words for people, as in "this is a FIFO, not a file". */
export class UnfitFileError extends Error {
  override readonly name = "UnfitFileError";
}

/** A FIFO must not make us wait, a terminal must not become ours. */
const openFlags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * The bytes of a regular file. Whatever waits or never ends (a FIFO, a device, a socket) is not opened: one line of a config
 * may name it, and opening alone may wait, or do something.
 * @param most bytes; it holds while reading as well, because the size of a file is only what it was a moment ago
 * @throws UnfitFileError, or the system's error
 */
export function readRegularFile(path: string, most: number): Buffer {
  refuseUnfit(statSync(path), most);
  const descriptor = openSync(path, openFlags);
  try {
    refuseUnfit(fstatSync(descriptor), most);
    const chunks: Buffer[] = [];
    for (let size = 0; size <= most; ) {
      const chunk = Buffer.alloc(Math.min(65_536, most + 1 - size));
      const count = readSync(descriptor, chunk);
      if (count === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, count));
      size += count;
    }
    throw tooLarge(most);
  } finally {
    closeSync(descriptor);
  }
}

function refuseUnfit(found: Stats, most: number): void {
  const kind = kindOf(found);
  if (kind !== undefined) throw new UnfitFileError(`this is ${kind}, not a file`);
  if (found.size > most) throw tooLarge(most);
}

function tooLarge(most: number): UnfitFileError {
  return new UnfitFileError(`the file is larger than ${most} bytes`);
}

/** What is no regular file, in words. */
function kindOf(found: Stats): string | undefined {
  if (found.isFile()) return undefined;
  if (found.isDirectory()) return "a folder";
  if (found.isFIFO()) return "a FIFO";
  return found.isSocket() ? "a socket" : "a device";
}
