import { formatHex, formatIpv4, type Ipv4Address, parseIpv4 } from "./address.ts";
import { type Decoded, type Encoded, optionFault } from "./faults.ts";
import { readUint32, view, writeUint32 } from "./header.ts";
import { isList, isOctets } from "./shapes.ts";
import { decodeText, encodeText, quote } from "./text.ts";

/** How the octets of an option are a value. `decode(encode(value))` is `value`. */
export interface Format<T> {
  /** What a well-formed option has, for people: `"4 octets"`. */
  readonly expected: string;
  decode(bytes: Uint8Array): Decoded<T>;
  encode(value: T): Encoded;
  /** One line; characters of the network are escaped. */
  print(value: T): string;
}

/** The same octets, other words for people. */
export function printed<T>(format: Format<T>, print: (value: T) => string): Format<T> {
  return { ...format, print };
}

function integer(octets: 1 | 2 | 4, lowest: number, highest: number): Format<number> {
  const expected = `${octets} octet${octets === 1 ? "" : "s"}, ${lowest} to ${highest}`;
  const signed = lowest < 0;
  const range = 256 ** octets;
  return {
    expected,
    decode(bytes) {
      if (bytes.length !== octets) return optionFault("bad-length", bytes.length, expected);
      let value = 0;
      for (const octet of bytes) value = value * 256 + octet;
      if (signed && value >= range / 2) value -= range;
      return value < lowest || value > highest ? optionFault("bad-value", 0, expected) : { ok: true, value };
    },
    encode(value) {
      if (!Number.isInteger(value) || value < lowest || value > highest) return optionFault("bad-value", 0, expected);
      const bytes = new Uint8Array(octets);
      for (let i = 0; i < octets; i++) bytes[i] = value >> (8 * (octets - 1 - i));
      return { ok: true, bytes };
    },
    print: (value) => String(value),
  };
}

export const uint8 = integer(1, 0, 0xff);
export const uint16 = integer(2, 0, 0xffff);
export const uint32 = integer(4, 0, 0xffffffff);
export const int8 = integer(1, -0x80, 0x7f);
export const int32 = integer(4, -0x80000000, 0x7fffffff);

/** An unsigned octet between two bounds. */
export function uint8Between(lowest: number, highest: number): Format<number> {
  return integer(1, lowest, highest);
}

/** A 16-bit number that must not be below `lowest`. */
export function uint16From(lowest: number): Format<number> {
  return integer(2, lowest, 0xffff);
}

/** Seconds; all ones is infinity (RFC 2131 §3.3). */
export const seconds = printed(uint32, (value) => (value === 0xffffffff ? "infinite" : `${value} s`));

/** One octet, 0 or 1 (RFC 2132 §4). */
export const boolean: Format<boolean> = {
  expected: "1 octet, 0 or 1",
  decode(bytes) {
    if (bytes.length !== 1) return optionFault("bad-length", bytes.length, "1 octet, 0 or 1");
    const value = bytes[0] as number;
    return value > 1 ? optionFault("bad-value", 0, "1 octet, 0 or 1") : { ok: true, value: value === 1 };
  },
  encode: (value) =>
    typeof value === "boolean"
      ? { ok: true, bytes: Uint8Array.of(value ? 1 : 0) }
      : optionFault("bad-value", 0, "1 octet, 0 or 1"),
  print: (value) => (value ? "yes" : "no"),
};

/** No octets: being there is the value (RFC 4039 §4). */
export const flag: Format<true> = {
  expected: "no octets",
  decode: (bytes) =>
    bytes.length === 0 ? { ok: true, value: true } : optionFault("bad-length", bytes.length, "no octets"),
  encode: (value) =>
    value === true ? { ok: true, bytes: new Uint8Array(0) } : optionFault("bad-value", 0, "no octets"),
  print: () => "set",
};

export const ipv4: Format<Ipv4Address> = {
  expected: "an IPv4 address",
  decode: (bytes) =>
    bytes.length === 4
      ? { ok: true, value: formatIpv4(readUint32(bytes, 0)) }
      : optionFault("bad-length", bytes.length, "an IPv4 address"),
  encode(value) {
    const address = parseIpv4(value);
    if (address === undefined) return optionFault("bad-value", 0, "an IPv4 address");
    const bytes = new Uint8Array(4);
    writeUint32(bytes, 0, address);
    return { ok: true, bytes };
  },
  print: (value) => value,
};

/** At least `least` items of `octets` each. */
export function list<T>(item: Format<T>, octets: number, least = 1): Format<readonly T[]> {
  const expected = `a list of at least ${least}, ${octets} octets each`;
  return {
    expected,
    decode(bytes) {
      if (bytes.length % octets !== 0 || bytes.length < least * octets) {
        return optionFault("bad-length", bytes.length, expected);
      }
      const value: T[] = [];
      for (let at = 0; at < bytes.length; at += octets) {
        const decoded = item.decode(view(bytes, at, octets));
        if (!decoded.ok) return optionFault(decoded.fault.code, at, expected);
        value.push(decoded.value);
      }
      return { ok: true, value };
    },
    encode(value) {
      if (!isList(value)) return optionFault("bad-value", 0, expected);
      if (value.length < least) return optionFault("bad-length", value.length, expected);
      const bytes = new Uint8Array(value.length * octets);
      for (const [i, one] of value.entries()) {
        const encoded = item.encode(one);
        if (!encoded.ok) return optionFault(encoded.fault.code, i, expected);
        bytes.set(encoded.bytes, i * octets);
      }
      return { ok: true, bytes };
    },
    print: (value) => (value.length === 0 ? "none" : value.map((one) => item.print(one)).join(", ")),
  };
}

export const uint8List = list(uint8, 1);
export const uint16List = list(uint16, 2);
export const ipv4List = list(ipv4, 4);

/** Two addresses: a destination or filter, and its mask or router (RFC 2132 §4.3, §5.8). */
export const ipv4Pair: Format<readonly [Ipv4Address, Ipv4Address]> = {
  expected: "two IPv4 addresses",
  decode: (bytes) =>
    bytes.length === 8
      ? { ok: true, value: [formatIpv4(readUint32(bytes, 0)), formatIpv4(readUint32(bytes, 4))] }
      : optionFault("bad-length", bytes.length, "two IPv4 addresses"),
  encode: (value) =>
    isList(value) && value.length === 2 ? ipv4List.encode(value) : optionFault("bad-value", 0, "two IPv4 addresses"),
  print: ([first, second]) => `${first} ${second}`,
};

/** Opaque octets, at least `least`, at most `most`. A decoded value is a view of the packet. */
export function octetsBetween(least: number, most = Number.POSITIVE_INFINITY): Format<Uint8Array> {
  const expected = least === most ? `${least} octets` : `at least ${least} octets`;
  const fits = (bytes: Uint8Array) => bytes.length >= least && bytes.length <= most;
  return {
    expected,
    decode: (bytes) => (fits(bytes) ? { ok: true, value: bytes } : optionFault("bad-length", bytes.length, expected)),
    encode(value) {
      if (!isOctets(value)) return optionFault("bad-value", 0, expected);
      return fits(value) ? { ok: true, bytes: value.slice() } : optionFault("bad-length", value.length, expected);
    },
    print: printOctets,
  };
}

export const octets = octetsBetween(0);

/** Hexadecimal, and the text as well when all of at least four octets are printable ASCII. */
export function printOctets(bytes: Uint8Array): string {
  if (bytes.length === 0) return "empty";
  const readable = bytes.length >= 4 && bytes.every((octet) => octet >= 0x20 && octet < 0x7f);
  return readable ? `${formatHex(bytes)} ${quote(decodeText(bytes))}` : formatHex(bytes);
}

function textEnding(ending: "" | "\0"): Format<string> {
  const expected = "at least one octet of text";
  return {
    expected,
    decode(bytes) {
      let end = bytes.length;
      while (end > 0 && bytes[end - 1] === 0) end--;
      return end === 0 ? optionFault("bad-length", 0, expected) : { ok: true, value: decodeText(view(bytes, 0, end)) };
    },
    encode(value) {
      if (typeof value !== "string") return optionFault("bad-value", 0, expected);
      if (value === "" || value.endsWith("\0")) return optionFault("bad-value", value.length, expected);
      const bytes = encodeText(value + ending);
      return bytes === undefined ? optionFault("bad-value", 0, expected) : { ok: true, bytes };
    },
    print: quote,
  };
}

/** NVT text, written without a NUL; trailing NULs are dropped when read (RFC 2132 §2). See `decodeText`. */
export const text = textEnding("");

/** Text written with a NUL inside its length: edk2 and old boot ROMs read on without it. */
export const terminatedText = textEnding("\0");
