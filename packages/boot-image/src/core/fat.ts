import { field, u16le, u32le, utf16 } from "./bytes.ts";
import { type Budget, type Extent, type FolderName, type ImageEntry, mostExtents, sequence, spend } from "./entry.ts";
import { fail, type ImageFault } from "./fault.ts";
import { type FileSystem, fileSystem, nameFault } from "./file-system.ts";
import { merged } from "./iso9660.ts";
import type { Reader } from "./reader.ts";

/** Where things are in a FAT volume ("FAT: General Overview of On-Disk Format", BPB). */
interface Layout {
  readonly bits: 12 | 16 | 32;
  readonly clusterSize: number;
  /** Bytes in the image. */
  readonly table: number;
  readonly data: number;
  readonly clusters: number;
  readonly rootCluster: number;
  readonly rootOffset: number;
  readonly rootLength: number;
  readonly size: number;
}

const mostFolder = 65_536 * 32;
/** Bytes of the table for a cluster. */
const clusterCost = 4;

/** Whether a FAT volume begins at this byte, and how many bytes it has. */
export async function fatSizeAt(reader: Reader, offset: number): Promise<number | undefined> {
  if (offset + 512 > reader.size) return undefined;
  return layoutOf(await reader.bytes(offset, 512), offset)?.size;
}

function layoutOf(boot: Uint8Array, offset: number): Layout | undefined {
  const sector = u16le(boot, 11);
  const perCluster = boot[13] ?? 0;
  const tables = boot[16] ?? 0;
  if (boot[510] !== 0x55 || boot[511] !== 0xaa || ![512, 1024, 2048, 4096].includes(sector)) return undefined;
  if (perCluster === 0 || (perCluster & (perCluster - 1)) !== 0 || tables === 0) return undefined;
  const reserved = u16le(boot, 14);
  const rootEntries = u16le(boot, 17);
  const perTable = u16le(boot, 22) || u32le(boot, 36);
  const sectors = u16le(boot, 19) || u32le(boot, 32);
  const rootSectors = Math.ceil((rootEntries * 32) / sector);
  const before = reserved + tables * perTable + rootSectors;
  const clusters = Math.floor((sectors - before) / perCluster);
  if (reserved === 0 || perTable === 0 || clusters <= 0) return undefined;
  return {
    bits: clusters < 4085 ? 12 : clusters < 65_525 ? 16 : 32,
    clusterSize: perCluster * sector,
    table: offset + reserved * sector,
    data: offset + before * sector,
    clusters,
    rootCluster: u32le(boot, 44),
    rootOffset: offset + (before - rootSectors) * sector,
    rootLength: rootEntries * 32,
    size: sectors * sector,
  };
}

/**
 * The FAT12, FAT16 or FAT32 volume that begins at this byte: the EFI image of a disc.
 * @throws ImageFaultError
 */
export async function fatFileSystem(reader: Reader, offset: number): Promise<FileSystem> {
  const boot = await reader.bytes(offset, 512);
  const found = layoutOf(boot, offset);
  if (found === undefined) return fail("bad-record", offset, "no FAT volume");
  const layout: Layout = found;
  const label = field(boot.subarray(layout.bits === 32 ? 71 : 43, layout.bits === 32 ? 82 : 54));

  async function following(cluster: number): Promise<number | undefined> {
    const { bits, table } = layout;
    const start = table + (bits === 12 ? cluster + (cluster >> 1) : cluster * (bits / 8));
    const bytes = await reader.bytes(start, bits === 32 ? 4 : 2);
    const word = bits === 32 ? u32le(bytes, 0) & 0x0fffffff : u16le(bytes, 0);
    const next = bits === 12 ? (cluster % 2 === 0 ? word & 0xfff : word >> 4) : word;
    const end = bits === 12 ? 0xff8 : bits === 16 ? 0xfff8 : 0x0ffffff8;
    return next >= end ? undefined : next;
  }

  /** @param size bytes wanted; undefined for a folder, whose chain says it */
  async function chain(first: number, size: number | undefined, place: number, budget: Budget): Promise<Extent[]> {
    const { clusterSize, clusters, data } = layout;
    const most = Math.ceil((size ?? mostFolder) / clusterSize);
    const extents: Extent[] = [];
    let cluster: number | undefined = first;
    for (let count = 0; cluster !== undefined && (size === undefined || count < most); count++) {
      spend(budget, clusterCost, place);
      // A chain is as long as the file, so one that returns into itself ends here.
      if (count > most || count > clusters) fail("cycle", place, "a chain of clusters does not end");
      if (cluster < 2 || cluster >= clusters + 2) fail("bad-record", place, `cluster ${cluster} of ${clusters}`);
      const start: number = data + (cluster - 2) * clusterSize;
      const last = extents.at(-1);
      if (last?.offset !== undefined && last.offset + last.length === start) {
        extents[extents.length - 1] = { offset: last.offset, length: last.length + clusterSize };
      } else if (extents.length >= mostExtents) fail("too-large", place, "a file in too many parts");
      else extents.push({ offset: start, length: clusterSize });
      cluster = await following(cluster);
    }
    return size === undefined ? extents : cut(extents, size, place);
  }

  async function* scan(folder: ImageEntry, budget: Budget): AsyncGenerator<FolderName | ImageFault> {
    const bytes = sequence(reader, folder.extents);
    let long: LongName | undefined;
    for (let at = 0; at + 32 <= bytes.size; at += 32) {
      const offset = bytes.offsetOf(at);
      spend(budget, 32, offset);
      const record = await bytes.bytes(at, 32);
      const first = record[0] ?? 0;
      const attributes = record[11] ?? 0;
      if (first === 0) return;
      if (first === 0xe5) long = undefined;
      else if ((attributes & 0x3f) === 0x0f) long = addLongName(long, record);
      else {
        const name = long?.left === 0 && long.sum === sumOf(record) ? long.text : shortName(record);
        long = undefined;
        if ((attributes & 8) !== 0 || first === 0x2e) continue;
        yield nameFault(name, offset) ?? { name, offset, entry: () => entryOf(name, record, offset, budget) };
      }
    }
  }

  async function entryOf(name: string, record: Uint8Array, offset: number, budget: Budget): Promise<ImageEntry> {
    const cluster = u16le(record, 26) + (layout.bits === 32 ? u16le(record, 20) * 65_536 : 0);
    const isFolder = ((record[11] ?? 0) & 16) !== 0;
    const size = isFolder ? undefined : u32le(record, 28);
    const extents = size === 0 ? [] : await chain(cluster, size, offset, budget);
    const sum = extents.reduce((all, { length }) => all + length, 0);
    return {
      name,
      kind: isFolder ? "folder" : "file",
      size: size ?? sum,
      extents: merged(extents),
      offset,
      id: cluster,
    };
  }

  const { bits, rootOffset, rootLength, rootCluster } = layout;
  const extents =
    bits === 32
      ? await chain(rootCluster, undefined, offset, { left: mostFolder })
      : [{ offset: rootOffset, length: rootLength }];
  const size = extents.reduce((sum, { length }) => sum + length, 0);
  const root: ImageEntry = { name: "", kind: "folder", size, extents, offset, id: bits === 32 ? rootCluster : 0 };
  return fileSystem({ kind: "fat", label: /^NO NAME/.test(label) ? "" : label, root, scan });
}

function cut(extents: readonly Extent[], size: number, place: number): Extent[] {
  const result: Extent[] = [];
  let left = size;
  for (const { offset, length } of extents) {
    if (left > 0) result.push({ offset, length: Math.min(left, length) });
    left -= length;
  }
  if (left > 0) fail("bad-record", place, `a file of ${size} bytes whose clusters end ${left} bytes earlier`);
  return result;
}

/** The long name that precedes a short one, last part first. */
interface LongName {
  readonly text: string;
  /** Parts that must follow. */
  readonly left: number;
  readonly sum: number;
}

function addLongName(before: LongName | undefined, record: Uint8Array): LongName | undefined {
  const order = record[0] ?? 0;
  const sum = record[13] ?? 0;
  const number = order & 0x1f;
  const chars = [record.subarray(1, 11), record.subarray(14, 26), record.subarray(28, 32)];
  const text = chars
    .map((part) => utf16(part, "little"))
    .join("")
    .replace(/\0[\s\S]*$/, "");
  if ((order & 0x40) !== 0) return { text, left: number - 1, sum };
  if (before === undefined || before.left !== number || before.sum !== sum) return undefined;
  return { text: text + before.text, left: number - 1, sum };
}

/** Of the short name; the long one carries it. */
function sumOf(record: Uint8Array): number {
  let sum = 0;
  for (const byte of record.subarray(0, 11)) sum = (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff;
  return sum;
}

function shortName(record: Uint8Array): string {
  const base = field(record.subarray(0, 8));
  const extension = field(record.subarray(8, 11));
  const cases = record[12] ?? 0;
  const name = (cases & 8) !== 0 ? base.toLowerCase() : base;
  if (extension === "") return name;
  return `${name}.${(cases & 16) !== 0 ? extension.toLowerCase() : extension}`;
}
