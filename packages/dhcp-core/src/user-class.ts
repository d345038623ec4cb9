import { optionFault } from "./faults.ts";
import type { Format } from "./formats.ts";
import { isList, isRecord } from "./shapes.ts";
import { decodeText, encodeText, quote } from "./text.ts";

/**
 * Option 77. `"counted"` is RFC 3004 §4, each class after its length; `"raw"` is one class without a length,
 * as iPXE, gPXE and ISC dhclient send it.
 */
export interface UserClass {
  readonly form: "counted" | "raw";
  readonly classes: readonly string[];
}

const expected = "user classes of 1 to 255 octets";

export const userClass: Format<UserClass> = {
  expected,
  decode(bytes) {
    if (bytes.length === 0) return optionFault("bad-length", 0, expected);
    const classes = counted(bytes);
    return classes === undefined
      ? { ok: true, value: { form: "raw", classes: [decodeText(bytes)] } }
      : { ok: true, value: { form: "counted", classes } };
  },
  encode(value) {
    if (!isRecord(value)) return optionFault("bad-value", 0, expected);
    const { form, classes } = value;
    if ((form !== "counted" && form !== "raw") || !isList(classes)) return optionFault("bad-value", 0, expected);
    if (classes.length === 0 || (form === "raw" && classes.length > 1)) {
      return optionFault("bad-length", classes.length, expected);
    }
    const octets: number[] = [];
    for (const [index, name] of classes.entries()) {
      const bytes = encodeText(name);
      if (bytes === undefined) return optionFault("bad-value", index, expected);
      if (bytes.length === 0 || (form === "counted" && bytes.length > 255)) {
        return optionFault("bad-length", index, expected);
      }
      if (form === "counted") octets.push(bytes.length);
      for (const octet of bytes) octets.push(octet);
    }
    const bytes = Uint8Array.from(octets);
    return form === "raw" && counted(bytes) !== undefined
      ? optionFault("bad-value", 0, "a class that does not read as counted classes")
      : { ok: true, bytes };
  },
  print: ({ form, classes }) => `${classes.map(quote).join(", ")}${form === "raw" ? " (raw)" : ""}`,
};

/** The classes when the whole value walks cleanly as RFC 3004 instances. */
function counted(bytes: Uint8Array): string[] | undefined {
  const classes: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = bytes[at] as number;
    if (length === 0 || at + 1 + length > bytes.length) return undefined;
    classes.push(decodeText(bytes.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  return classes;
}
