import type { ContentFlaw, FileFacts } from "../file-facts.ts";
import { hasText, numbers } from "./bytes.ts";

/** A file that can be read anywhere. */
export interface ReadableFile {
  /** Bytes. */
  readonly size: number;
  /** Gives the bytes from a position on, fewer at the end of the file. */
  read(position: number, length: number): Promise<Uint8Array>;
}

export type EndFlaw = Extract<ContentFlaw, "cut-short" | "no-end">;

/** What follows a part of a file; undefined: as far as it shows, the file is whole. */
type Step = { readonly next: number } | { readonly flaw: EndFlaw } | undefined;

interface Packing {
  readonly magic: string;
  /** @param at where the magic is */
  readonly step: (file: Windowed, at: number) => Promise<Step>;
}

/** Reads that one archive may cost; each is of one window. */
const mostReads = 8192;
const windowBytes = 4096;

const packings: readonly Packing[] = [
  { magic: "070701", step: cpioStep },
  { magic: "070702", step: cpioStep },
  { magic: "\x28\xb5\x2f\xfd", step: zstdStep },
  { magic: "\x02\x21\x4c\x18", step: lz4LegacyStep },
  { magic: "\x04\x22\x4d\x18", step: lz4Step },
  { magic: "\xfd7zXZ\0", step: (file) => tailStep(file, 1024 * 1024, hasXzFooter) },
  { magic: "BZh", step: (file) => tailStep(file, 64 * 1024, hasBzip2End) },
];

/**
 * Whether an archive such as an initrd ends before its end, as after a copy to a full disk. Archives may stand behind each
 * other, with zeros between them, as Linux unpacks them. Packings that tell their length bit by bit alone (gzip, LZMA) are
 * not judged. Bounded: a file that would cost more reads is taken for whole.
 */
export async function archiveFlaw(file: ReadableFile): Promise<EndFlaw | undefined> {
  const windowed = withWindow(file);
  for (let at = 0; at < file.size && windowed.reads() < mostReads; ) {
    const head = await windowed.read(at, 6);
    const packing = packings.find(({ magic }) => hasText(head, 0, magic));
    if (packing === undefined) {
      // Zeros fill up what stands before the next archive; anything else is for others to know.
      const next = head[0] === 0 ? await behindZeros(windowed, at) : undefined;
      if (next === undefined) return undefined;
      at = next;
      continue;
    }
    const step = await packing.step(windowed, at);
    if (step === undefined || "flaw" in step) return step?.flaw;
    at = step.next;
  }
  return undefined;
}

/** The facts of an archive with what its end says. Of other files nothing is read. */
export async function withEnd(facts: FileFacts, file: ReadableFile): Promise<FileFacts> {
  if (facts.kind !== "archive" || facts.flaw !== undefined) return facts;
  const flaw = await archiveFlaw(file);
  return flaw === undefined ? facts : { ...facts, flaw };
}

interface Windowed extends ReadableFile {
  reads(): number;
}

function withWindow(file: ReadableFile): Windowed {
  let from = 0;
  let bytes = new Uint8Array();
  let reads = 0;
  return {
    size: file.size,
    reads: () => reads,
    async read(position, length) {
      if (position < from || position + length > from + bytes.length) {
        reads++;
        const wanted = Math.min(Math.max(length, windowBytes), Math.max(0, file.size - position));
        bytes = new Uint8Array(wanted === 0 ? [] : await file.read(position, wanted));
        from = position;
      }
      return bytes.subarray(position - from, position - from + length);
    },
  };
}

async function behindZeros(file: Windowed, from: number): Promise<number | undefined> {
  for (let at = from; at < file.size && file.reads() < mostReads; at += windowBytes) {
    const bytes = await file.read(at, windowBytes);
    const index = bytes.findIndex((byte) => byte !== 0);
    if (index >= 0) return at + index;
  }
  return undefined;
}

const cpioHeader = 110;
const trailer = "TRAILER!!!";

/** One file of a cpio archive (Linux, Documentation/driver-api/early-userspace/buffer-format.rst). */
async function cpioStep(file: Windowed, at: number): Promise<Step> {
  const header = await file.read(at, cpioHeader);
  const field = (index: number) => {
    const digits = String.fromCharCode(...header.subarray(6 + 8 * index, 14 + 8 * index));
    return /^[0-9a-f]{8}$/i.test(digits) ? Number.parseInt(digits, 16) : undefined;
  };
  if (header.length < cpioHeader) return { flaw: "cut-short" };
  const [size, nameSize] = [field(6), field(11)];
  if (size === undefined || nameSize === undefined) return undefined;
  const name = await file.read(at + cpioHeader, Math.min(nameSize, trailer.length + 1));
  const content = aligned(at + cpioHeader + nameSize, 4);
  const end = content + size;
  if (end > file.size) return { flaw: "cut-short" };
  const next = Math.min(aligned(end, 4), file.size);
  // The last of an archive says so; what comes behind it is another one.
  if (file.size - next < cpioHeader && !hasText(name, 0, trailer)) return { flaw: "no-end" };
  return { next };
}

function aligned(position: number, to: number): number {
  return Math.ceil(position / to) * to;
}

/** Bytes of the frame's content size, by its two bits and, for none, the flag of a single segment (RFC 8878 §3.1.1.1). */
const contentSizes = [0, 2, 4, 8];
const dictionarySizes = [0, 1, 2, 4];

/** A whole frame of Zstandard: its header, its blocks, its checksum. */
async function zstdStep(file: Windowed, at: number): Promise<Step> {
  const [descriptor] = await file.read(at + 4, 1);
  if (descriptor === undefined) return { flaw: "cut-short" };
  const single = (descriptor & 0x20) !== 0;
  const contentSize = contentSizes[descriptor >> 6] || (single ? 1 : 0);
  const blocks = at + 5 + (single ? 0 : 1) + (dictionarySizes[descriptor & 3] ?? 0) + contentSize;
  for (let block = blocks; file.reads() < mostReads; ) {
    const header = await file.read(block, 3);
    if (header.length < 3) return { flaw: "cut-short" };
    const [low = 0, middle = 0, high = 0] = header;
    const word = low | (middle << 8) | (high << 16);
    const type = (word >> 1) & 3;
    if (type === 3) return undefined;
    // A run is one byte, however often it is repeated.
    block += 3 + (type === 1 ? 1 : word >> 3);
    if (block > file.size) return { flaw: "cut-short" };
    if ((word & 1) === 0) continue;
    const end = block + ((descriptor & 4) === 0 ? 0 : 4);
    return end > file.size ? { flaw: "cut-short" } : { next: end };
  }
  return undefined;
}

/** The form of LZ4 that Linux unpacks: blocks of 8 MiB, each behind its length, up to the end or another archive. */
async function lz4LegacyStep(file: Windowed, at: number): Promise<Step> {
  for (let block = at + 4; file.reads() < mostReads; ) {
    const header = await file.read(block, 4);
    if (header.length === 0) return { next: block };
    const length = numbers(header).u32(0);
    if (length === undefined) return { flaw: "cut-short" };
    // Longer than any block: another magic, or zeros behind the end.
    if (length === 0 || length > largestLz4Block) return { next: block };
    block += 4 + length;
    if (block > file.size) return { flaw: "cut-short" };
  }
  return undefined;
}

/** What 8 MiB may become at most (LZ4_compressBound). */
const largestLz4Block = 8 * 1024 * 1024 + 32 * 1024 + 912;

/** A frame of LZ4 (LZ4 Frame Format Description, "General Structure of LZ4 Frame format"). */
async function lz4Step(file: Windowed, at: number): Promise<Step> {
  const [flags] = await file.read(at + 4, 1);
  if (flags === undefined) return { flaw: "cut-short" };
  const sums = (flags & 0x10) === 0 ? 0 : 4;
  const contentSize = (flags & 8) === 0 ? 0 : 8;
  const dictionary = (flags & 1) === 0 ? 0 : 4;
  for (let block = at + 4 + 3 + contentSize + dictionary; file.reads() < mostReads; ) {
    const length = numbers(await file.read(block, 4)).u32(0);
    if (length === undefined) return { flaw: "cut-short" };
    block += 4;
    if (length === 0) {
      const end = block + ((flags & 4) === 0 ? 0 : 4);
      return end > file.size ? { flaw: "cut-short" } : { next: end };
    }
    block += (length & 0x7fffffff) + sums;
    if (block > file.size) return { flaw: "cut-short" };
  }
  return undefined;
}

/**
 * An archive that does not state its length ends with a mark; other archives may follow it.
 * @param most bytes at the end of the file in which the mark is looked for
 */
async function tailStep(
  file: Windowed,
  most: number,
  hasEnd: (tail: Uint8Array, whole: boolean) => boolean,
): Promise<Step> {
  const length = Math.min(file.size, most);
  const tail = await file.read(file.size - length, length);
  return hasEnd(tail, length === file.size) || tail.length < length ? undefined : { flaw: "no-end" };
}

/**
 * The last bytes of an xz stream: the size of the index, flags, "YZ"; the index itself begins with a zero byte (The .xz
 * File Format, 2.1.2 and 4.1).
 */
function hasXzFooter(tail: Uint8Array, whole: boolean): boolean {
  const { u32 } = numbers(tail);
  for (let at = tail.length - 2; at >= 10; at--) {
    if (tail[at] !== 0x59 || tail[at + 1] !== 0x5a || tail[at - 2] !== 0) continue;
    const size = ((u32(at - 6) ?? 0) + 1) * 4;
    const index = at - 10 - size;
    if (index < 0 ? !whole : tail[index] === 0) return true;
  }
  return false;
}

/** The mark of the end, the square root of pi, at any bit. */
const bzip2End = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90];

function hasBzip2End(tail: Uint8Array): boolean {
  for (let at = 0; at + 7 <= tail.length; at++) {
    for (let shift = 0; shift < 8; shift++) {
      const fits = (byte: number, index: number) => {
        const [high = 0, low = 0] = [tail[at + index], tail[at + index + 1]];
        return (((high << 8) | low) >> (8 - shift)) % 256 === byte;
      };
      if (bzip2End.every(fits)) return true;
    }
  }
  return false;
}
