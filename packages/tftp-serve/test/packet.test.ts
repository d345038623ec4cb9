import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errors } from "../src/core/faults.ts";
import {
  decodeRequest,
  encodeAck,
  encodeError,
  encodeOack,
  errorTextOf,
  numberOf,
  opcodeOf,
  wireNumber,
} from "../src/core/packet.ts";
import { decodeText, isServableName } from "../src/core/text.ts";
import { hex, request, toHex } from "./hex.ts";

describe("requests", () => {
  test("V1: the size probe of EDK2", () => {
    const bytes = hex(
      "00 01 69 70 78 65 2e 65 66 69 00 6f 63 74 65 74 00 74 73 69 7a 65 00 30 00 62 6c 6b 73 69 7a 65 00 31 34 36 38 00 77 69 6e 64 6f 77 73 69 7a 65 00 34 00",
    );
    expect(decodeRequest(bytes)).toEqual({
      ok: true,
      request: {
        opcode: "rrq",
        file: "ipxe.efi",
        mode: "octet",
        options: [
          ["tsize", "0"],
          ["blksize", "1468"],
          ["windowsize", "4"],
        ],
      },
    });
  });

  test("V5 and V6: iPXE, and a Raspberry Pi 3 ROM without options", () => {
    expect(
      decodeRequest(
        hex(
          "00 01 62 6f 6f 74 2e 69 70 78 65 00 6f 63 74 65 74 00 62 6c 6b 73 69 7a 65 00 31 34 33 32 00 74 73 69 7a 65 00 30 00",
        ),
      ),
    ).toMatchObject({
      request: {
        file: "boot.ipxe",
        options: [
          ["blksize", "1432"],
          ["tsize", "0"],
        ],
      },
    });
    expect(decodeRequest(hex("00 01 62 6f 6f 74 63 6f 64 65 2e 62 69 6e 00 6f 63 74 65 74 00"))).toMatchObject({
      request: { file: "bootcode.bin", options: [] },
    });
  });

  test.each([
    ["empty", "", "too-short"],
    ["one byte", "00", "too-short"],
    ["opcode only", "00 01", "unterminated"],
    ["no NUL", "00 01 61 62", "unterminated"],
    ["mode without NUL", "00 01 61 00 6f 63 74 65 74", "unterminated"],
    ["DATA", "00 03 00 01", "opcode"],
    ["opcode 0x0100", "01 00 61 00 6f 63 74 65 74 00", "opcode"],
    ["opcode 0xffff", "ff ff 61 00 6f 63 74 65 74 00", "opcode"],
  ])("%s is no request", (_, bytes, fault) => {
    expect(decodeRequest(hex(bytes))).toEqual({ ok: false, fault });
  });

  test("512 bytes are read, 513 are not (RFC 2347)", () => {
    const longest = request(1, "f", "octet", "x", "y".repeat(512 - 2 - 2 - 6 - 2 - 1));
    expect(longest.length).toBe(512);
    expect(decodeRequest(longest).ok).toBe(true);
    expect(decodeRequest(Uint8Array.of(...longest, 0))).toEqual({ ok: false, fault: "too-long" });
  });

  test("write requests, modes in any case, empty names and modes", () => {
    expect(decodeRequest(request(2, "a", "NetASCII"))).toMatchObject({ request: { opcode: "wrq", mode: "netascii" } });
    expect(decodeRequest(request(1, "", ""))).toMatchObject({ request: { file: "", mode: "" } });
  });

  test("the first of equal options counts, garbage behind the last pair does not", () => {
    const decoded = decodeRequest(request(1, "f", "octet", "BLKSIZE", "8", "blksize", "9", "", "x", "odd"));
    expect(decoded).toMatchObject({ request: { options: [["BLKSIZE", "8"]] } });
    expect(decodeRequest(Uint8Array.of(...request(1, "f", "octet", "tsize", "0"), 0xff, 0xff))).toMatchObject({
      request: { options: [["tsize", "0"]] },
    });
  });

  test("any bytes give a request or a fault", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.constantFrom(0, 1, 2), (tail, opcode) => {
        const result = decodeRequest(Uint8Array.of(0, opcode, ...tail));
        expect(result.ok || result.fault.length > 0).toBe(true);
      }),
      { seed: 1350, numRuns: 2000 },
    );
  });

  test("what was written is read", () => {
    const word = fc.stringMatching(/^[!-~]{1,12}$/);
    const options = fc.uniqueArray(fc.tuple(word, word), {
      maxLength: 12,
      selector: ([name]) => name.toLowerCase(),
    });
    fc.assert(
      fc.property(word, options, (file, pairs) => {
        expect(decodeRequest(request(1, file, "octet", ...pairs.flat()))).toEqual({
          ok: true,
          request: { opcode: "rrq", file, mode: "octet", options: pairs },
        });
      }),
      { seed: 2347, numRuns: 500 },
    );
  });
});

describe("answers", () => {
  test("V2: OACK in the order of the request", () => {
    const oack = encodeOack([
      ["tsize", "1048576"],
      ["blksize", "1468"],
      ["windowsize", "4"],
    ]);
    expect(toHex(oack)).toBe(
      "00 06 74 73 69 7a 65 00 31 30 34 38 35 37 36 00 62 6c 6b 73 69 7a 65 00 31 34 36 38 00 77 69 6e 64 6f 77 73 69 7a 65 00 34 00",
    );
  });

  test("V4: ERROR 1 and 5; no text is longer than 40 bytes", () => {
    expect(toHex(encodeError(errors.notFound.code, errors.notFound.text))).toBe(
      "00 05 00 01 46 69 6c 65 20 6e 6f 74 20 66 6f 75 6e 64 00",
    );
    expect(toHex(encodeError(errors.unknownTid.code, errors.unknownTid.text))).toBe(
      "00 05 00 05 55 6e 6b 6e 6f 77 6e 20 74 72 61 6e 73 66 65 72 20 49 44 00",
    );
    for (const { text } of Object.values(errors)) expect(text.length).toBeLessThanOrEqual(40);
  });

  test("ACK, and the numbers of short packets", () => {
    expect(toHex(encodeAck(0xfffe))).toBe("00 04 ff fe");
    expect(numberOf(hex("00 04 ff"))).toBe(-1);
    expect(opcodeOf(hex("00"))).toBe(-1);
    expect(numberOf(hex("00 05 ff ff"))).toBe(65535);
  });

  test("V3: text of an ERROR, with and without its NUL", () => {
    const bytes = hex("00 05 00 08 55 73 65 72 20 61 62 6f 72 74 65 64 20 74 68 65 20 74 72 61 6e 73 66 65 72 00");
    expect([opcodeOf(bytes), numberOf(bytes), errorTextOf(bytes)]).toEqual([5, 8, "User aborted the transfer"]);
    expect(errorTextOf(hex("00 05 00 00 61 62"))).toBe("ab");
    expect(errorTextOf(hex("00 05 00"))).toBe("");
  });

  test("block numbers after 65535", () => {
    expect([0, 1, 65535, 65536, 65537, 131072].map((block) => wireNumber(block, 0))).toEqual([0, 1, 65535, 0, 1, 0]);
    expect([0, 1, 65535, 65536, 65537, 131071].map((block) => wireNumber(block, 1))).toEqual([0, 1, 65535, 1, 2, 1]);
  });
});

describe("names", () => {
  const read = (bytes: Uint8Array) => decodeText(bytes, 0, bytes.length);

  test("UTF-8 is read as UTF-8", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(read(new TextEncoder().encode(text))).toBe(text);
      }),
      { seed: 3629 },
    );
  });

  test.each([
    ["overlong . and /", "c0 ae c0 af"],
    ["overlong in three bytes", "e0 80 ae"],
    ["overlong in four bytes", "f0 80 80 ae"],
    ["a surrogate", "ed a0 80"],
    ["above U+10FFFF", "f4 90 80 80"],
    ["cut off", "61 e2 82"],
    ["a continuation alone", "80"],
    ["0xff behind a name", "61 ff"],
    ["a wrong continuation", "c3 28"],
  ])("%s is one character for each byte", (_, bytes) => {
    expect(read(hex(bytes))).toBe(String.fromCharCode(...hex(bytes)));
  });

  test.each([
    ["", false],
    ["a", true],
    ["a".repeat(255), true],
    ["a".repeat(256), false],
    ["a\nb", false],
    ["\u001b[31m", false],
    ["\u007f", false],
    ["\u0080", false],
    ["\u009f", false],
    ["\u00a0", true],
    ["é ÿ", true],
  ])("%j is served: %s", (name, expected) => {
    expect(isServableName(name)).toBe(expected);
  });
});
