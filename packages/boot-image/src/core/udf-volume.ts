import { u16le, u32le } from "./bytes.ts";
import { fail } from "./fault.ts";
import type { Reader } from "./reader.ts";
import { dstring, entityId, longPlace, tagOf, type UdfPlace, udfTag } from "./udf-tag.ts";

/** A partition of the volume. */
export interface UdfPartition {
  /** Blocks of the volume. */
  readonly start: number;
  readonly length: number;
}

/** How blocks of a partition are found (UDF 2.60, 2.2.8 to 2.2.10). */
export type UdfMap =
  | { readonly kind: "plain"; readonly partition: UdfPartition }
  | { readonly kind: "virtual"; readonly partition: UdfPartition }
  | {
      readonly kind: "sparable";
      readonly partition: UdfPartition;
      /** Blocks. */
      readonly packet: number;
      /** Blocks of the volume where copies of the sparing table are. */
      readonly tables: readonly number[];
    }
  | {
      readonly kind: "metadata";
      readonly partition: UdfPartition;
      /** Blocks of the partition where the metadata file and its mirror are described. */
      readonly file: number;
      readonly mirror: number;
    };

export interface UdfVolume {
  readonly blockSize: number;
  /** 0x0102 to 0x0260. */
  readonly revision: number;
  readonly label: string;
  readonly maps: readonly UdfMap[];
  readonly fileSet: UdfPlace;
  /** Byte in the image where the logical volume is described. */
  readonly offset: number;
}

/** Of discs, of disks as mkudffs and Windows make them, and of those with larger sectors. */
const blockSizes = [2048, 512, 4096, 1024];
const mostDescriptors = 512;

/** Finds the anchors and reads the volume descriptor sequence (ECMA-167, 3/8.4); undefined where there is no UDF. */
export async function readUdfVolume(reader: Reader): Promise<UdfVolume | undefined> {
  for (const blockSize of blockSizes) {
    const blocks = Math.floor(reader.size / blockSize);
    for (const block of [256, blocks - 1, blocks - 257, 512]) {
      if (block < 16 || block >= blocks) continue;
      const anchor = await reader.bytes(block * blockSize, 512);
      if (tagOf(anchor) !== udfTag.anchor || u32le(anchor, 12) !== block) continue;
      for (const at of [16, 24]) {
        const volume = await readSequence(reader, blockSize, u32le(anchor, at + 4), u32le(anchor, at));
        if (volume !== undefined) return volume;
      }
    }
  }
  return undefined;
}

async function readSequence(reader: Reader, blockSize: number, start: number, length: number) {
  const partitions = new Map<number, { readonly sequence: number; readonly partition: UdfPartition }>();
  let logical: { readonly bytes: Uint8Array; readonly offset: number } | undefined;
  let [block, end] = [start, start + Math.ceil(length / blockSize)];
  for (let count = 0; block < end && count < mostDescriptors; block++, count++) {
    const offset = block * blockSize;
    if (offset + blockSize > reader.size) break;
    const bytes = await reader.bytes(offset, blockSize);
    const tag = tagOf(bytes);
    if (tag === undefined || tag === udfTag.terminating) break;
    const sequence = u32le(bytes, 16);
    if (tag === udfTag.pointer) {
      end = u32le(bytes, 24) + Math.ceil(u32le(bytes, 20) / blockSize);
      block = u32le(bytes, 24) - 1;
    } else if (tag === udfTag.partition) {
      const number = u16le(bytes, 22);
      const partition = { start: u32le(bytes, 188), length: u32le(bytes, 192) };
      if (sequence >= (partitions.get(number)?.sequence ?? 0)) partitions.set(number, { sequence, partition });
    } else if (tag === udfTag.logicalVolume) {
      // The highest number prevails (ECMA-167, 3/8.4.3).
      if (logical === undefined || sequence >= u32le(logical.bytes, 16)) logical = { bytes: bytes.slice(), offset };
    }
  }
  if (logical === undefined) return undefined;
  return volumeOf(logical.bytes, logical.offset, blockSize, (number) => partitions.get(number)?.partition);
}

function volumeOf(
  bytes: Uint8Array,
  offset: number,
  blockSize: number,
  partitionOf: (number: number) => UdfPartition | undefined,
): UdfVolume {
  if (u32le(bytes, 212) !== blockSize) {
    fail("unsupported", offset + 212, `UDF blocks of ${u32le(bytes, 212)} bytes on sectors of ${blockSize}`);
  }
  const maps: UdfMap[] = [];
  const end = Math.min(bytes.length, 440 + u32le(bytes, 264));
  for (let at = 440; at + 6 <= end && maps.length < u32le(bytes, 268); at += bytes[at + 1] ?? 0) {
    const length = bytes[at + 1] ?? 0;
    if (length < 6 || at + length > end) fail("bad-record", offset + at, `a partition map of ${length} bytes`);
    maps.push(mapOf(bytes, at, offset + at, partitionOf));
  }
  return {
    blockSize,
    revision: u16le(bytes, 240),
    label: dstring(bytes.subarray(84, 212)),
    maps,
    fileSet: longPlace(bytes, 248),
    offset,
  };
}

function mapOf(
  bytes: Uint8Array,
  at: number,
  offset: number,
  partitionOf: (number: number) => UdfPartition | undefined,
): UdfMap {
  const type = bytes[at];
  const number = u16le(bytes, at + (type === 1 ? 4 : 38));
  const partition = partitionOf(number);
  if (partition === undefined) return fail("bad-record", offset, `a map of partition ${number}, which is not there`);
  if (type === 1) return { kind: "plain", partition };
  const id = entityId(bytes, at + 4);
  if (type !== 2 || bytes[at + 1] !== 64) return fail("unsupported", offset, `a partition map of type ${type}`);
  if (id === "*UDF Virtual Partition") return { kind: "virtual", partition };
  if (id === "*UDF Sparable Partition") {
    const count = Math.min(4, bytes[at + 42] ?? 0);
    const tables = Array.from({ length: count }, (_, index) => u32le(bytes, at + 48 + index * 4));
    return { kind: "sparable", partition, packet: u16le(bytes, at + 40), tables };
  }
  if (id === "*UDF Metadata Partition") {
    return { kind: "metadata", partition, file: u32le(bytes, at + 40), mirror: u32le(bytes, at + 44) };
  }
  return fail("unsupported", offset, `a partition map ${JSON.stringify(id)}`);
}
