import { type Decoded, type Encoded, optionFault } from "./faults.ts";
import { type Format, printOctets } from "./formats.ts";
import { readUint32, view, writeUint32 } from "./header.ts";
import { isList, isOctets, isRecord } from "./shapes.ts";
import { decodeSubOptions, encodeSubOptions, type SubOption } from "./tlv.ts";

/** One vendor's part of option 124 (RFC 3925 §3). */
export interface VendorClass {
  /** IANA enterprise number. */
  readonly enterprise: number;
  readonly data: readonly Uint8Array[];
}

/** One vendor's part of option 125 (RFC 3925 §4). */
export interface VendorOptions {
  /** IANA enterprise number. */
  readonly enterprise: number;
  readonly options: readonly SubOption[];
}

/** Option 124, vendor-identifying vendor class. */
export const vendorClasses: Format<readonly VendorClass[]> = perEnterprise({
  decode(bytes): Decoded<VendorClass["data"]> {
    const data: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = bytes[at] as number;
      if (at + 1 + length > bytes.length) return optionFault("truncated", at, "data of the length before it");
      data.push(view(bytes, at + 1, length));
      at += 1 + length;
    }
    return { ok: true, value: data };
  },
  encode(data): Encoded {
    if (!isList(data) || !data.every(isOctets)) return optionFault("bad-value", 0, "a list of octets");
    const bytes = new Uint8Array(data.reduce((size, one) => size + 1 + one.length, 0));
    let at = 0;
    for (const one of data) {
      bytes[at] = one.length;
      bytes.set(one, at + 1);
      at += 1 + one.length;
    }
    return { ok: true, bytes };
  },
  print: (data) => data.map(printOctets).join(", "),
  wrap: (enterprise, data) => ({ enterprise, data }),
  unwrap: ({ data }) => data,
});

/** Option 125, vendor-identifying vendor-specific information. */
export const vendorOptions: Format<readonly VendorOptions[]> = perEnterprise({
  decode: (bytes): Decoded<readonly SubOption[]> => decodeSubOptions(bytes, "bare"),
  encode: (options): Encoded => encodeSubOptions(options, { codes: "bare", writeEnd: false }),
  print: (options) => options.map(({ code, bytes }) => `[${code}] ${printOctets(bytes)}`).join(", "),
  wrap: (enterprise, options) => ({ enterprise, options }),
  unwrap: ({ options }) => options,
});

interface Part<T, Data> {
  readonly decode: (bytes: Uint8Array) => Decoded<Data>;
  readonly encode: (data: Data) => Encoded;
  readonly print: (data: Data) => string;
  readonly wrap: (enterprise: number, data: Data) => T;
  readonly unwrap: (one: T) => Data;
}

/** Repeats of enterprise number (4 octets), length (1 octet), data. */
function perEnterprise<T extends { readonly enterprise: number }, Data>(part: Part<T, Data>): Format<readonly T[]> {
  const expected = "enterprise numbers, each with data";
  return {
    expected,
    decode(bytes) {
      if (bytes.length === 0) return optionFault("bad-length", 0, expected);
      const value: T[] = [];
      for (let at = 0; at < bytes.length; ) {
        const length = bytes[at + 4];
        if (length === undefined || at + 5 + length > bytes.length) return optionFault("truncated", at, expected);
        const data = part.decode(view(bytes, at + 5, length));
        if (!data.ok) return optionFault(data.fault.code, at + 5 + data.fault.at, data.fault.expected);
        value.push(part.wrap(readUint32(bytes, at), data.value));
        at += 5 + length;
      }
      return { ok: true, value };
    },
    encode(value) {
      if (!isList(value)) return optionFault("bad-value", 0, expected);
      if (value.length === 0) return optionFault("bad-length", 0, expected);
      const parts: Uint8Array[] = [];
      for (const [index, one] of value.entries()) {
        if (!isRecord(one)) return optionFault("bad-value", index, expected);
        const { enterprise } = one;
        if (!Number.isInteger(enterprise) || enterprise < 0 || enterprise > 0xffffffff) {
          return optionFault("bad-value", index, "an enterprise number of 32 bits");
        }
        const data = part.encode(part.unwrap(one));
        if (!data.ok) return optionFault(data.fault.code, index, data.fault.expected);
        if (data.bytes.length > 255) return optionFault("bad-length", index, "at most 255 octets for each enterprise");
        const head = new Uint8Array(5);
        writeUint32(head, 0, enterprise);
        head[4] = data.bytes.length;
        parts.push(head, data.bytes);
      }
      const bytes = new Uint8Array(parts.reduce((size, one) => size + one.length, 0));
      let at = 0;
      for (const one of parts) {
        bytes.set(one, at);
        at += one.length;
      }
      return { ok: true, bytes };
    },
    print: (value) => value.map((one) => `${one.enterprise}: ${part.print(part.unwrap(one)) || "empty"}`).join("; "),
  };
}
