import { boundedMap } from "@bootlace/boot-source";
import { fail } from "./fault.ts";

/** Where the bytes of an image are. A `SourceFile` is one, and so is a `FileHandle` in three lines. */
export interface Medium {
  /** Bytes. */
  readonly size: number;
  /**
   * Fills `target` from `position` on, as far as the medium goes.
   * @returns bytes read, at once or later
   */
  read(target: Uint8Array, position: number): number | Promise<number>;
}

/** Reads small parts of an image, and remembers the last of them. */
export interface Reader {
  readonly size: number;
  /**
   * @returns exactly these bytes; not to be written to
   * @throws ImageFaultError `beyond-end`
   */
  bytes(offset: number, length: number): Promise<Uint8Array>;
}

const blockSize = 8 * 1024;
const mostBlocks = 32;

/** A reader with 256 KiB of memory. */
export function readerOf(medium: Medium): Reader {
  const blocks = boundedMap<number, Uint8Array>(mostBlocks);

  async function fresh(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    const got = await medium.read(bytes, offset);
    return got === length ? bytes : bytes.subarray(0, got);
  }

  async function block(index: number): Promise<Uint8Array> {
    const known = blocks.get(index);
    if (known !== undefined) return known;
    const bytes = await fresh(index * blockSize, Math.min(blockSize, medium.size - index * blockSize));
    blocks.set(index, bytes);
    return bytes;
  }

  function short(offset: number, length: number): never {
    return fail("beyond-end", offset, `${length} bytes at ${offset}, but the image ends at ${medium.size}`);
  }

  return {
    size: medium.size,
    async bytes(offset, length) {
      if (!(offset >= 0 && length >= 0 && offset + length <= medium.size)) return short(offset, length);
      const first = Math.floor(offset / blockSize);
      const inside = offset - first * blockSize;
      if (inside + length <= blockSize) {
        const part = (await block(first)).subarray(inside, inside + length);
        return part.length === length ? part : short(offset, length);
      }
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const index = Math.floor((offset + done) / blockSize);
        const start = offset + done - index * blockSize;
        const part = (await block(index)).subarray(start, start + length - done);
        if (part.length === 0) return short(offset, length);
        bytes.set(part, done);
        done += part.length;
      }
      return bytes;
    },
  };
}
