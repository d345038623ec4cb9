import type { DecodeFault, OptionField } from "./faults.ts";
import { view } from "./header.ts";
import type { PacketNote } from "./packet.ts";

export const PAD = 0;
export const END = 255;
export const OVERLOAD = 52;
export const RELAY_AGENT_INFORMATION = 82;

/** The options of one packet while its regions are walked. */
export interface OptionArea {
  readonly options: Map<number, Uint8Array>;
  /** Every piece of an option that came more than once; undefined while none did. */
  pieces: Map<number, Uint8Array[]> | undefined;
  notes: PacketNote[] | undefined;
}

/**
 * Walks code, length, data from `start` to END or to `end`, adding to `area` (RFC 2132 §2).
 * A missing END is tolerated and noted, a length that runs out of the region is a fault.
 */
export function readRegion(
  area: OptionArea,
  bytes: Uint8Array,
  field: OptionField,
  start: number,
  end: number,
): DecodeFault | undefined {
  const options = area.options;
  let at = start;
  while (at < end) {
    const code = bytes[at] as number;
    if (code === PAD) {
      at++;
    } else if (code === END) {
      noteTrailingData(area, bytes, field, at + 1, end);
      return undefined;
    } else {
      const length = at + 1 < end ? (bytes[at + 1] as number) : 256;
      const next = at + 2 + length;
      if (next > end) return { code: "option-truncated", at, field, option: code };
      const value = view(bytes, at + 2, length);
      if (code === OVERLOAD && field !== "options") note(area, { code: "nested-overload", field });
      else if (options.has(code)) addPiece(area, code, value);
      else options.set(code, value);
      at = next;
    }
  }
  note(area, { code: "no-end", field, at: end });
  return undefined;
}

/** Puts the pieces together in the order they were met (RFC 3396 §7), one copy each. */
export function joinPieces(area: OptionArea): void {
  if (area.pieces === undefined) return;
  for (const [code, pieces] of area.pieces) {
    const joined = new Uint8Array(pieces.reduce((octets, piece) => octets + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      joined.set(piece, at);
      at += piece.length;
    }
    area.options.set(code, joined);
    note(area, { code: "joined", option: code, pieces: pieces.length });
  }
}

export function note(area: OptionArea, added: PacketNote): void {
  if (area.notes === undefined) area.notes = [];
  const last = area.notes.at(-1);
  if (added.code === "nested-overload" && last?.code === added.code && last.field === added.field) return;
  area.notes.push(added);
}

function addPiece(area: OptionArea, code: number, value: Uint8Array): void {
  if (area.pieces === undefined) area.pieces = new Map();
  const pieces = area.pieces.get(code);
  if (pieces === undefined) area.pieces.set(code, [area.options.get(code) as Uint8Array, value]);
  else pieces.push(value);
}

function noteTrailingData(area: OptionArea, bytes: Uint8Array, field: OptionField, start: number, end: number): void {
  for (let at = start; at < end; at++) {
    if (bytes[at] !== PAD) {
      note(area, { code: "trailing-data", field, at });
      return;
    }
  }
}
