import type { Ipv4Address } from "./address.ts";
import { formatIpv4, parseIpv4 } from "./address.ts";
import { type Decoded, type Encoded, optionFault } from "./faults.ts";
import { type Format, ipv4, list, printed, uint8, uint16, uint32 } from "./formats.ts";
import { readUint16, readUint32, view, writeUint16, writeUint32 } from "./header.ts";
import { isList, isRecord } from "./shapes.ts";
import { decodeText, encodeText, quote } from "./text.ts";
import { type TlvRecord, tlvRecord } from "./tlv.ts";

/** Bits of sub-option 6 (PXE 2.1 table 2-1). */
export const DISCOVERY = {
  noBroadcast: 0x01,
  noMulticast: 0x02,
  onlyListedServers: 0x04,
  bootFileNow: 0x08,
} as const;

/** One type of boot server and where it is; no addresses: any server of that type may answer. */
export interface BootServer {
  readonly type: number;
  readonly addresses: readonly Ipv4Address[];
}

/** One line of the boot menu; type 0 is local boot. */
export interface BootMenuItem {
  readonly type: number;
  /** 1 to 255 octets. */
  readonly text: string;
}

export interface MenuPrompt {
  /** Seconds; 0 takes the first item at once, 255 shows the menu and waits. */
  readonly timeout: number;
  readonly text: string;
}

/** What the client asks of a boot server; bit 15 of `layer` asks for credentials. */
export interface BootItem {
  readonly type: number;
  readonly layer: number;
}

export interface MulticastAllocation {
  readonly base: Ipv4Address;
  readonly blockSize: number;
  readonly range: number;
}

const discoveryControl = printed(uint8, (bits) => {
  const set = Object.entries(DISCOVERY).filter(([, bit]) => (bits & bit) !== 0);
  return set.length === 0 ? String(bits) : `${bits} (${set.map(([name]) => name).join(", ")})`;
});

/** MTFTP ports are the one little-endian number here ("Intel order"). */
const littleEndianPort: Format<number> = {
  expected: uint16.expected,
  decode: (bytes) => uint16.decode(bytes.slice().reverse()),
  encode(value) {
    const encoded = uint16.encode(value);
    return encoded.ok ? { ok: true, bytes: encoded.bytes.reverse() } : encoded;
  },
  print: String,
};

const servers = "boot servers of type, count, addresses";
const bootServers: Format<readonly BootServer[]> = {
  expected: servers,
  decode(bytes): Decoded<readonly BootServer[]> {
    const value: BootServer[] = [];
    for (let at = 0; at < bytes.length; ) {
      const count = bytes[at + 2];
      if (count === undefined || at + 3 + 4 * count > bytes.length) return optionFault("truncated", at, servers);
      const addresses = Array.from({ length: count }, (_, i) => formatIpv4(readUint32(bytes, at + 3 + 4 * i)));
      value.push({ type: readUint16(bytes, at), addresses });
      at += 3 + 4 * count;
    }
    return value.length === 0 ? optionFault("bad-length", 0, servers) : { ok: true, value };
  },
  encode(value): Encoded {
    if (!isList(value)) return optionFault("bad-value", 0, servers);
    if (value.length === 0) return optionFault("bad-length", 0, servers);
    const octets: number[] = [];
    for (const [index, server] of value.entries()) {
      if (!isRecord(server)) return optionFault("bad-value", index, servers);
      const { type, addresses } = server;
      if (!isUint16(type) || !isList(addresses)) return optionFault("bad-value", index, servers);
      if (addresses.length > 255) return optionFault("bad-length", index, servers);
      octets.push(type >>> 8, type, addresses.length);
      for (const address of addresses) {
        const number = parseIpv4(address);
        if (number === undefined) return optionFault("bad-value", index, servers);
        octets.push(number >>> 24, number >>> 16, number >>> 8, number);
      }
    }
    return { ok: true, bytes: Uint8Array.from(octets) };
  },
  print: (value) =>
    value.map(({ type, addresses }) => `${serverType(type)} at ${addresses.join(" ") || "any address"}`).join(", "),
};

const items = "menu items of type, length, 1 to 255 octets of text";
const bootMenu: Format<readonly BootMenuItem[]> = {
  expected: items,
  decode(bytes): Decoded<readonly BootMenuItem[]> {
    const value: BootMenuItem[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = bytes[at + 2];
      if (length === undefined || at + 3 + length > bytes.length) return optionFault("truncated", at, items);
      if (length === 0) return optionFault("bad-value", at, items);
      value.push({ type: readUint16(bytes, at), text: decodeText(view(bytes, at + 3, length)) });
      at += 3 + length;
    }
    return value.length === 0 ? optionFault("bad-length", 0, items) : { ok: true, value };
  },
  encode(value): Encoded {
    if (!isList(value)) return optionFault("bad-value", 0, items);
    if (value.length === 0) return optionFault("bad-length", 0, items);
    const octets: number[] = [];
    for (const [index, line] of value.entries()) {
      const text = isRecord(line) ? encodeText(line.text) : undefined;
      if (text === undefined || !isUint16(line.type)) return optionFault("bad-value", index, items);
      if (text.length === 0 || text.length > 255) return optionFault("bad-length", index, items);
      octets.push(line.type >>> 8, line.type, text.length, ...text);
    }
    return { ok: true, bytes: Uint8Array.from(octets) };
  },
  print: (value) => value.map(({ type, text }) => `${serverType(type)} ${quote(text)}`).join(", "),
};

const prompt = "a timeout and text";
const menuPrompt: Format<MenuPrompt> = {
  expected: prompt,
  decode: (bytes) =>
    bytes.length === 0
      ? optionFault("bad-length", 0, prompt)
      : { ok: true, value: { timeout: bytes[0] as number, text: decodeText(bytes.subarray(1)) } },
  encode(value) {
    if (!isRecord(value)) return optionFault("bad-value", 0, prompt);
    const { timeout, text } = value;
    const octets = encodeText(text);
    if (octets === undefined || !Number.isInteger(timeout) || timeout < 0 || timeout > 255) {
      return optionFault("bad-value", 0, prompt);
    }
    const bytes = new Uint8Array(1 + octets.length);
    bytes[0] = timeout;
    bytes.set(octets, 1);
    return { ok: true, bytes };
  },
  print: ({ timeout, text }) => `${timeout === 255 ? "no timeout" : `${timeout} s`} ${quote(text)}`,
};

const item = "type and layer, 2 octets each";
const bootItem: Format<BootItem> = {
  expected: item,
  decode: (bytes) =>
    bytes.length === 4
      ? { ok: true, value: { type: readUint16(bytes, 0), layer: readUint16(bytes, 2) } }
      : optionFault("bad-length", bytes.length, item),
  encode(value) {
    if (!isRecord(value)) return optionFault("bad-value", 0, item);
    const { type, layer } = value;
    if (!isUint16(type) || !isUint16(layer)) return optionFault("bad-value", 0, item);
    const bytes = new Uint8Array(4);
    writeUint16(bytes, 0, type);
    writeUint16(bytes, 2, layer);
    return { ok: true, bytes };
  },
  print: ({ type, layer }) => `${serverType(type)} layer ${layer}`,
};

const allocation = "an address, block size and range";
const multicastAllocation: Format<MulticastAllocation> = {
  expected: allocation,
  decode: (bytes) =>
    bytes.length === 8
      ? {
          ok: true,
          value: {
            base: formatIpv4(readUint32(bytes, 0)),
            blockSize: readUint16(bytes, 4),
            range: readUint16(bytes, 6),
          },
        }
      : optionFault("bad-length", bytes.length, allocation),
  encode(value) {
    if (!isRecord(value)) return optionFault("bad-value", 0, allocation);
    const { base, blockSize, range } = value;
    const address = parseIpv4(base);
    if (address === undefined || !isUint16(blockSize) || !isUint16(range)) {
      return optionFault("bad-value", 0, allocation);
    }
    const bytes = new Uint8Array(8);
    writeUint32(bytes, 0, address);
    writeUint16(bytes, 4, blockSize);
    writeUint16(bytes, 6, range);
    return { ok: true, bytes };
  },
  print: ({ base, blockSize, range }) => `${base} blocks of ${blockSize}, ${range} in all`,
};

/** Sub-options of option 43 for vendor class PXEClient (PXE 2.1 table 2-1), in the order they are written. */
export const PXE_OPTIONS = {
  mtftpAddress: { code: 1, format: ipv4, section: "PXE 2.1 table 2-1" },
  mtftpClientPort: { code: 2, format: littleEndianPort, section: "PXE 2.1 table 2-1" },
  mtftpServerPort: { code: 3, format: littleEndianPort, section: "PXE 2.1 table 2-1" },
  mtftpTimeout: { code: 4, format: uint8, section: "PXE 2.1 table 2-1" },
  mtftpDelay: { code: 5, format: uint8, section: "PXE 2.1 table 2-1" },
  discoveryControl: { code: 6, format: discoveryControl, section: "PXE 2.1 table 2-1" },
  discoveryMulticastAddress: { code: 7, format: ipv4, section: "PXE 2.1 table 2-1" },
  menuPrompt: { code: 10, format: menuPrompt, section: "PXE 2.1 table 2-1" },
  bootServers: { code: 8, format: bootServers, section: "PXE 2.1 table 2-1" },
  bootMenu: { code: 9, format: bootMenu, section: "PXE 2.1 table 2-1" },
  multicastAllocation: { code: 11, format: multicastAllocation, section: "PXE 2.1 table 2-1" },
  credentialTypes: { code: 12, format: list(uint32, 4), section: "PXE 2.1 table 2-1" },
  bootItem: { code: 71, format: bootItem, section: "PXE 2.1 table 2-1" },
} as const;

/** Option 43 of a PXE message; loader options and what is unknown stay in `others`. */
export type PxeOptions = TlvRecord<typeof PXE_OPTIONS>;

/** The END is required here (PXE 2.1 table 2-1). */
export const pxeOptions = tlvRecord(PXE_OPTIONS, { codes: "encapsulated", writeEnd: true });

/** Reads the value of option 43 of a PXE message; unknown and malformed sub-options are kept in `others`. */
export function decodePxeOptions(bytes: Uint8Array): Decoded<PxeOptions> {
  return pxeOptions.decode(bytes);
}

/** Writes the value of option 43, with END. It can be longer than the 255 octets of one option. */
export function encodePxeOptions(options: PxeOptions): Encoded {
  return pxeOptions.encode(options);
}

function serverType(type: number): string {
  return type === 0 ? "0 (local boot)" : type >= 0x8000 ? `0x${type.toString(16)}` : String(type);
}

function isUint16(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xffff;
}
