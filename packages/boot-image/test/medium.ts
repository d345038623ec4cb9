import type { Medium } from "../src/index.ts";
import { type DiscImage, openImage } from "../src/index.ts";

/** A medium in memory that counts what is read of it. */
export interface TestMedium extends Medium {
  readonly read: (target: Uint8Array, position: number) => number;
  reads: number;
  bytes: number;
}

export function mediumOf(bytes: Uint8Array, size = bytes.length): TestMedium {
  return {
    size,
    reads: 0,
    bytes: 0,
    read(target, position) {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      this.reads++;
      this.bytes += part.length;
      return part.length;
    },
  };
}

/** The image; the test fails where there is none. */
export async function opened(bytes: Uint8Array | Medium): Promise<DiscImage> {
  const result = await openImage(bytes instanceof Uint8Array ? mediumOf(bytes) : bytes);
  if (!result.ok) throw new Error(`${result.fault.code} at ${result.fault.offset}: ${result.fault.detail}`);
  return result.image;
}
