import { field, u16le, u32le } from "./bytes.ts";
import { fail } from "./fault.ts";
import type { Reader } from "./reader.ts";

/** An entry of the boot catalog: what firmware starts from the disc. */
export interface BootEntry {
  /** Firmware for which it is. `other` is PowerPC or Mac. */
  readonly platform: "bios" | "efi" | "other";
  readonly bootable: boolean;
  readonly emulation: "none" | "floppy" | "hard-disk";
  /** Byte in the image where the boot image begins. */
  readonly offset: number;
  /** 512-byte sectors that BIOS loads. For EFI, tools write 0, 1 or anything: the file system says its size. */
  readonly loadSectors: number;
}

const sector = 2048;
const mostSectors = 16;

/**
 * Reads the boot catalog ("El Torito" Bootable CD-ROM Format Specification 1.0, 2; UEFI 2.10, 13.3.2.1).
 * @throws ImageFaultError
 */
export async function readBootCatalog(reader: Reader, block: number): Promise<readonly BootEntry[]> {
  const offset = block * sector;
  const bytes = await reader.bytes(offset, Math.max(sector, Math.min(sector * mostSectors, reader.size - offset)));
  const sum = Array.from({ length: 16 }, (_, word) => u16le(bytes, word * 2)).reduce((one, other) => one + other, 0);
  if (bytes[0] !== 1 || bytes[30] !== 0x55 || bytes[31] !== 0xaa || (sum & 0xffff) !== 0) {
    fail("bad-record", offset, `no boot catalog, though the boot record names it: ${field(bytes.subarray(4, 28))}`);
  }
  const entries = [entryAt(bytes, 32, platformOf(bytes[1] ?? 0))];
  let platform: BootEntry["platform"] | undefined;
  let left = 0;
  let last = false;
  for (let at = 64; at + 32 <= bytes.length; at += 32) {
    const id = bytes[at] ?? 0;
    if (left > 0) {
      // An extension of the entry before (2.5): selection criteria, which no firmware reads.
      if (id === 0x44) continue;
      entries.push(entryAt(bytes, at, platform ?? "other"));
      left--;
    } else if (!last && (id === 0x90 || id === 0x91)) {
      platform = platformOf(bytes[at + 1] ?? 0);
      left = u16le(bytes, at + 2);
      last = id === 0x91;
    } else if (id !== 0x44) break;
  }
  return entries;
}

function entryAt(bytes: Uint8Array, at: number, platform: BootEntry["platform"]): BootEntry {
  const media = (bytes[at + 1] ?? 0) & 15;
  return {
    platform,
    bootable: bytes[at] === 0x88,
    emulation: media === 0 ? "none" : media === 4 ? "hard-disk" : "floppy",
    offset: u32le(bytes, at + 8) * sector,
    loadSectors: u16le(bytes, at + 6),
  };
}

function platformOf(id: number): BootEntry["platform"] {
  return id === 0 ? "bios" : id === 0xef ? "efi" : "other";
}
