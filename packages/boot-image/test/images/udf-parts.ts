import { concat, type Pen, pen, utf16be } from "../../../../tools/test-kit/images/bytes.ts";
import { crc } from "../../src/core/udf-tag.ts";

/** The first block of the partition. */
export const start = 300;
/** Blocks of a packet. */
export const packet = 16;

interface Volume {
  readonly blockSize: number;
  readonly revision: number;
  readonly partition: string;
  readonly label: string;
  readonly length: number;
  readonly spareStart: number;
  readonly set: number;
  readonly home: number;
}

export function writeVolume(
  image: Pen,
  { blockSize, revision, partition, label, length, spareStart, set, home }: Volume,
) {
  const anchor = pen(new Uint8Array(512));
  for (const at of [16, 24]) {
    anchor.u32(at, 4 * blockSize);
    anchor.u32(at + 4, 260);
  }
  image.put(256 * blockSize, tag(anchor, 2, 256, 512));
  const describe = pen(new Uint8Array(512));
  describe.u32(16, 1);
  describe.u32(188, start);
  describe.u32(192, length);
  image.put(260 * blockSize, tag(describe, 5, 260, 512));
  const logical = pen(new Uint8Array(blockSize));
  const name = osta(label);
  logical.put(84, name);
  logical.u8(84 + 127, name.length);
  logical.u32(212, blockSize);
  logical.text(217, "*OSTA UDF Compliant");
  logical.u16(240, revision);
  logical.u32(248, blockSize);
  logical.u32(252, set);
  logical.u16(256, home);
  const special = pen(new Uint8Array(64));
  special.u8(0, 2);
  special.u8(1, 64);
  if (partition.startsWith("virtual")) special.text(5, "*UDF Virtual Partition");
  if (partition.startsWith("metadata")) {
    special.text(5, "*UDF Metadata Partition");
    special.u32(40, 0);
    special.u32(44, 1);
  }
  if (partition === "sparable") {
    special.text(5, "*UDF Sparable Partition");
    special.u16(40, packet);
    special.u8(42, 2);
    special.u32(48, spareStart + 1);
    special.u32(52, spareStart);
  }
  const plain = Uint8Array.of(1, 6, 1, 0, 0, 0);
  const maps = partition === "plain" ? [plain] : partition === "sparable" ? [special.bytes] : [plain, special.bytes];
  logical.u32(264, concat(...maps).length);
  logical.u32(268, maps.length);
  logical.put(440, concat(...maps));
  image.put(261 * blockSize, tag(logical, 6, 261, 512));
  image.put(262 * blockSize, tag(pen(new Uint8Array(512)), 8, 262, 512));
}

export function tag({ bytes }: Pen, id: number, block: number, length: number): Uint8Array {
  const made = pen(bytes);
  made.u16(0, id);
  made.u16(2, 3);
  made.u16(10, length - 16);
  made.u16(8, crc(bytes.subarray(16, length)));
  made.u32(12, block);
  let sum = 0;
  for (let at = 0; at < 16; at++) if (at !== 4) sum += bytes[at] ?? 0;
  made.u8(4, sum & 0xff);
  return bytes;
}

export function osta(text: string): Uint8Array {
  return /^[\0-\xff]*$/.test(text)
    ? concat(
        Uint8Array.of(8),
        Uint8Array.from(text, (char) => char.charCodeAt(0)),
      )
    : concat(Uint8Array.of(16), utf16be(text));
}

export function addVat(blocks: Uint8Array[], virtual: readonly number[], blockSize: number, old: boolean) {
  const header = old ? 0 : 152;
  const table = pen(new Uint8Array(header + virtual.length * 4 + (old ? 36 : 0)));
  if (!old) table.u16(0, header);
  for (const [index, block] of virtual.entries()) table.u32(header + index * 4, block);
  if (old) table.text(virtual.length * 4 + 1, "*UDF Virtual Alloc Tbl");
  const first = blocks.length;
  for (let at = 0; at < table.bytes.length; at += blockSize) {
    const block = new Uint8Array(blockSize);
    block.set(table.bytes.subarray(at, at + blockSize));
    blocks.push(block);
  }
  const entry = pen(new Uint8Array(blockSize));
  entry.u16(20, 4);
  entry.u8(27, old ? 0 : 248);
  entry.u64(56, table.bytes.length);
  entry.u32(172, 8);
  entry.u32(176, table.bytes.length);
  entry.u32(180, first);
  blocks.push(tag(entry, 261, blocks.length, 184));
}

/** Takes the blocks of the second packet away; they are read from elsewhere. */
export function moveAPacket(blocks: Uint8Array[], blockSize: number): { packet: number; blocks: Uint8Array[] } {
  while (blocks.length < packet * 3) blocks.push(new Uint8Array(blockSize));
  const moved = blocks.slice(packet, packet * 2);
  for (let index = packet; index < packet * 2; index++) blocks[index] = new Uint8Array(blockSize).fill(0xdd);
  return { packet, blocks: moved };
}

export function sparingTable(blockSize: number, original: number, mapped: number): Uint8Array {
  const made = pen(new Uint8Array(blockSize));
  made.text(17, "*UDF Sparing Table");
  made.u16(48, 2);
  made.u32(56, original);
  made.u32(60, mapped);
  made.u32(64, 0xffffffff);
  return tag(made, 0, 0, 72);
}

/** Makes the checksums and CRCs of UDF right again, so that what was changed is looked at. */
export function signAgain(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer);
  for (let at = 32_768; at + 512 <= bytes.length; at += 512) {
    const length = view.getUint16(at + 10, true);
    if (![1, 2, 5, 6, 8, 256, 257, 258, 261, 266].includes(view.getUint16(at, true))) continue;
    if (16 + length <= Math.min(2048, bytes.length - at)) {
      view.setUint16(at + 8, crc(bytes.subarray(at + 16, at + 16 + length)), true);
    }
    let sum = 0;
    for (let index = 0; index < 16; index++) if (index !== 4) sum += bytes[at + index] ?? 0;
    bytes[at + 4] = sum;
  }
}
