import { formatHex, formatMac } from "./address.ts";
import { architectureByCode } from "./architectures.ts";
import { optionFault } from "./faults.ts";
import { type Format, octetsBetween, printed, printOctets, uint8Between, uint16List } from "./formats.ts";
import { messageTypeName } from "./message-types.ts";
import { isRecord } from "./shapes.ts";

/** Option 53 (RFC 2132 §9.6). */
export const messageType = printed(uint8Between(1, 255), (code) => messageTypeName(code) ?? String(code));

/** Option 93: one or more architectures, the preferred one first (RFC 4578 §2.1). */
export const clientArch = printed(uint16List, (codes) =>
  codes.map((code) => `${code} ${architectureByCode(code)?.name ?? "unknown"}`).join(", "),
);

/** Option 61: a hardware type and address, or anything else behind a first octet of 0 or 255 (RFC 2132 §9.14). */
export const clientIdentifier = printed(octetsBetween(2), (bytes) =>
  bytes.length === 7 && bytes[0] === 1 ? `ethernet ${formatMac(bytes.subarray(1))}` : printOctets(bytes),
);

/** Option 94 (RFC 4578 §2.2). */
export interface ClientNetworkInterface {
  /** 1 is UNDI. */
  readonly type: number;
  readonly major: number;
  readonly minor: number;
}

export const clientNetworkInterface: Format<ClientNetworkInterface> = {
  expected: "3 octets",
  decode(bytes) {
    const [type, major, minor] = bytes;
    return bytes.length === 3 && type !== undefined && major !== undefined && minor !== undefined
      ? { ok: true, value: { type, major, minor } }
      : optionFault("bad-length", bytes.length, "3 octets");
  },
  encode(value) {
    if (!isRecord(value)) return optionFault("bad-value", 0, "3 octets");
    const { type, major, minor } = value;
    const octets = [type, major, minor];
    const wrong = octets.findIndex((octet) => !Number.isInteger(octet) || octet < 0 || octet > 255);
    return wrong < 0 ? { ok: true, bytes: Uint8Array.from(octets) } : optionFault("bad-value", wrong, "3 octets");
  },
  print: ({ type, major, minor }) => `${type === 1 ? "UNDI" : `type ${type}`} ${major}.${minor}`,
};

const machineIdentifier = "octet 0 and 16 octets of UUID";

/**
 * Option 97 as a UUID in the byte order of SMBIOS and EFI: its first three fields are little-endian
 * (RFC 4578 §2.3 does not say; iPXE and edk2 do so). See {@link swapUuid}.
 */
export const clientMachineIdentifier: Format<string> = {
  expected: machineIdentifier,
  decode(bytes) {
    if (bytes.length !== 17) return optionFault("bad-length", bytes.length, machineIdentifier);
    if (bytes[0] !== 0) return optionFault("bad-value", 0, machineIdentifier);
    return { ok: true, value: formatUuid(bytes.subarray(1), "little-endian") };
  },
  encode(value) {
    const uuid = parseUuid(value, "little-endian");
    if (uuid === undefined) return optionFault("bad-value", 0, "a UUID");
    const bytes = new Uint8Array(17);
    bytes.set(uuid, 1);
    return { ok: true, bytes };
  },
  print: (value) => value,
};

export type UuidByteOrder = "little-endian" | "big-endian";

/** Octet i of the text form stands at this place when the first three fields are little-endian. */
const LITTLE_ENDIAN = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/** 16 octets as `00112233-4455-6677-8899-aabbccddeeff`; the order is that of the first three fields. */
export function formatUuid(bytes: Uint8Array, order: UuidByteOrder): string {
  const hex = formatHex(order === "little-endian" ? reordered(bytes) : bytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

/** The 16 octets of a UUID in text, or `undefined` when it is none. */
export function parseUuid(text: string, order: UuidByteOrder): Uint8Array | undefined {
  if (typeof text !== "string" || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return undefined;
  const hex = text.replaceAll("-", "");
  const bytes = Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
  return order === "little-endian" ? reordered(bytes) : bytes;
}

/** The UUID that the same octets are in the other byte order (some ROMs write it so), or `undefined` when `uuid` is none. */
export function swapUuid(uuid: string): string | undefined {
  const bytes = parseUuid(uuid, "little-endian");
  return bytes === undefined ? undefined : formatUuid(bytes, "big-endian");
}

function reordered(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(LITTLE_ENDIAN, (at) => bytes[at] ?? 0);
}
