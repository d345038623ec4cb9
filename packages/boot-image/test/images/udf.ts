import { concat, pen } from "../../../../tools/test-kit/images/bytes.ts";
import { type Content, type Node, nodesOf, treeOf } from "../../../../tools/test-kit/images/tree.ts";
import { addVat, moveAPacket, osta, packet, sparingTable, start, tag, writeVolume } from "./udf-parts.ts";

export interface UdfOptions {
  readonly blockSize?: 512 | 1024 | 2048 | 4096;
  readonly revision?: number;
  /** How blocks are found. */
  readonly partition?: "plain" | "virtual" | "virtual-1.50" | "sparable" | "metadata" | "metadata-mirror";
  readonly descriptors?: "short" | "long" | "inside";
  /** File entries of ECMA-167's second or third edition. */
  readonly extended?: boolean;
  /** An allocation descriptor has at most so many blocks. */
  readonly extentBlocks?: number;
  /** Descriptors beyond this number go into allocation extents. */
  readonly descriptorsHere?: number;
  readonly label?: string;
}

/** Makes a small UDF image without ISO 9660: the same bytes for the same contents. */
export function makeUdf(contents: readonly Content[], options: UdfOptions = {}): Uint8Array {
  const { blockSize = 2048, revision = 0x0201, partition = "plain", descriptors = "short" } = options;
  const { extended = revision >= 0x0200, extentBlocks = 1000, descriptorsHere = 40, label = "UDF" } = options;
  const root = treeOf(contents);
  const nodes = nodesOf(root);
  const isMetadata = partition.startsWith("metadata");
  const isVirtual = partition.startsWith("virtual");
  /** The map in which entries and folders are, and the one of the data of files. */
  const [home, data] = isMetadata || isVirtual ? [1, 0] : [0, 0];
  const blocks: Uint8Array[] = [];
  const area: Uint8Array[] = [];
  const homeBlocks = isMetadata ? area : blocks;

  function add(list: Uint8Array[], bytes: Uint8Array): number {
    const first = list.length;
    for (let at = 0; at === 0 || at < bytes.length; at += blockSize) {
      const block = new Uint8Array(blockSize);
      block.set(bytes.subarray(at, at + blockSize));
      list.push(block);
    }
    return first;
  }

  const virtual: number[] = [];
  /** A block of the home partition, with the number by which others name it. */
  function reserve(): { name: number; real: number } {
    const real = add(homeBlocks, new Uint8Array(1));
    if (!isVirtual) return { name: real, real };
    virtual.push(real);
    return { name: virtual.length - 1, real };
  }

  if (isMetadata) {
    add(blocks, new Uint8Array(1));
    add(blocks, new Uint8Array(1));
  }
  const set = reserve();
  const entries = new Map(nodes.map((node) => [node, reserve()]));

  for (const node of nodes) {
    const content = node.children === undefined ? fileData(node) : folderData(node);
    const entry = entries.get(node) ?? set;
    const type = node.children !== undefined ? 4 : node.content.link === undefined ? 5 : 12;
    // Data of folders is in the home partition; in a virtual one by its real blocks, as everywhere.
    const list = node.children === undefined ? blocks : homeBlocks;
    const mode = node.content.mode ?? (node.children === undefined ? 0o644 : 0o755);
    homeBlocks[entry.real] = fileEntry({ type, content, mode, list, entry: entry.name });
  }

  function fileData({ data: bytes, content: { link } }: Node): Uint8Array {
    if (link === undefined) return bytes;
    const parts = link.split("/").map((part, index) => {
      if (part === "" && index === 0) return Uint8Array.of(2, 0, 0, 0);
      if (part === "..") return Uint8Array.of(3, 0, 0, 0);
      if (part === ".") return Uint8Array.of(4, 0, 0, 0);
      const text = osta(part);
      return concat(Uint8Array.of(5, text.length, 0, 0), text);
    });
    return concat(...parts);
  }

  function folderData(node: Node): Uint8Array {
    const own = entries.get(node) ?? set;
    const parent = identifier("", own.name, 8 | 2);
    const children = (node.children ?? []).map((child) =>
      identifier(child.name, entries.get(child)?.name ?? 0, child.children === undefined ? 0 : 2),
    );
    const deleted = identifier("deleted", own.name, 4);
    return concat(parent, deleted, ...children);
  }

  function identifier(name: string, block: number, flags: number): Uint8Array {
    const text = name === "" ? new Uint8Array() : osta(name);
    const made = pen(new Uint8Array((38 + text.length + 3) & ~3));
    made.u16(16, 1);
    made.u8(18, flags);
    made.u8(19, text.length);
    made.u32(20, blockSize);
    made.u32(24, block);
    made.u16(28, home);
    made.put(38, text);
    return tag(made, 257, block, made.bytes.length);
  }

  interface Parts {
    readonly type: number;
    readonly content: Uint8Array;
    readonly mode: number;
    readonly list: Uint8Array[];
    readonly entry: number;
  }

  function fileEntry({ type, content, mode, list, entry }: Parts): Uint8Array {
    const header = extended ? 216 : 176;
    const made = pen(new Uint8Array(blockSize));
    const inside = descriptors === "inside" && content.length <= blockSize - header;
    // A short descriptor counts from the partition of its ICB: one that leads elsewhere is long.
    const long = descriptors === "long" || (list === blocks && home !== data && !isVirtual) || isVirtual;
    made.u16(20, 4);
    made.u16(24, 1);
    made.u8(27, type);
    made.u16(34, inside ? 3 : long ? 1 : 0);
    made.u32(44, (((mode >> 6) & 7) << 10) | (((mode >> 3) & 7) << 5) | (mode & 7));
    made.u16(48, 1);
    made.u64(56, content.length);
    made.put(extended ? 92 : 84, Uint8Array.of(0, 0x10, 0xea, 0x07, 11, 30, 12, 0, 0, 0, 0, 0));
    if (inside) {
      made.u32(header - 4, content.length);
      made.put(header, content);
      return tag(made, extended ? 266 : 261, entry, header + content.length);
    }
    const all: Uint8Array[] = [];
    const map = list === homeBlocks && !isVirtual ? home : data;
    for (let at = 0; at < content.length; at += extentBlocks * blockSize) {
      const part = content.subarray(at, at + extentBlocks * blockSize);
      all.push(descriptor(part.length, add(list, part), map, long));
      // Parts are apart from each other.
      if (at + part.length < content.length) add(list, new Uint8Array(1));
    }
    const here = all.length > descriptorsHere ? all.slice(0, descriptorsHere) : all;
    let rest = all.slice(here.length);
    const chain: { block: number; descriptors: Uint8Array[] }[] = [];
    while (rest.length > 0) {
      const more = reserve();
      chain.push({ block: more.name, descriptors: rest.slice(0, descriptorsHere) });
      rest = rest.slice(descriptorsHere);
    }
    for (const [index, link] of chain.entries()) {
      const next = chain[index + 1];
      if (next !== undefined) link.descriptors.push(descriptor(blockSize, next.block, home, long, 3));
      const extent = pen(new Uint8Array(blockSize));
      const bytes = concat(...link.descriptors);
      extent.u32(20, bytes.length);
      extent.put(24, bytes);
      homeBlocks[isVirtual ? (virtual[link.block] ?? 0) : link.block] = tag(extent, 258, link.block, blockSize);
    }
    const [first] = chain;
    const bytes = concat(...here, ...(first ? [descriptor(blockSize, first.block, home, long, 3)] : []));
    made.u32(header - 4, bytes.length);
    made.put(header, bytes);
    return tag(made, extended ? 266 : 261, entry, header + bytes.length);
  }

  function descriptor(length: number, block: number, map: number, long: boolean, kind = 0): Uint8Array {
    const made = pen(new Uint8Array(long ? 16 : 8));
    made.u32(0, (length | (kind << 30)) >>> 0);
    made.u32(4, block);
    if (long) made.u16(8, map);
    return made.bytes;
  }

  const fileSet = pen(new Uint8Array(blockSize));
  fileSet.u32(400, blockSize);
  fileSet.u32(404, entries.get(root)?.name ?? 0);
  fileSet.u16(408, home);
  homeBlocks[set.real] = tag(fileSet, 256, set.name, 512);

  if (isMetadata) {
    const first = add(blocks, concat(...area));
    const entry = () => {
      const made = pen(new Uint8Array(blockSize));
      made.u16(20, 4);
      made.u8(27, 250);
      made.u64(56, area.length * blockSize);
      made.u32(212, 8);
      made.put(216, descriptor(area.length * blockSize, first, 0, false));
      return tag(made, 266, 0, 224);
    };
    if (partition === "metadata") blocks[0] = entry();
    blocks[1] = entry();
  }
  const moved = partition === "sparable" ? moveAPacket(blocks, blockSize) : undefined;
  if (isVirtual) addVat(blocks, virtual, blockSize, partition === "virtual-1.50");

  const spareStart = start + blocks.length;
  const total = Math.max(spareStart + (moved === undefined ? 0 : packet + 2), 600);
  // The last block of a write-once disc is its VAT.
  const image = pen(new Uint8Array((isVirtual ? spareStart : total) * blockSize));
  if (moved !== undefined) {
    image.put(spareStart * blockSize, sparingTable(blockSize, moved.packet, spareStart + 2));
    image.put((spareStart + 2) * blockSize, concat(...moved.blocks));
  }
  for (const [index, block] of blocks.entries()) image.put((start + index) * blockSize, block);
  const at = 32768;
  for (const [index, id] of ["BEA01", revision >= 0x0200 ? "NSR03" : "NSR02", "TEA01"].entries()) {
    image.text(at + index * Math.max(2048, blockSize) + 1, `${id}\u0001`);
  }
  const volume = { blockSize, revision, partition, label, length: blocks.length, spareStart, set: set.name, home };
  writeVolume(image, volume);
  return image.bytes;
}
