import { pen } from "./bytes.ts";
import { type Content, type Node, treeOf } from "./tree.ts";

export interface FatOptions {
  readonly bits?: 12 | 16 | 32;
  readonly label?: string;
  /** Clusters of a file are apart from each other. */
  readonly scattered?: boolean;
}

const sector = 512;
const clusters = { 12: 2000, 16: 5000, 32: 66_000 } as const;

/** Makes a small FAT volume with clusters of one sector: the same bytes for the same contents. */
export function makeFat(contents: readonly Content[], options: FatOptions = {}): Uint8Array {
  const { bits = 12, label = "EFI", scattered = false } = options;
  const count = clusters[bits];
  const reserved = bits === 32 ? 32 : 1;
  const perTable = Math.ceil(((count + 2) * bits) / 8 / sector);
  const rootSectors = bits === 32 ? 0 : 32;
  const data = reserved + perTable * 2 + rootSectors;
  const image = pen(new Uint8Array((data + count) * sector));
  const links = new Map<number, number>();
  const step = scattered ? 2 : 1;
  let next = 2;

  function place(bytes: Uint8Array): number {
    const first = next;
    for (let at = 0; at < bytes.length; at += sector) {
      image.put((data + next - 2) * sector, bytes.subarray(at, at + sector));
      links.set(next, at + sector < bytes.length ? next + step : 0x0fffffff);
      next += step;
    }
    return first;
  }

  function records(folder: Node): Uint8Array {
    const parts: Uint8Array[] = [];
    for (const [index, node] of (folder.children ?? []).entries()) {
      const isFolder = node.children !== undefined;
      const bytes = isFolder ? padded(records(node)) : node.data;
      const cluster = bytes.length === 0 ? 0 : place(bytes);
      const short = new TextEncoder().encode(`${String(index).padStart(6, "F")}~1`.padEnd(11));
      parts.push(...longName(node.name, short));
      const made = pen(new Uint8Array(32));
      made.put(0, short);
      made.u8(11, isFolder ? 16 : 32);
      made.u16(20, cluster >>> 16);
      made.u16(26, cluster & 0xffff);
      made.u32(28, isFolder ? 0 : bytes.length);
      parts.push(made.bytes);
    }
    const all = new Uint8Array(parts.length * 32);
    for (const [index, part] of parts.entries()) all.set(part, index * 32);
    return all;
  }

  function padded(bytes: Uint8Array): Uint8Array {
    const whole = new Uint8Array((Math.floor(bytes.length / sector) + 1) * sector);
    whole.set(bytes);
    return whole;
  }

  const root = records(treeOf(contents));
  let rootCluster = 0;
  if (bits === 32) rootCluster = place(padded(root));
  else image.put((reserved + perTable * 2) * sector, root);
  for (const [cluster, to] of [[0, 0x0ffffff8], [1, 0x0fffffff], ...links] as const) {
    for (const table of [0, 1]) {
      const at = (reserved + table * perTable) * sector;
      if (bits === 32) image.u32(at + cluster * 4, to);
      else if (bits === 16) image.u16(at + cluster * 2, to & 0xffff);
      else {
        const byte = at + cluster + (cluster >> 1);
        const old = (image.bytes[byte] ?? 0) | ((image.bytes[byte + 1] ?? 0) << 8);
        image.u16(byte, cluster % 2 === 0 ? (old & 0xf000) | (to & 0xfff) : (old & 0xf) | ((to & 0xfff) << 4));
      }
    }
  }
  image.u16(11, sector);
  image.u8(13, 1);
  image.u16(14, reserved);
  image.u8(16, 2);
  image.u16(17, rootSectors * 16);
  const total = data + count;
  if (total < 65_536) image.u16(19, total);
  else image.u32(32, total);
  if (bits === 32) {
    image.u32(36, perTable);
    image.u32(44, rootCluster);
  } else image.u16(22, perTable);
  image.text(bits === 32 ? 71 : 43, label, 11);
  image.u16(510, 0xaa55);
  return image.bytes;
}

function longName(name: string, short: Uint8Array): Uint8Array[] {
  let sum = 0;
  for (const byte of short) sum = (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff;
  const parts: Uint8Array[] = [];
  const count = Math.ceil(name.length / 13);
  for (let part = count; part > 0; part--) {
    const made = pen(new Uint8Array(32).fill(0xff));
    made.u8(0, part | (part === count ? 0x40 : 0));
    made.u16(11, 0x0f);
    made.u8(13, sum);
    made.u16(26, 0);
    const places = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
    for (const [index, place] of places.entries()) {
      const at = (part - 1) * 13 + index;
      if (at <= name.length) made.u16(place, at === name.length ? 0 : name.charCodeAt(at));
    }
    parts.push(made.bytes);
  }
  return parts;
}
