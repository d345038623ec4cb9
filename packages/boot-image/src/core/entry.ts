import { fail } from "./fault.ts";
import type { Reader } from "./reader.ts";

/** A run of bytes of a file. */
export interface Extent {
  /** Byte in the image; undefined for a hole, which reads as zeros. */
  readonly offset: number | undefined;
  /** Bytes. */
  readonly length: number;
}

/** What a path of an image leads to. */
export interface ImageEntry {
  readonly name: string;
  readonly kind: "file" | "folder" | "symlink" | "special";
  /** Bytes. */
  readonly size: number;
  /** Where the bytes are, in order. Their lengths add up to `size`. */
  readonly extents: readonly Extent[];
  /** Byte in the image where it is described: its record, its ICB. For the log. */
  readonly offset: number;
  /** Tells a folder from all others. */
  readonly id: number;
  /** POSIX permission bits, where the format has them. */
  readonly mode?: number;
  /** When it was last written, in milliseconds of Unix time. */
  readonly modified?: number;
  /** Where a symbolic link leads, as it is written. */
  readonly target?: string;
  /** The format in which the bytes are stored, where they are not stored as they are. */
  readonly encoded?: string;
}

/** A name in a folder. What it stands for is read when somebody asks. */
export interface FolderName {
  readonly name: string;
  /** Byte in the image where the name is. */
  readonly offset: number;
  /** @throws ImageFaultError */
  entry(): ImageEntry | Promise<ImageEntry>;
}

/** How much one call may read of folders; a folder whose records lie about each other must not keep us for long. */
export interface Budget {
  left: number;
}

/** @throws ImageFaultError `too-large` */
export function spend(budget: Budget, bytes: number, offset: number) {
  budget.left -= bytes;
  if (budget.left < 0) fail("too-large", offset, "the folders have more bytes than one call reads");
}

/** Bytes of a file, in order: what parsers of folders read. */
export interface Sequence {
  readonly size: number;
  /** @throws ImageFaultError */
  bytes(position: number, length: number): Promise<Uint8Array>;
  /** The byte of the image at a position; 0 in a hole. */
  offsetOf(position: number): number;
}

/** Parts of one file; a film in a hundred thousand pieces is none that boots. */
export const mostExtents = 65_536;

export function sequence(reader: Reader, extents: readonly Extent[]): Sequence {
  const starts: number[] = [];
  let size = 0;
  for (const { length } of extents) {
    starts.push(size);
    size += length;
  }

  /** The last extent that starts at or before the position. */
  function indexOf(position: number): number {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  return {
    size,
    async bytes(position, length) {
      if (position < 0 || position + length > size) {
        fail("bad-record", this.offsetOf(position), `${length} bytes at ${position} of ${size}`);
      }
      const parts: Uint8Array[] = [];
      for (let done = 0; done < length; ) {
        const index = indexOf(position + done);
        const { offset, length: whole } = extents[index] ?? { offset: undefined, length: 0 };
        const start = position + done - (starts[index] ?? 0);
        const take = Math.min(length - done, whole - start);
        if (take <= 0) fail("bad-record", offset ?? 0, "a file with an empty part");
        parts.push(offset === undefined ? new Uint8Array(take) : await reader.bytes(offset + start, take));
        done += take;
      }
      const [only] = parts;
      if (parts.length === 1 && only !== undefined) return only;
      const bytes = new Uint8Array(length);
      let at = 0;
      for (const part of parts) {
        bytes.set(part, at);
        at += part.length;
      }
      return bytes;
    },
    offsetOf(position) {
      const index = indexOf(position);
      const { offset } = extents[index] ?? {};
      return offset === undefined ? 0 : offset + position - (starts[index] ?? 0);
    },
  };
}
