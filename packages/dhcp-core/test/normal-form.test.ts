import { describe, expect, test } from "vitest";
import { createPacket, encodePacket } from "../src/index.ts";
import { datagram, decoded, encoded, hex, toHex } from "./support.ts";

const OPTIONS_AT = 240;

/** The options area of the normal form, without its padding. */
function normalOptions(bytes: Uint8Array): string {
  const written = encoded(decoded(bytes), { longOptions: "split" });
  expect(written.length).toBeGreaterThanOrEqual(300);
  return toHex(written.subarray(OPTIONS_AT)).replace(/(00)+$/, "");
}

describe("the normal form, one rule at a time", () => {
  test("a short packet is padded with zeros to 300 octets, a longer one ends with END", () => {
    expect(toHex(encoded(decoded(datagram({ options: "350101ff" }))).subarray(OPTIONS_AT))).toBe(
      "350101ff".padEnd(120, "0"),
    );
    const exact = `2b38${"01".repeat(56)}ff`;
    expect(toHex(encoded(decoded(datagram({ options: exact }))).subarray(OPTIONS_AT))).toBe(`${exact}00`);
    const longer = `2b3a${"01".repeat(58)}ff`;
    expect(toHex(encoded(decoded(datagram({ options: longer }))).subarray(OPTIONS_AT))).toBe(longer);
  });

  test("padding beyond 300 octets goes", () => {
    const bytes = datagram({ options: `350101ff${"00".repeat(304)}` });
    expect(bytes.length).toBe(548);
    expect(encoded(decoded(bytes)).length).toBe(300);
    expect(decoded(bytes).notes).toEqual([]);
  });

  test("PAD between options goes", () => {
    expect(normalOptions(datagram({ options: "00 350101 0000 0c0161 00 ff" }))).toBe("3501010c0161ff");
  });

  test("a missing END is noted and added", () => {
    const bytes = datagram({ options: "350101 0c0161" });
    expect(decoded(bytes).notes).toEqual([{ code: "no-end", field: "options", at: 246 }]);
    expect(normalOptions(bytes)).toBe("3501010c0161ff");
    expect(decoded(datagram({ options: "" })).notes).toEqual([{ code: "no-end", field: "options", at: 240 }]);
  });

  test("data after END is noted and goes", () => {
    const bytes = datagram({ options: "350101 ff 0000 0c0161 ff" });
    expect(decoded(bytes).notes).toEqual([{ code: "trailing-data", field: "options", at: 246 }]);
    expect(normalOptions(bytes)).toBe("350101ff");
  });

  test("an option in pieces is joined at the place of its first piece, and noted", () => {
    const bytes = datagram({ options: "2b020601 350101 2b0108 2b00 2b01ff ff" });
    expect(decoded(bytes).notes).toEqual([{ code: "joined", option: 43, pieces: 4 }]);
    expect(normalOptions(bytes)).toBe("2b04060108ff350101ff");
  });

  test("an option of more than 255 octets is refused, or split on demand", () => {
    const bytes = datagram({ options: `2bff${"aa".repeat(255)} 2b2d${"bb".repeat(45)} ff` });
    expect(encodePacket(decoded(bytes))).toEqual({
      ok: false,
      fault: { code: "option-too-long", option: 43, octets: 300, max: 255 },
    });
    expect(encodePacket(decoded(bytes), { longOptions: "refuse" }).ok).toBe(false);
    expect(normalOptions(bytes)).toBe(`2bff${"aa".repeat(255)}2b2d${"bb".repeat(45)}ff`);
    const exactly = decoded(datagram({ options: `2bff${"aa".repeat(255)} 2bff${"bb".repeat(255)} ff` }));
    const written = encoded(exactly, { longOptions: "split" });
    expect(toHex(written.subarray(OPTIONS_AT))).toBe(`2bff${"aa".repeat(255)}2bff${"bb".repeat(255)}ff`);
  });

  test("an empty option keeps its two octets", () => {
    expect(normalOptions(datagram({ options: "3c00 350101 5000 ff" }))).toBe("3c003501015000ff");
  });

  test("option 82 comes last (RFC 3046)", () => {
    expect(normalOptions(datagram({ options: "350101 52040102 abcd 0c0161 ff" }))).toBe("3501010c016152040102abcdff");
    expect(normalOptions(datagram({ options: "5200 350101 ff" }))).toBe("3501015200ff");
  });

  test("overload is undone: its options move to the options field and the fields become zero", () => {
    const bytes = datagram({ options: "340103 350101 ff", file: "0c0161 ff", sname: "00 0f0162 ff" });
    const packet = decoded(bytes);
    expect(packet.notes).toEqual([{ code: "overload", value: 3 }]);
    expect(packet.options.has(52)).toBe(false);
    expect(packet.file).toEqual(new Uint8Array(128));
    expect(packet.sname).toEqual(new Uint8Array(64));
    expect(normalOptions(bytes)).toBe("3501010c01610f0162ff");
    expect(
      encoded(packet)
        .subarray(44, 236)
        .some((octet) => octet !== 0),
    ).toBe(false);
  });

  test("overload 1 leaves sname, overload 2 leaves file", () => {
    const file = decoded(datagram({ options: "340101 ff", file: "0c0161 ff", sname: "626f6f74" }));
    expect(toHex(file.sname.subarray(0, 5))).toBe("626f6f7400");
    expect([...file.options.keys()]).toEqual([12]);
    const sname = decoded(datagram({ options: "340102 ff", file: "626f6f74", sname: "0c0161 ff" }));
    expect(toHex(sname.file.subarray(0, 5))).toBe("626f6f7400");
    expect([...sname.options.keys()]).toEqual([12]);
    expect(sname.notes).toEqual([{ code: "overload", value: 2 }]);
  });

  test("option 52 inside file is not followed, noted once, and goes", () => {
    const packet = decoded(datagram({ options: "340101 ff", file: "340103 340102 0c0161 ff", sname: "0f0162 ff" }));
    expect(packet.notes).toEqual([
      { code: "overload", value: 1 },
      { code: "nested-overload", field: "file" },
    ]);
    expect([...packet.options.keys()]).toEqual([12]);
    expect(toHex(packet.sname.subarray(0, 4))).toBe("0f0162ff");
  });

  test("option 52 inside file and inside sname is noted for each", () => {
    const fields = { file: "340103 ff", sname: "340103 ff" };
    expect(decoded(datagram({ options: "340103 ff", ...fields })).notes).toEqual([
      { code: "overload", value: 3 },
      { code: "nested-overload", field: "file" },
      { code: "nested-overload", field: "sname" },
    ]);
  });

  test("overloaded fields without END and with data after END are noted", () => {
    const bytes = datagram({ options: "340103 ff", file: `0c7e${"61".repeat(126)}`, sname: "0f0162 ff 00 77" });
    expect(decoded(bytes).notes).toEqual([
      { code: "overload", value: 3 },
      { code: "no-end", field: "file", at: 236 },
      { code: "trailing-data", field: "sname", at: 49 },
    ]);
    expect(normalOptions(bytes)).toBe(`0c7e${"61".repeat(126)}0f0162ff`);
  });

  test("octets behind the NUL of sname and file stay", () => {
    const bytes = datagram({ options: "350101ff", file: "6100ff", sname: "00ee" });
    expect(toHex(encoded(decoded(bytes)).subarray(0, 240))).toBe(toHex(bytes.subarray(0, 240)));
  });

  test("short chaddr, sname and file are filled with zeros", () => {
    const bytes = encoded(createPacket({ chaddr: hex("525400123456"), sname: hex("61"), file: hex("62") }));
    expect(toHex(bytes.subarray(28, 46))).toBe("525400123456000000000000000000006100");
    expect(toHex(bytes.subarray(108, 110))).toBe("6200");
    expect(toHex(bytes.subarray(236))).toBe(`63825363ff${"00".repeat(59)}`);
  });
});
