import type { FileKind } from "../file-facts.ts";
import type { FileFormat } from "../file-formats.ts";
import { hasText, latin1, numbers } from "./bytes.ts";

/** A format known by its first bytes. */
export interface Format {
  readonly kind: Extract<FileKind, "archive" | "script" | "bios-program" | "other">;
  /** Bytes that its header says it has. */
  readonly declaredSize?: number;
  /** Where no firmware starts it. */
  readonly format?: FileFormat;
}

interface Row extends Pick<Format, "kind" | "format"> {
  /** The magic bytes. */
  readonly magic: string;
  readonly offset?: number;
  readonly size?: (head: Uint8Array) => number | undefined;
}

/** Where the volume descriptor of ISO 9660 begins (ECMA-119 §6.7.1). */
const volumeDescriptor = 0x8000;

const rows: readonly Row[] = [
  { magic: "\x1f\x8b", kind: "archive", format: "gzip" },
  { magic: "\xfd7zXZ\0", kind: "archive", format: "xz" },
  { magic: "\x28\xb5\x2f\xfd", kind: "archive", format: "zstd" },
  // Legacy LZ4 frames and LZMA alone: forms in which kernels and initrds are packed.
  { magic: "\x02\x21\x4c\x18", kind: "archive", format: "lz4" },
  { magic: "\x04\x22\x4d\x18", kind: "archive", format: "lz4" },
  { magic: "\x5d\0\0", kind: "archive" },
  { magic: "BZh", kind: "archive", format: "bzip2" },
  { magic: "\x89LZO\0\r\n\x1a\n", kind: "archive", format: "lzo" },
  { magic: "070701", kind: "archive", format: "cpio" },
  { magic: "070702", kind: "archive", format: "cpio" },
  { magic: "PK\x03\x04", kind: "archive", format: "zip" },
  { magic: "7z\xbc\xaf\x27\x1c", kind: "archive", format: "7z" },
  { magic: "Rar!\x1a\x07", kind: "archive", format: "rar" },
  { magic: "!<arch>\n", kind: "archive", format: "deb" },
  { magic: "\xed\xab\xee\xdb", kind: "archive", format: "rpm" },
  // POSIX.1-2017, pax, "ustar Interchange Format".
  { magic: "ustar", offset: 257, kind: "archive", format: "tar" },
  { magic: "hsqs", kind: "archive", format: "squashfs", size: (head) => numbers(head).u64(40) },
  { magic: "MSWIM\0\0\0", kind: "archive", format: "wim", size: wimSize },
  { magic: "CD001", offset: volumeDescriptor + 1, kind: "archive", format: "iso", size: isoSize },
  { magic: "QFI\xfb", kind: "other", format: "qcow2" },
  { magic: "KDMV", kind: "other", format: "vmdk" },
  { magic: "\x7f\x10\xda\xbe", offset: 64, kind: "other", format: "vdi" },
  { magic: "vhdxfile", kind: "other", format: "vhdx" },
  // A GUID partition table behind the first sector (UEFI 2.10 section 5.3.2).
  { magic: "EFI PART", offset: 512, kind: "other", format: "hard-disk" },
  // U-Boot's image with a header of 64 bytes; type 6 is a script.
  { magic: "\x27\x05\x19\x56", kind: "other", size: (head) => uImageSize(head) },
  // A device tree, and U-Boot's FIT, which is one.
  { magic: "\xd0\x0d\xfe\xed", kind: "other", size: (head) => numbers(head, false).u32(4) },
];

/** @param head the first bytes of the file; an ISO is known with 33 KiB of them */
export function readFormat(head: Uint8Array): Format | undefined {
  const row = rows.find(({ magic, offset = 0 }) => hasText(head, offset, magic));
  if (row === undefined) return undefined;
  const declaredSize = row.size?.(head);
  const kind = uImageType(head) === scriptImage ? "script" : row.kind;
  const format = row.format === undefined ? {} : { format: row.format };
  return { kind, ...format, ...(declaredSize === undefined ? {} : { declaredSize }) };
}

/** Each resource has its size in 7 bytes, a flag, and its offset (Windows Imaging File Format, "WIM Header"). */
function wimSize(head: Uint8Array): number | undefined {
  const { u32, u16, u64 } = numbers(head);
  const ends = [48, 72, 124].map((resource) => {
    const [low, middle, high] = [u32(resource), u16(resource + 4), head[resource + 6]];
    const offset = u64(resource + 8);
    if (low === undefined || middle === undefined || high === undefined || offset === undefined) return 0;
    return low + middle * 2 ** 32 + high * 2 ** 48 + offset;
  });
  return Math.max(...ends);
}

/** ECMA-119 §8.4.8 and §8.4.12: blocks of the volume, and bytes of a block. */
function isoSize(head: Uint8Array): number | undefined {
  const { u32, u16 } = numbers(head);
  const [blocks, size] = [u32(volumeDescriptor + 80), u16(volumeDescriptor + 128)];
  return blocks === undefined || size === undefined ? undefined : blocks * size;
}

const uImageHeader = 64;
const scriptImage = 6;

function uImageSize(head: Uint8Array): number | undefined {
  const size = numbers(head, false).u32(12);
  return size === undefined ? undefined : uImageHeader + size;
}

function uImageType(head: Uint8Array): number | undefined {
  return hasText(head, 0, "\x27\x05\x19\x56") ? head[30] : undefined;
}

/** The text of U-Boot's script image: behind the header a list of sizes that a zero ends (U-Boot, `image_get_script`). */
export function uBootScript(bytes: Uint8Array): Uint8Array | undefined {
  if (uImageType(bytes) !== scriptImage) return undefined;
  const { u32 } = numbers(bytes, false);
  const size = u32(uImageHeader) ?? 0;
  let from = uImageHeader + 4;
  while ((u32(from) ?? 0) !== 0) from += 4;
  return bytes.subarray(from + 4, from + 4 + size);
}

/** The beginning of a program for PC BIOS, as far as one is known by its bytes. */
export function isBiosProgram(head: Uint8Array): boolean {
  const beginning = latin1(head.subarray(0, biosBeginning));
  if (/PXELINUX \d+\.\d+/.test(beginning)) return true;
  // iPXE as undionly.kpxe and ipxe.pxe: its prefix looks for the structure of the PXE ROM.
  if (beginning.includes("PXE->EB") && beginning.includes("!PXE")) return true;
  // GRUB's core.0 begins with pxeboot.img: mov $0x7f,%dl; ljmp $0,$0x8200.
  if (hasText(head, 0, "\xb2\x7f\xea\0\x82\0\0")) return true;
  // A boot sector, and the option ROM of a network card.
  return (head[510] === 0x55 && head[511] === 0xaa) || (head[0] === 0x55 && head[1] === 0xaa);
}

const biosBeginning = 16 * 1024;

/** A program that firmware loads lies below 640 KiB, whatever it is. */
const baseMemory = 640 * 1024;
const partitionTable = 446;
const entryBytes = 16;

/**
 * Whether a file is the image of a disk and no boot sector: partitions that lie in it, or a file system that is larger
 * than what a BIOS loads.
 */
export function diskImage(head: Uint8Array, size: number): FileFormat | undefined {
  if (head[510] !== 0x55 || head[511] !== 0xaa || size <= baseMemory) return undefined;
  if (hasText(head, 54, "FAT1") || hasText(head, 82, "FAT32")) return "fat";
  const { u32 } = numbers(head);
  const entries = [0, 1, 2, 3].map((index) => {
    const entry = partitionTable + index * entryBytes;
    return { status: head[entry], type: head[entry + 4], first: u32(entry + 8) ?? 0, sectors: u32(entry + 12) ?? 0 };
  });
  const isTable = entries.every(({ status, type, first, sectors }) => {
    const isPartition = first > 0 && sectors > 0 && first * 512 < size;
    return (status === 0 || status === 0x80) && (type === 0 ? sectors === 0 : isPartition);
  });
  return isTable && entries.some(({ type }) => type !== 0) ? "hard-disk" : undefined;
}
