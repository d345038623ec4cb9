import { u16le, u32le, utf8, utf16 } from "./bytes.ts";
import { fail } from "./fault.ts";

/** Descriptors by the number of their tag (ECMA-167, 3/7.2.1 and 4/7.2.1). */
export const udfTag = {
  primary: 1,
  anchor: 2,
  pointer: 3,
  partition: 5,
  logicalVolume: 6,
  terminating: 8,
  fileSet: 256,
  fileIdentifier: 257,
  allocationExtent: 258,
  fileEntry: 261,
  extendedFileEntry: 266,
} as const;

/** The number of the descriptor; undefined where the tag's checksum, or the CRC of what follows, is wrong. */
export function tagOf(bytes: Uint8Array): number | undefined {
  let sum = 0;
  for (let at = 0; at < 16; at++) if (at !== 4) sum += bytes[at] ?? 0;
  if ((sum & 0xff) !== bytes[4]) return undefined;
  const length = u16le(bytes, 10);
  if (16 + length > bytes.length || crc(bytes.subarray(16, 16 + length)) !== u16le(bytes, 8)) return undefined;
  return u16le(bytes, 0);
}

/** @throws ImageFaultError where this is none of these descriptors */
export function mustBe(bytes: Uint8Array, offset: number, ...tags: readonly number[]): number {
  const tag = tagOf(bytes);
  if (tag === undefined) return fail("bad-record", offset, "a UDF descriptor with a wrong checksum");
  return tags.includes(tag)
    ? tag
    : fail("bad-record", offset, `UDF descriptor ${tag} in place of ${tags.join(" or ")}`);
}

/** CRC-16 of polynomial x^16 + x^12 + x^5 + 1 (ECMA-167, 3/7.2.6). */
const table = Uint16Array.from({ length: 256 }, (_, index) => {
  let value = index << 8;
  for (let bit = 0; bit < 8; bit++) value = (value & 0x8000) === 0 ? value << 1 : (value << 1) ^ 0x1021;
  return value;
});

export function crc(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = ((value << 8) ^ (table[(value >> 8) ^ byte] ?? 0)) & 0xffff;
  return value;
}

/** OSTA Compressed Unicode (UDF 2.60, 2.1.1); undefined for another compression. */
export function cs0(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return "";
  if (bytes[0] === 16) return utf16(bytes.subarray(1), "big");
  if (bytes[0] !== 8) return undefined;
  let text = "";
  for (const byte of bytes.subarray(1)) text += String.fromCharCode(byte);
  return text;
}

/** A field whose last byte says how much of it is used (ECMA-167, 1/7.2.12). */
export function dstring(bytes: Uint8Array): string {
  return (cs0(bytes.subarray(0, Math.min(bytes.at(-1) ?? 0, bytes.length - 1))) ?? "").replace(/\0+$/, "");
}

/** The identifier of an entity (ECMA-167, 1/7.4). */
export function entityId(bytes: Uint8Array, at: number): string {
  return utf8(bytes.subarray(at + 1, at + 24)).replace(/\0.*$/s, "");
}

/** In milliseconds of Unix time (ECMA-167, 1/7.3). */
export function timestamp(bytes: Uint8Array, at: number): number | undefined {
  const zone = ((u16le(bytes, at) & 0xfff) << 20) >> 20;
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0, hundredths = 0] = bytes.subarray(at + 4, at + 10);
  if (month === 0 || month > 12 || day === 0) return undefined;
  const local = Date.UTC(u16le(bytes, at + 2), month - 1, day, hour, minute, second, hundredths * 10);
  // -2047: no time zone.
  return zone < -1440 || zone > 1440 ? local : local - zone * 60_000;
}

/** A place in a partition (ECMA-167, 4/7.1), as a long allocation descriptor has it. */
export interface UdfPlace {
  readonly length: number;
  readonly block: number;
  /** Index of the partition map. */
  readonly map: number;
}

export function longPlace(bytes: Uint8Array, at: number): UdfPlace {
  return { length: u32le(bytes, at) & 0x3fffffff, block: u32le(bytes, at + 4), map: u16le(bytes, at + 8) };
}
