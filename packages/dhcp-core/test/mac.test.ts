import fc from "fast-check";
import { expect, test } from "vitest";
import { addressesOf, parseMac } from "../src/index.ts";
import { hex, runs, toHex } from "./support.ts";

const spellings = ["colons", "dashes", "digits", "fileName"] as const;

test("every form of one address", () => {
  const addresses = addressesOf("52:54:00:AE:00:01");
  if (addresses === undefined) throw new Error("no address");
  const { bytes, chaddr, clientIdentifier, ...texts } = addresses;
  expect(bytes).toEqual(hex("525400ae0001"));
  expect(toHex(chaddr)).toBe(`525400ae0001${"00".repeat(10)}`);
  expect(toHex(clientIdentifier)).toBe("01525400ae0001");
  expect(texts).toEqual({
    colons: "52:54:00:ae:00:01",
    dashes: "52-54-00-ae-00-01",
    digits: "525400ae0001",
    fileName: "01-52-54-00-ae-00-01",
  });
});

test.each(["52-54-00-AE-00-01", "525400ae0001", "5254.00AE.0001", "01-52-54-00-ae-00-01", "01:52:54:00:ae:00:01"])(
  "%s is known",
  (spelling) => {
    expect(addressesOf(spelling)?.colons).toBe("52:54:00:ae:00:01");
  },
);

test.each([
  "",
  "52:54:00:ae:00",
  "52:54-00:ae:00:01",
  "02-52-54-00-ae-00-01",
  "01525400ae0001",
  "01-52:54:00:ae:00:0g",
  "01-5254.00ae.0001",
  "01-525400ae0001",
  "5254.00ae0001",
  "52.54.00.ae.00.01",
  " 52:54:00:ae:00:01",
])("%j is no address", (text) => {
  expect(addressesOf(text)).toBeUndefined();
});

test("each form reads as the address it was made of, in either case", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
      const addresses = addressesOf(toHex(bytes));
      expect(addresses?.bytes).toEqual(bytes);
      for (const spelling of spellings) {
        const text = addresses?.[spelling] ?? "";
        expect(addressesOf(text)).toEqual(addresses);
        expect(addressesOf(text.toUpperCase())).toEqual(addresses);
      }
    }),
    runs(100),
  );
});

test("what parseMac reads, this reads alike; nothing throws", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 22 }), (text) => {
      const parsed = parseMac(text);
      if (parsed !== undefined) expect(addressesOf(text)?.bytes).toEqual(parsed);
    }),
    runs(200),
  );
  for (const value of [undefined, null, 7, {}, Symbol("s")]) expect(addressesOf(value as string)).toBeUndefined();
});
