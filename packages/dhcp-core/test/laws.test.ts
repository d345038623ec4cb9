import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodePacket,
  describeOption,
  type EncodedOptions,
  encodeOptions,
  encodePacket,
  type Format,
  OPTIONS,
  type OptionName,
  PXE_OPTIONS,
  printOption,
  readOption,
} from "../src/index.ts";
import { pxeOptions } from "../src/pxe-options.ts";
import { cases, packets, pxeRecord, spoiled, wildNumber, wildString } from "./arbitraries.ts";
import { decoded, encoded, octetsOf, runs, unwrap } from "./support.ts";

const table = [...cases, { name: "option 43 of PXE", format: pxeOptions as Format<unknown>, values: pxeRecord }];

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** decode, encode, decode: a fault, or a fixed point that loses nothing. */
function reachesFixedPoint(format: Format<unknown>, bytes: Uint8Array): void {
  const first = format.decode(bytes);
  if (!first.ok) {
    expect(["bad-length", "bad-value", "truncated"]).toContain(first.fault.code);
    expect(first.fault.at).toBeLessThanOrEqual(bytes.length);
    return;
  }
  const once = format.encode(first.value);
  if (!once.ok) throw new Error(JSON.stringify(once.fault));
  expect(unwrap(format.decode(once.bytes))).toEqual(first.value);
  expect(octetsOf(format.encode(first.value))).toBe(octetsOf(once));
  expect(format.print(first.value)).not.toMatch(UNPRINTABLE);
}

describe.each(table)("$name", ({ format, values }) => {
  test("decode(encode(x)) is x, and x prints as one safe line", () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = format.encode(value);
        if (!bytes.ok) throw new Error(JSON.stringify(bytes.fault));
        expect(unwrap(format.decode(bytes.bytes))).toEqual(value);
        const line = format.print(value);
        expect(line).not.toBe("");
        expect(line).not.toMatch(UNPRINTABLE);
      }),
      runs(30),
    );
  });

  test("any octets are a fault or reach a fixed point", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => reachesFixedPoint(format, bytes)),
      runs(30),
    );
  });

  test("damaged octets are a fault or reach a fixed point", () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.nat(255), fc.nat(3), (value, at, octet, less) => {
        const whole = format.encode(value);
        if (!whole.ok) throw new Error(JSON.stringify(whole.fault));
        const bytes = whole.bytes.slice(0, Math.max(0, whole.bytes.length - less));
        if (bytes.length > 0) bytes[at % bytes.length] = octet;
        reachesFixedPoint(format, bytes);
      }),
      runs(30),
    );
  });

  test("a value out of bounds is a fault, or comes back as it was", () => {
    fc.assert(
      fc.property(values, wildNumber, wildString, (value, number, string) => {
        const wild = spoiled(value, number, string);
        const bytes = format.encode(wild);
        if (bytes.ok) expect(unwrap(format.decode(bytes.bytes))).toEqual(wild);
        else expect(bytes.fault.expected).not.toBe("");
      }),
      runs(30),
    );
  });
});

const strange: readonly unknown[] = [
  null,
  undefined,
  true,
  7,
  "",
  "text",
  Symbol("s"),
  {},
  { others: null },
  { others: [null] },
  { others: [{ code: 1, bytes: "ab" }] },
  { form: "counted", classes: null },
  { form: "none", classes: ["a"] },
  { timeout: 1, text: null },
  [],
  [null],
  [7],
  [["10.0.0.1"]],
  [{}],
  [{ destination: ["10.0.0.0/8"], router: "10.0.0.1" }],
  [{ enterprise: 1, data: null, options: null }],
  [{ enterprise: 1, data: ["ab"], options: [null] }],
  [{ type: 1, addresses: null, text: null }],
  new Uint8Array(3),
];

describe.each(cases.filter(({ name }) => Object.hasOwn(OPTIONS, name)))(
  "printOption of $name",
  ({ name, format, values }) => {
    const { code } = OPTIONS[name as OptionName];

    test("is the words of its row, at the end of describeOption, and safe for any octets", () => {
      fc.assert(
        fc.property(values, fc.uint8Array({ maxLength: 20 }), (value, wild) => {
          const written = format.encode(value);
          if (!written.ok) throw new Error(JSON.stringify(written.fault));
          if (code !== OPTIONS.vendorSpecificInformation.code) {
            expect(printOption(code, written.bytes)).toBe(format.print(value));
          }
          for (const bytes of [written.bytes, wild]) {
            const words = printOption(code, bytes);
            expect(words).not.toMatch(UNPRINTABLE);
            expect(describeOption(code, bytes)).toBe(`${code} ${name} (${bytes.length}): ${words}`);
          }
        }),
        runs(20),
      );
    });
  },
);

describe.each(table)("$name, given a value of a wrong type", ({ format }) => {
  test("is a fault, or comes back as it was", () => {
    for (const value of strange) {
      const bytes = format.encode(value);
      if (bytes.ok) expect(unwrap(format.decode(bytes.bytes))).toEqual(value);
      else expect(bytes.fault.expected).not.toBe("");
    }
  });

  test("does not throw whatever it is", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(typeof format.encode(value).ok).toBe("boolean");
      }),
      runs(50),
    );
  });
});

describe("options by name", () => {
  const encodeAny = encodeOptions as (values: unknown) => EncodedOptions;
  const names = Object.keys(OPTIONS);

  test("a wrong value is a fault of that option, undefined is absent", () => {
    for (const name of names) {
      expect(encodeAny({ [name]: undefined })).toEqual({ ok: true, options: new Map() });
      expect(encodeAny({ [name]: null })).toMatchObject({ ok: false, option: name });
      expect(encodeAny({ [name]: Symbol("s") })).toMatchObject({ ok: false, option: name });
    }
  });

  test("a name that the table does not have itself is a fault, and absent when read", () => {
    for (const name of ["nope", "toString", "constructor", "__proto__", "hasOwnProperty", ""]) {
      const values = JSON.parse(`{${JSON.stringify(name)}: 1}`);
      const expected = "the name of an option";
      expect(encodeAny(values)).toEqual({ ok: false, option: name, fault: { code: "bad-value", at: 0, expected } });
      expect(readOption({ options: new Map() }, name as OptionName)).toEqual({ state: "absent" });
    }
  });

  test("what holds no options is a fault", () => {
    for (const values of [null, undefined, 7, "router", [], new Uint8Array(1)]) {
      expect(encodeAny(values)).toMatchObject({ ok: false, option: "" });
    }
  });
});

describe("packets", () => {
  test("decode(encode(p)) is p, in the same order", () => {
    fc.assert(
      fc.property(packets, (packet) => {
        const back = decoded(encoded(packet));
        expect(back).toEqual({ ...packet, notes: [] });
        expect([...back.options.keys()]).toEqual([...packet.options.keys()]);
      }),
      runs(200),
    );
  });

  test("no packet makes encode throw", () => {
    fc.assert(
      fc.property(packets, fc.nat(9), wildNumber, wildString, (packet, which, number, string) => {
        const field = ["op", "htype", "hlen", "hops", "xid", "secs", "flags", "ciaddr", "siaddr", "giaddr"][which];
        const value = which < 7 ? number : string;
        const result = encodePacket({ ...packet, [String(field)]: value });
        if (result.ok) expect(decoded(result.bytes)).toMatchObject({ [String(field)]: value });
        else expect(result.fault).toMatchObject({ field, value });
        const codes = encodePacket({ ...packet, options: new Map([[number, new Uint8Array(3)]]) });
        expect(codes.ok).toBe(Number.isInteger(number) && number > 0 && number < 255 && number !== 52);
      }),
      runs(200),
    );
  });

  test("any octets behind a header are a fault or reach a fixed point", () => {
    const chunk = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.tuple(fc.nat(255), fc.uint8Array({ maxLength: 12 })).map(([c, d]) => [c, d.length, ...d]),
      },
      { weight: 2, arbitrary: fc.constantFrom([0], [43, 0], [53, 1, 1], [52, 1, 1], [52, 1, 2], [52, 1, 3]) },
      { weight: 1, arbitrary: fc.array(fc.nat(255), { maxLength: 4 }) },
    );
    const area = fc.array(chunk, { maxLength: 30 }).map((chunks) => chunks.flat());
    let fine = 0;
    fc.assert(
      fc.property(area, area, area, (options, file, sname) => {
        const bytes = new Uint8Array(240 + options.length);
        bytes.set([0x63, 0x82, 0x53, 0x63, ...options], 236);
        bytes.set(file.slice(0, 128), 108);
        bytes.set(sname.slice(0, 64), 44);
        const result = decodePacket(bytes);
        if (!result.ok) return;
        fine++;
        const { notes: _, ...packet } = result.packet;
        const once = encoded(packet, { longOptions: "split" });
        expect(decoded(once)).toMatchObject(packet);
        expect(encoded(decoded(once), { longOptions: "split" })).toEqual(once);
      }),
      runs(400),
    );
    expect(fine).toBeGreaterThan(100);
  });
});

test("a repeated or malformed sub-option is kept in others, and a known code is not lost twice", () => {
  const bytes = Uint8Array.of(6, 1, 3, 6, 1, 8, 7, 1, 9, 255);
  const value = unwrap(pxeOptions.decode(bytes));
  expect(value).toEqual({
    discoveryControl: 3,
    others: [
      { code: PXE_OPTIONS.discoveryControl.code, bytes: Uint8Array.of(8) },
      {
        code: PXE_OPTIONS.discoveryMulticastAddress.code,
        bytes: Uint8Array.of(9),
        fault: { code: "bad-length", at: 1, expected: "an IPv4 address" },
      },
    ],
  });
  expect(pxeOptions.encode(value)).toEqual({ ok: true, bytes });
  expect(pxeOptions.print(value)).toBe(
    "discoveryControl 3 (noBroadcast, noMulticast); discoveryControl [6] 08; discoveryMulticastAddress [7] 09",
  );
});
