import { type Decoded, type Encoded, type OptionFault, optionFault } from "./faults.ts";
import { type Format, printOctets } from "./formats.ts";
import { view } from "./header.ts";
import { isList, isOctets, isRecord } from "./shapes.ts";

/** One row of a table of options. */
export interface Row<T = unknown> {
  readonly code: number;
  readonly format: Format<T>;
  readonly section: string;
}

export type Rows = Readonly<Record<string, Row>>;

/** The value that a row's format has. */
export type ValueOf<R> = R extends { readonly format: Format<infer T> } ? T : never;

/** An encapsulated option as octets. `fault` says that its code has a format which the octets do not have. */
export interface SubOption {
  readonly code: number;
  readonly bytes: Uint8Array;
  readonly fault?: OptionFault;
}

/** The sub-options that a table knows, by name, and all others (unknown, malformed, repeated) as octets. */
export type TlvRecord<R extends Rows> = { readonly [K in keyof R]?: ValueOf<R[K]> } & {
  readonly others?: readonly SubOption[];
};

/** `"encapsulated"`: 0 is PAD and 255 is END, as in RFC 2132 §8.4; `"bare"`: every octet is code, length, data. */
export interface Framing {
  readonly codes: "encapsulated" | "bare";
  readonly writeEnd: boolean;
}

/** Walks code, length, data to the end, or to END when encapsulated; octets after END are not looked at. */
export function decodeSubOptions(bytes: Uint8Array, codes: Framing["codes"]): Decoded<SubOption[]> {
  const value: SubOption[] = [];
  let at = 0;
  while (at < bytes.length) {
    const code = bytes[at] as number;
    if (codes === "encapsulated" && code === 255) break;
    if (codes === "encapsulated" && code === 0) {
      at++;
      continue;
    }
    const length = bytes[at + 1];
    if (length === undefined || at + 2 + length > bytes.length) {
      return optionFault("truncated", at, "code, length, data");
    }
    value.push({ code, bytes: view(bytes, at + 2, length) });
    at += 2 + length;
  }
  return { ok: true, value };
}

/** Code, length, data for each, in order; END last when `framing` asks for it. */
export function encodeSubOptions(options: readonly SubOption[], framing: Framing): Encoded {
  const lowest = framing.codes === "bare" ? 0 : 1;
  const highest = framing.codes === "bare" ? 255 : 254;
  let size = framing.writeEnd ? 1 : 0;
  if (!isList(options)) return optionFault("bad-value", 0, "a list of sub-options");
  for (const [index, option] of options.entries()) {
    if (!isRecord(option) || !isOctets(option.bytes))
      return optionFault("bad-value", index, "a sub-option with octets");
    const { code, bytes } = option;
    if (!Number.isInteger(code) || code < lowest || code > highest) {
      return optionFault("bad-value", index, `a code of ${lowest} to ${highest}`);
    }
    if (bytes.length > 255) return optionFault("bad-length", index, "at most 255 octets");
    size += 2 + bytes.length;
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const option of options) {
    bytes[at] = option.code;
    bytes[at + 1] = option.bytes.length;
    bytes.set(option.bytes, at + 2);
    at += 2 + option.bytes.length;
  }
  if (framing.writeEnd) bytes[at] = 255;
  return { ok: true, bytes };
}

/**
 * The format of an option that holds options, from its table. Known ones are written in the order of the table,
 * then `others`. Of a repeated one the first well-formed instance is the value, and the rest are kept in `others`.
 */
export function tlvRecord<R extends Rows>(rows: R, framing: Framing): Format<TlvRecord<R>> {
  const entries = Object.entries(rows);
  const byCode = new Map(entries.map((entry) => [entry[1].code, entry]));
  return {
    expected: "sub-options of code, length, data",
    decode(bytes) {
      const walked = decodeSubOptions(bytes, framing.codes);
      if (!walked.ok) return walked;
      const record: Record<string, unknown> = {};
      const others: SubOption[] = [];
      for (const option of walked.value) {
        const [name, row] = byCode.get(option.code) ?? [];
        const decoded = row?.format.decode(option.bytes);
        if (decoded?.ok === false) others.push({ ...option, fault: decoded.fault });
        else if (name === undefined || decoded === undefined || name in record) others.push(option);
        else record[name] = decoded.value;
      }
      if (others.length > 0) record.others = others;
      return { ok: true, value: record as TlvRecord<R> };
    },
    encode(value) {
      if (!isRecord(value)) return optionFault("bad-value", 0, "a record of sub-options");
      const strange = Object.entries(value).some(
        ([name, one]) => one !== undefined && name !== "others" && !Object.hasOwn(rows, name),
      );
      if (strange) return optionFault("bad-value", 0, "names of sub-options");
      const options: SubOption[] = [];
      for (const [name, row] of entries) {
        const one = value[name];
        if (one === undefined) continue;
        const encoded = row.format.encode(one);
        if (!encoded.ok) return optionFault(encoded.fault.code, encoded.fault.at, `${name}: ${encoded.fault.expected}`);
        options.push({ code: row.code, bytes: encoded.bytes });
      }
      if (value.others !== undefined && !isList(value.others)) {
        return optionFault("bad-value", 0, "others: a list of sub-options");
      }
      for (const option of value.others ?? []) options.push(option);
      return encodeSubOptions(options, framing);
    },
    print(value) {
      const parts: string[] = [];
      for (const [name, row] of entries) {
        const one = value[name];
        if (one !== undefined) parts.push(`${name} ${row.format.print(one)}`);
      }
      for (const { code, bytes } of value.others ?? []) {
        const name = byCode.get(code)?.[0];
        parts.push(`${name === undefined ? "" : `${name} `}[${code}] ${printOctets(bytes)}`);
      }
      return parts.length === 0 ? "none" : parts.join("; ");
    },
  };
}
