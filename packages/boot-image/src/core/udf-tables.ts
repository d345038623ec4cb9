import { u16le, u32le } from "./bytes.ts";
import { type Budget, type Extent, sequence } from "./entry.ts";
import { attempt, fail } from "./fault.ts";
import type { Reader } from "./reader.ts";
import { noTables, type UdfTables, udfBlocks } from "./udf-blocks.ts";
import { readUdfEntry, type UdfEntry } from "./udf-entry.ts";
import { entityId, tagOf, udfTag } from "./udf-tag.ts";
import type { UdfMap, UdfVolume } from "./udf-volume.ts";

/** Blocks from the end in which the VAT of a write-once disc may be: behind it there may be run-out blocks and padding. */
const vatBlocks = 320;
const longestTable = 4 * 1024 * 1024;
const vatType = 248;
const mostMetadata = 1024;

/**
 * Reads what the special partition maps need.
 * @throws ImageFaultError
 */
export async function readTables(reader: Reader, volume: UdfVolume, budget: Budget): Promise<UdfTables> {
  const virtual = new Map<number, Uint32Array>();
  const sparing = new Map<number, ReadonlyMap<number, number>>();
  const metadata = new Map<number, readonly Extent[]>();
  for (const [index, map] of volume.maps.entries()) {
    if (map.kind === "sparable") sparing.set(index, await readSparing(reader, volume, map));
    if (map.kind === "virtual") virtual.set(index, await readVat(reader, volume, map, budget));
    if (map.kind === "metadata") metadata.set(index, await readMetadata(reader, volume, map, budget));
  }
  return { virtual, sparing, metadata };
}

/** The volume as if it had the partition alone, without what lies over it. */
function beneath(volume: UdfVolume, { partition }: UdfMap) {
  return udfBlocks({ ...volume, maps: [{ kind: "plain", partition }] }, noTables);
}

/** The first copy that is whole (UDF 2.60, 2.2.12). */
async function readSparing(reader: Reader, { blockSize, offset }: UdfVolume, map: UdfMap & { kind: "sparable" }) {
  if (map.packet === 0) fail("bad-record", offset, "packets of no blocks");
  for (const block of map.tables) {
    const place = block * blockSize;
    if (place + blockSize > reader.size) continue;
    const head = await reader.bytes(place, blockSize);
    const count = u16le(head, 48);
    const bytes = await reader.bytes(place, Math.min(reader.size - place, Math.max(blockSize, 56 + count * 8)));
    if (tagOf(bytes) !== 0 || entityId(bytes, 16) !== "*UDF Sparing Table") continue;
    const table = new Map<number, number>();
    for (let at = 56; at + 8 <= Math.min(bytes.length, 56 + count * 8); at += 8) {
      const original = u32le(bytes, at);
      if (original < 0xfffffff0) table.set(original, u32le(bytes, at + 4));
    }
    return table;
  }
  return fail("bad-record", offset, "no sparing table can be read");
}

/** The virtual allocation table, the last thing that was written (UDF 2.60, 2.2.11; UDF 1.50, 2.2.10). */
async function readVat(reader: Reader, volume: UdfVolume, map: UdfMap, budget: Budget): Promise<Uint32Array> {
  const { blockSize } = volume;
  const blocks = beneath(volume, map);
  const last = Math.floor(reader.size / blockSize) - 1;
  for (let block = last; block > Math.max(map.partition.start, last - vatBlocks); block--) {
    const tag = tagOf(await reader.bytes(block * blockSize, blockSize));
    if (tag !== udfTag.fileEntry && tag !== udfTag.extendedFileEntry) continue;
    const inside = block - map.partition.start;
    const length = Math.max(map.partition.length, inside + 1);
    const open = beneath(volume, { ...map, partition: { start: map.partition.start, length } });
    const entry = await attempt(() => readUdfEntry(reader, open, 0, inside, budget));
    const table = entry.ok ? await attempt(() => vatOf(reader, entry.value)) : undefined;
    if (table?.ok === true && table.value !== undefined) return table.value;
  }
  return fail("bad-record", volume.offset, `no virtual allocation table at the end of ${blocks.blockSize}-byte blocks`);
}

async function vatOf(reader: Reader, { type, size, extents, offset }: UdfEntry): Promise<Uint32Array | undefined> {
  if (type !== vatType && type !== 0) return undefined;
  if (size > longestTable) return fail("too-large", offset, `a virtual allocation table of ${size} bytes`);
  const bytes = await sequence(reader, extents).bytes(0, size);
  let [start, end] = [u16le(bytes, 0), size];
  if (type === 0) {
    if (size < 36 || entityId(bytes, size - 36) !== "*UDF Virtual Alloc Tbl") return undefined;
    [start, end] = [0, size - 36];
  }
  return Uint32Array.from({ length: Math.floor((end - start) / 4) }, (_, index) => u32le(bytes, start + index * 4));
}

/** The metadata file, or else its mirror (UDF 2.60, 2.2.13). */
async function readMetadata(
  reader: Reader,
  volume: UdfVolume,
  map: UdfMap & { kind: "metadata" },
  budget: Budget,
): Promise<readonly Extent[]> {
  const blocks = beneath(volume, map);
  const first = await attempt(() => readUdfEntry(reader, blocks, 0, map.file, budget));
  const { extents, offset } = first.ok ? first.value : await readUdfEntry(reader, blocks, 0, map.mirror, budget);
  // Each look-up goes through them.
  return extents.length <= mostMetadata ? extents : fail("too-large", offset, "a metadata file in too many parts");
}
