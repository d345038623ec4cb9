import { parseIpv4 } from "./address.ts";
import type { Encoded, EncodeFault } from "./faults.ts";
import {
  AT,
  CHADDR_OCTETS,
  FILE_OCTETS,
  MAGIC_COOKIE,
  MINIMUM_PACKET_OCTETS,
  SNAME_OCTETS,
  writeUint16,
  writeUint32,
} from "./header.ts";
import { END, OVERLOAD, RELAY_AGENT_INFORMATION } from "./option-area.ts";
import type { DhcpPacket } from "./packet.ts";

export interface EncodeOptions {
  /** Octets of UDP payload that the receiver takes; see `maximumReplyOctets`. Default: no limit. */
  readonly maximumOctets?: number;
  /**
   * What becomes of an option of more than 255 octets. `"refuse"` (default) is a fault, because boot firmware
   * reads only the first piece; `"split"` writes pieces of 255 octets (RFC 3396 §6).
   */
  readonly longOptions?: "refuse" | "split";
}

const LARGEST_PIECE = 255;

const NUMBERS = [
  ["op", AT.op, 1],
  ["htype", AT.htype, 1],
  ["hops", AT.hops, 1],
  ["xid", AT.xid, 4],
  ["secs", AT.secs, 2],
  ["flags", AT.flags, 2],
] as const;
const ADDRESSES = [
  ["ciaddr", AT.ciaddr],
  ["yiaddr", AT.yiaddr],
  ["siaddr", AT.siaddr],
  ["giaddr", AT.giaddr],
] as const;
const FIELDS = [
  ["chaddr", AT.chaddr, CHADDR_OCTETS],
  ["sname", AT.sname, SNAME_OCTETS],
  ["file", AT.file, FILE_OCTETS],
] as const;

/**
 * Writes a packet as one UDP payload in normal form: options in the order of the map with option 82 last
 * (RFC 3046 §2.1), no PAD between them, END, zeros up to 300 octets, no overload. Short `chaddr`, `sname` and
 * `file` are filled with zeros. What does not fit is a fault, never a throw.
 */
export function encodePacket(packet: DhcpPacket, how: EncodeOptions = {}): Encoded<EncodeFault> {
  const split = how.longOptions === "split";
  let size: number = AT.options + 1;
  for (const [option, value] of packet.options) {
    if (!isWritable(option)) return failed({ code: "bad-option-code", option });
    const octets = value.length;
    if (octets > LARGEST_PIECE && !split) {
      return failed({ code: "option-too-long", option, octets, max: LARGEST_PIECE });
    }
    size += octets + 2 * Math.max(1, Math.ceil(octets / LARGEST_PIECE));
  }
  size = Math.max(size, MINIMUM_PACKET_OCTETS);
  const max = how.maximumOctets;
  if (max !== undefined && size > max) return failed({ code: "packet-too-long", octets: size, max });

  const bytes = new Uint8Array(size);
  const fault = writeHeader(bytes, packet);
  if (fault !== undefined) return failed(fault);

  let at: number = AT.options;
  for (const [option, value] of packet.options) {
    if (option !== RELAY_AGENT_INFORMATION) at = writeOption(bytes, at, option, value);
  }
  const relay = packet.options.get(RELAY_AGENT_INFORMATION);
  if (relay !== undefined) at = writeOption(bytes, at, RELAY_AGENT_INFORMATION, relay);
  bytes[at] = END;
  return { ok: true, bytes };
}

function writeHeader(bytes: Uint8Array, packet: DhcpPacket): EncodeFault | undefined {
  for (const [field, at, octets] of NUMBERS) {
    const value = packet[field];
    const max = 256 ** octets - 1;
    if (!isUnsigned(value, max)) return { code: "out-of-range", field, value, max };
    if (octets === 4) writeUint32(bytes, at, value);
    else if (octets === 2) writeUint16(bytes, at, value);
    else bytes[at] = value;
  }
  if (!isUnsigned(packet.hlen, CHADDR_OCTETS)) {
    return { code: "out-of-range", field: "hlen", value: packet.hlen, max: CHADDR_OCTETS };
  }
  bytes[AT.hlen] = packet.hlen;
  for (const [field, at] of ADDRESSES) {
    const address = packet[field] === "0.0.0.0" ? 0 : parseIpv4(packet[field]);
    if (address === undefined) return { code: "bad-address", field, value: packet[field] };
    writeUint32(bytes, at, address);
  }
  for (const [field, at, max] of FIELDS) {
    const octets = packet[field].length;
    if (octets > max) return { code: "field-too-long", field, octets, max };
    bytes.set(packet[field], at);
  }
  writeUint32(bytes, AT.cookie, MAGIC_COOKIE);
  return undefined;
}

function writeOption(bytes: Uint8Array, start: number, code: number, value: Uint8Array): number {
  let at = start;
  let from = 0;
  do {
    const length = Math.min(value.length - from, LARGEST_PIECE);
    bytes[at] = code;
    bytes[at + 1] = length;
    for (let i = 0; i < length; i++) bytes[at + 2 + i] = value[from + i] as number;
    at += 2 + length;
    from += length;
  } while (from < value.length);
  return at;
}

/** Overload is never written: small boot clients cannot read it. PAD and END are not options. */
function isWritable(option: number): boolean {
  return Number.isInteger(option) && option >= 1 && option < END && option !== OVERLOAD;
}

function isUnsigned(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

function failed(fault: EncodeFault): { readonly ok: false; readonly fault: EncodeFault } {
  return { ok: false, fault };
}
