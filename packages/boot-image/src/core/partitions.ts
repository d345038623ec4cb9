import { startsWith, u32le, u64le, utf16 } from "./bytes.ts";
import type { Reader } from "./reader.ts";

/** A partition of a hybrid image: one that is a disc and a disk. */
export interface Partition {
  readonly table: "mbr" | "gpt";
  /** The type: two hexadecimal digits, or a GUID in capitals. */
  readonly type: string;
  /** The name in the GPT. */
  readonly name?: string;
  /** Byte in the image. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

const sector = 512;
const mostEntries = 128;

/** Types of the EFI system partition: of the MBR and of the GPT (UEFI 2.10, 5.2.2 and 5.3.3). */
export const efiSystemTypes: ReadonlySet<string> = new Set(["ef", "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"]);

/** The partitions of the MBR, and those of the GPT; none where there is no table. What lies outside the image is left out. */
export async function readPartitions(reader: Reader): Promise<readonly Partition[]> {
  if (reader.size < 2 * sector) return [];
  const mbr = await reader.bytes(0, sector);
  if (mbr[510] !== 0x55 || mbr[511] !== 0xaa) return [];
  const found: Partition[] = [];
  for (let at = 446; at < 510; at += 16) {
    const type = mbr[at + 4] ?? 0;
    const offset = u32le(mbr, at + 8) * sector;
    const length = u32le(mbr, at + 12) * sector;
    if (type !== 0) found.push({ table: "mbr", type: type.toString(16).padStart(2, "0"), offset, length });
  }
  const header = await reader.bytes(sector, sector);
  if (startsWith(header, 0, "EFI PART")) found.push(...(await readGpt(reader, header)));
  return found.filter(({ offset, length }) => length > 0 && offset + length <= reader.size);
}

async function readGpt(reader: Reader, header: Uint8Array): Promise<Partition[]> {
  const start = u64le(header, 72) * sector;
  const count = Math.min(mostEntries, u32le(header, 80));
  const size = u32le(header, 84);
  if (size < 128 || size > 4096 || start + count * size > reader.size) return [];
  const bytes = await reader.bytes(start, count * size);
  const found: Partition[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const type = guid(bytes.subarray(at, at + 16));
    const first = u64le(bytes, at + 32);
    const name = utf16(bytes.subarray(at + 56, at + 128), "little").replace(/\0.*$/s, "");
    const length = (u64le(bytes, at + 40) - first + 1) * sector;
    if (!/^[0-]+$/.test(type)) found.push({ table: "gpt", type, name, offset: first * sector, length });
  }
  return found;
}

/** Its first three parts are little-endian (UEFI 2.10, appendix A). */
function guid(bytes: Uint8Array): string {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  const digits = order.map((index) => (bytes[index] ?? 0).toString(16).padStart(2, "0")).join("");
  return digits.toUpperCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
