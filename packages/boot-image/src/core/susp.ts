import { startsWith, u32le, utf8 } from "./bytes.ts";
import { type Budget, spend } from "./entry.ts";
import { fail } from "./fault.ts";
import type { Reader } from "./reader.ts";

/** What Rock Ridge says of one record (IEEE P1282), as far as files are served. */
export interface RockRidge {
  readonly name?: string;
  readonly mode?: number;
  readonly target?: string;
  /** Block of a folder that was moved from here: the record stands for it. */
  readonly childLink?: number;
  /** This folder was moved here from elsewhere: it is not listed. */
  readonly relocated: boolean;
  /** zisofs: the bytes are compressed. */
  readonly compressed: boolean;
}

/** What the `.` record of the root says (IEEE P1281, 5.3 and 5.5). */
export interface Susp {
  /** Bytes to skip in the system use field of each record. */
  readonly skip: number;
  readonly rockRidge: boolean;
}

/** As many as Linux follows. */
const mostContinuations = 32;

/** The entries of a system use field and of its continuation areas, each with its 4 bytes of header. */
async function* entries(reader: Reader, field: Uint8Array, offset: number, blockSize: number, budget: Budget) {
  let area = field;
  let base = offset;
  for (let areas = 0; ; areas++) {
    let next: { readonly offset: number; readonly length: number } | undefined;
    for (let at = 0; at + 4 <= area.length; ) {
      const length = area[at + 2] ?? 0;
      // A zero is padding: the records of a folder are of even length.
      if (length === 0) break;
      if (length < 4 || at + length > area.length) fail("bad-record", base + at, "a system use entry leaves its field");
      const entry = area.subarray(at, at + length);
      if (startsWith(entry, 0, "ST")) break;
      if (startsWith(entry, 0, "CE") && length >= 28) {
        next = { offset: u32le(entry, 4) * blockSize + u32le(entry, 12), length: u32le(entry, 20) };
      } else yield { entry, offset: base + at };
      at += length;
    }
    if (next === undefined) return;
    if (areas >= mostContinuations) fail("cycle", next.offset, `more than ${mostContinuations} continuation areas`);
    if (next.length > blockSize) fail("too-large", next.offset, `a continuation area of ${next.length} bytes`);
    spend(budget, next.length, next.offset);
    area = await reader.bytes(next.offset, next.length);
    base = next.offset;
  }
}

/** Reads the `.` record of the root; undefined without SUSP. */
export async function readSusp(
  reader: Reader,
  field: Uint8Array,
  offset: number,
  blockSize: number,
  budget: Budget,
): Promise<Susp | undefined> {
  if (!startsWith(field, 0, "SP") || field[4] !== 0xbe || field[5] !== 0xef) return undefined;
  let rockRidge = false;
  for await (const { entry } of entries(reader, field, offset, blockSize, budget)) {
    if (startsWith(entry, 0, "ER")) {
      const id = utf8(entry.subarray(8, 8 + (entry[4] ?? 0)));
      if (["RRIP_1991A", "IEEE_P1282", "IEEE_1282"].includes(id)) rockRidge = true;
    } else if (startsWith(entry, 0, "RR") || startsWith(entry, 0, "PX")) rockRidge = true;
  }
  return { skip: field[6] ?? 0, rockRidge };
}

/** Reads the system use field of a record. */
export async function readRockRidge(
  reader: Reader,
  field: Uint8Array,
  offset: number,
  blockSize: number,
  budget: Budget,
): Promise<RockRidge> {
  const name: Uint8Array[] = [];
  const link: LinkText = { text: "", open: false };
  let mode: number | undefined;
  let childLink: number | undefined;
  let [relocated, compressed, linked] = [false, false, false];
  for await (const { entry, offset: place } of entries(reader, field, offset, blockSize, budget)) {
    if (startsWith(entry, 0, "NM")) {
      // `.` and `..` have a flag instead of a name.
      if (((entry[4] ?? 0) & 6) === 0) name.push(entry.slice(5));
    } else if (startsWith(entry, 0, "PX") && entry.length >= 12) mode = u32le(entry, 4);
    else if (startsWith(entry, 0, "SL")) {
      linked = true;
      addComponents(link, entry, place);
    } else if (startsWith(entry, 0, "CL") && entry.length >= 12) childLink = u32le(entry, 4);
    else if (startsWith(entry, 0, "RE")) relocated = true;
    else if (startsWith(entry, 0, "ZF")) compressed = true;
  }
  const text = utf8(joined(name));
  return {
    ...(text === "" ? {} : { name: text }),
    ...(mode === undefined ? {} : { mode }),
    ...(linked ? { target: link.text } : {}),
    ...(childLink === undefined ? {} : { childLink }),
    relocated,
    compressed,
  };
}

interface LinkText {
  text: string;
  /** The last component goes on in the next record. */
  open: boolean;
}

/** The components of an SL entry (IEEE P1282, 4.1.3.1). */
function addComponents(link: LinkText, entry: Uint8Array, offset: number) {
  for (let at = 5; at + 2 <= entry.length; ) {
    const flags = entry[at] ?? 0;
    const length = entry[at + 1] ?? 0;
    if (at + 2 + length > entry.length) fail("bad-record", offset + at, "a component of a link leaves its entry");
    const part = utf8(entry.subarray(at + 2, at + 2 + length));
    if ((flags & 8) !== 0) link.text = "/";
    else {
      if (!link.open && link.text !== "" && !link.text.endsWith("/")) link.text += "/";
      link.text += (flags & 2) !== 0 ? "." : (flags & 4) !== 0 ? ".." : part;
    }
    link.open = (flags & 1) !== 0;
    at += 2 + length;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
