import { decodeLatin1, decodeText, writeLatin1 } from "./text.ts";

/** Opcodes: RFC 1350 §5, OACK: RFC 2347. */
export const opcodes = { rrq: 1, wrq: 2, data: 3, ack: 4, error: 5, oack: 6 } as const;

/** Bytes before the payload of DATA. */
export const dataHeader = 4;

/** Name and value of a TFTP option (RFC 2347), as they stand on the wire. */
export type OptionPair = readonly [name: string, value: string];

/** RRQ or WRQ. `mode` is in lower case; `options` are in the order of the request, the first of each name only. */
export interface TftpRequest {
  readonly opcode: "rrq" | "wrq";
  readonly file: string;
  readonly mode: string;
  readonly options: readonly OptionPair[];
}

export type RequestFault =
  /** Shorter than an opcode. */
  | "too-short"
  /** Longer than 512 bytes (RFC 2347). */
  | "too-long"
  /** Not RRQ nor WRQ. */
  | "opcode"
  /** File name or mode without its NUL. */
  | "unterminated";

export type DecodedRequest =
  | { readonly ok: true; readonly request: TftpRequest }
  | { readonly ok: false; readonly fault: RequestFault };

/** First two bytes, or -1. */
export function opcodeOf(packet: Uint8Array): number {
  return packet.length < 2 ? -1 : ((packet[0] ?? 0) << 8) | (packet[1] ?? 0);
}

/** Block number of DATA or ACK, ERROR code of ERROR; -1 when the packet ends before it. */
export function numberOf(packet: Uint8Array): number {
  return packet.length < 4 ? -1 : ((packet[2] ?? 0) << 8) | (packet[3] ?? 0);
}

/** Text of ERROR, as far as the packet goes when its NUL is missing. */
export function errorTextOf(packet: Uint8Array): string {
  const end = packet.indexOf(0, 4);
  return decodeText(packet, 4, end < 0 ? packet.length : end);
}

/**
 * Reads a request (RFC 1350 §5, RFC 2347). What follows the last complete pair of option and value is ignored: some
 * clients append garbage.
 */
export function decodeRequest(packet: Uint8Array): DecodedRequest {
  if (packet.length < 2) return { ok: false, fault: "too-short" };
  const opcode = opcodeOf(packet);
  if (opcode !== opcodes.rrq && opcode !== opcodes.wrq) return { ok: false, fault: "opcode" };
  if (packet.length > 512) return { ok: false, fault: "too-long" };
  const fileEnd = packet.indexOf(0, 2);
  const modeEnd = fileEnd < 0 ? -1 : packet.indexOf(0, fileEnd + 1);
  if (modeEnd < 0) return { ok: false, fault: "unterminated" };
  return {
    ok: true,
    request: {
      opcode: opcode === opcodes.rrq ? "rrq" : "wrq",
      file: decodeText(packet, 2, fileEnd),
      mode: decodeLatin1(packet, fileEnd + 1, modeEnd).toLowerCase(),
      options: decodeOptions(packet, modeEnd + 1),
    },
  };
}

/** Pairs of NUL-terminated strings from `at` on; of each name (without regard to case) the first. */
export function decodeOptions(packet: Uint8Array, at: number): OptionPair[] {
  const options: OptionPair[] = [];
  const seen = new Set<string>();
  for (;;) {
    const nameEnd = packet.indexOf(0, at);
    const valueEnd = nameEnd < 0 ? -1 : packet.indexOf(0, nameEnd + 1);
    if (valueEnd < 0) return options;
    const name = decodeLatin1(packet, at, nameEnd);
    const known = name.toLowerCase();
    if (name !== "" && !seen.has(known)) {
      seen.add(known);
      options.push([name, decodeLatin1(packet, nameEnd + 1, valueEnd)]);
    }
    at = valueEnd + 1;
  }
}

/** OACK (RFC 2347). */
export function encodeOack(options: readonly OptionPair[]): Uint8Array {
  const packet = new Uint8Array(options.reduce((sum, [name, value]) => sum + name.length + value.length + 2, 2));
  packet[1] = opcodes.oack;
  let at = 2;
  for (const [name, value] of options) {
    at = writeLatin1(name, packet, at) + 1;
    at = writeLatin1(value, packet, at) + 1;
  }
  return packet;
}

/** ERROR (RFC 1350 §5) with an ASCII text. */
export function encodeError(code: number, text: string): Uint8Array {
  const packet = new Uint8Array(5 + text.length);
  writeHeader(packet, 0, opcodes.error, code);
  writeLatin1(text, packet, 4);
  return packet;
}

/** ACK (RFC 1350 §5). */
export function encodeAck(block: number): Uint8Array {
  const packet = new Uint8Array(4);
  writeHeader(packet, 0, opcodes.ack, block);
  return packet;
}

/** Opcode and 16-bit number at `at`: the header of DATA, ACK and ERROR. */
export function writeHeader(target: Uint8Array, at: number, opcode: number, number: number): void {
  target[at] = 0;
  target[at + 1] = opcode;
  target[at + 2] = (number >> 8) & 0xff;
  target[at + 3] = number & 0xff;
}

/**
 * Number on the wire of the absolute block `block`, counted from 1 (0: the ACK of an OACK). After 65535 nearly all
 * clients expect 0, a minority 1.
 */
export function wireNumber(block: number, rollover: 0 | 1): number {
  return rollover === 0 || block === 0 ? block % 65536 : ((block - 1) % 65535) + 1;
}
