import { u16le, u32le, u64le } from "./bytes.ts";
import { type Budget, type Extent, mostExtents, spend } from "./entry.ts";
import { fail } from "./fault.ts";
import { merged } from "./iso9660.ts";
import type { Reader } from "./reader.ts";
import type { UdfBlocks } from "./udf-blocks.ts";
import { longPlace, mustBe, timestamp, udfTag } from "./udf-tag.ts";

/** A file entry: what an ICB says of a file (ECMA-167, 4/14.9 and 4/14.17). */
export interface UdfEntry {
  /** ECMA-167, 4/14.6.6: 4 folder, 5 file, 12 symbolic link, 248 VAT, 250 to 252 metadata files. */
  readonly type: number;
  readonly size: number;
  readonly extents: readonly Extent[];
  readonly mode: number;
  readonly modified: number | undefined;
  /** Byte in the image. */
  readonly offset: number;
}

const mostChained = 4096;
/** What an extent costs of the budget: what it takes in memory. */
const extentCost = 64;
/** What a piece costs that may become one with those beside it: time alone. */
const pieceCost = 16;

/**
 * Reads the file entry at a block.
 * @throws ImageFaultError
 */
export async function readUdfEntry(
  reader: Reader,
  blocks: UdfBlocks,
  map: number,
  block: number,
  budget: Budget,
): Promise<UdfEntry> {
  const { blockSize } = blocks;
  const [place] = blocks.place(map, block, blockSize);
  if (place?.offset === undefined) return fail("bad-record", 0, "a file entry in a hole");
  const offset = place.offset;
  spend(budget, blockSize, offset);
  const bytes = await reader.bytes(offset, blockSize);
  const extended = mustBe(bytes, offset, udfTag.fileEntry, udfTag.extendedFileEntry) === udfTag.extendedFileEntry;
  if (u16le(bytes, 20) !== 4) fail("unsupported", offset, `ICB strategy ${u16le(bytes, 20)}`);
  const flags = u16le(bytes, 34);
  const size = u64le(bytes, 56);
  const header = extended ? 216 : 176;
  const start = header + u32le(bytes, header - 8);
  const end = start + u32le(bytes, header - 4);
  if (end > blockSize) fail("bad-record", offset, `a file entry of ${end} bytes in a block of ${blockSize}`);
  const kind = flags & 7;
  if (kind > 1 && kind !== 3) fail("unsupported", offset, `allocation descriptors of kind ${kind}`);
  const extents =
    kind === 3
      ? [{ offset: offset + start, length: end - start }]
      : await allocated(bytes.subarray(start, end), offset + start);

  async function allocated(first: Uint8Array, firstOffset: number): Promise<Extent[]> {
    const found: Extent[] = [];
    const step = kind === 0 ? 8 : 16;
    let [descriptors, origin] = [first, firstOffset];
    for (let chained = 0; ; chained++) {
      let next: { readonly map: number; readonly block: number } | undefined;
      for (let at = 0; at + step <= descriptors.length; at += step) {
        const word = u32le(descriptors, at);
        const length = word & 0x3fffffff;
        const part = kind === 0 ? { block: u32le(descriptors, at + 4), map } : longPlace(descriptors, at);
        const recorded = word >>> 30;
        if (length === 0) break;
        if (recorded === 3) {
          next = part;
          break;
        }
        if (recorded === 0) spend(budget, blocks.pieces(part.map, length) * pieceCost, origin + at);
        const placed = recorded === 0 ? blocks.place(part.map, part.block, length) : [{ offset: undefined, length }];
        spend(budget, placed.length * extentCost, origin + at);
        if (found.length + placed.length > mostExtents) fail("too-large", origin + at, "a file in too many parts");
        for (const extent of placed) found.push(extent);
      }
      if (next === undefined) return merged(found);
      if (chained >= mostChained) fail("cycle", offset, "allocation descriptors do not end");
      const [more] = blocks.place(next.map, next.block, blockSize);
      if (more?.offset === undefined) return fail("bad-record", origin, "allocation descriptors in a hole");
      spend(budget, blockSize, more.offset);
      const extent = await reader.bytes(more.offset, blockSize);
      mustBe(extent, more.offset, udfTag.allocationExtent);
      descriptors = extent.subarray(24, 24 + u32le(extent, 20));
      origin = more.offset + 24;
    }
  }

  const permissions = u32le(bytes, 44);
  return {
    type: bytes[27] ?? 0,
    size,
    extents: trimmed(extents, size, offset),
    // Read, write and execute of others, group and owner in five bits each (ECMA-167, 4/14.9.5).
    mode: (permissions & 7) | ((permissions >> 2) & 0o70) | ((permissions >> 4) & 0o700) | ((flags & 0x1c0) << 3),
    modified: timestamp(bytes, extended ? 92 : 84),
    offset,
  };
}

/** The last extent may be longer than what is used of it. */
function trimmed(extents: readonly Extent[], size: number, offset: number): Extent[] {
  const result: Extent[] = [];
  let left = size;
  for (const extent of extents) {
    if (left <= 0) break;
    result.push({ offset: extent.offset, length: Math.min(left, extent.length) });
    left -= extent.length;
  }
  if (left > 0) fail("bad-record", offset, `a file of ${size} bytes whose extents end ${left} bytes earlier`);
  return result;
}
