import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type DecodedPacket,
  decodePacket,
  describe as describePacket,
  encodePacket,
  maximumReplyOctets,
  OPTIONS,
  type OptionName,
  optionValue,
  readOption,
} from "../src/index.ts";
import { captured, capturedPacket, datagram, decoded, hex, runs } from "./support.ts";

const DISCOVER = capturedPacket("01-bios-e1000-pxelinux-memtest", "DISCOVER", "client");
const NAMES = Object.keys(OPTIONS) as OptionName[];

/** Everything the package does with bytes of the network; gives the packet, or the code of the fault. */
function survive(bytes: Uint8Array): DecodedPacket | string {
  const before = bytes.slice();
  const result = decodePacket(bytes);
  expect(bytes).toEqual(before);
  if (!result.ok) {
    expect(result.fault.at).toBeLessThanOrEqual(bytes.length);
    return result.fault.code;
  }
  const { packet } = result;
  for (const name of NAMES) readOption(packet, name);
  for (const line of describePacket(packet)) expect(line).not.toMatch(/[\p{Cc}\p{Cs}]/u);
  expect(maximumReplyOctets(packet)).toBeGreaterThanOrEqual(548);
  expect(encodePacket(packet, { longOptions: "split" }).ok).toBe(true);
  const refused = encodePacket(packet);
  if (!refused.ok) expect(refused.fault.code).toBe("option-too-long");
  return packet;
}

const optionsOf = (options: string, fields: { file?: string; sname?: string } = {}) =>
  survive(datagram({ options, ...fields }));
const codesOf = (result: DecodedPacket | string) => (typeof result === "string" ? result : [...result.options.keys()]);

describe("truncation", () => {
  test("a DISCOVER of 548 octets cut at every length", () => {
    const whole = new Uint8Array(548);
    whole.set(DISCOVER);
    const options = [...decoded(DISCOVER).options];
    const ends = options.map((_, index) => {
      return options.slice(0, index + 1).reduce((end, [, bytes]) => end + 2 + bytes.length, 240);
    });
    const last = ends.at(-1) ?? 0;
    for (let length = 0; length <= 548; length++) {
      const result = survive(whole.slice(0, length));
      if (length < 240) expect(result).toBe("too-short");
      else if (length < last && length !== 240 && !ends.includes(length)) expect(result).toBe("option-truncated");
      else {
        const complete = options.filter((_, index) => (ends[index] ?? 0) <= length);
        expect(codesOf(result)).toEqual(complete.map(([code]) => code));
      }
    }
  });

  test("faults say where", () => {
    expect(decodePacket(new Uint8Array(239))).toEqual({
      ok: false,
      fault: { code: "too-short", at: 239, needed: 240 },
    });
    expect(decodePacket(datagram({ options: "350101 0c" }))).toEqual({
      ok: false,
      fault: { code: "option-truncated", at: 243, field: "options", option: 12 },
    });
    expect(decodePacket(datagram({ options: "340101 ff", file: `0c0161 ${"00".repeat(123)} 0f0162` }))).toEqual({
      ok: false,
      fault: { code: "option-truncated", at: 234, field: "file", option: 15 },
    });
    expect(decodePacket(datagram({ options: "340102 ff", sname: "0c40" }))).toEqual({
      ok: false,
      fault: { code: "option-truncated", at: 44, field: "sname", option: 12 },
    });
    expect(decodePacket(datagram({ options: "340102 ff", sname: `0c3e${"61".repeat(62)}` })).ok).toBe(true);
  });

  test("a wrong cookie in each octet", () => {
    for (let at = 236; at < 240; at++) {
      const bytes = DISCOVER.slice();
      bytes[at] = (bytes[at] ?? 0) + 1;
      expect(decodePacket(bytes)).toEqual({ ok: false, fault: { code: "bad-cookie", at: 236 } });
    }
  });
});

describe("the shape of options", () => {
  test("a length one past the end, END first, no END, only PAD, nothing", () => {
    expect(optionsOf("350101 0c0261")).toBe("option-truncated");
    expect(codesOf(optionsOf("350101 0c0161"))).toEqual([53, 12]);
    expect(codesOf(optionsOf("ff 350101"))).toEqual([]);
    expect(codesOf(optionsOf("00".repeat(60)))).toEqual([]);
    expect(codesOf(optionsOf(""))).toEqual([]);
  });

  test.each([0, 1, 2, 3, 4, 255])("overload %i over garbage in file and sname", (value) => {
    const digits = value.toString(16).padStart(2, "0");
    const result = optionsOf(`34 01 ${digits} 350101 ff`, { file: "ee".repeat(128), sname: "dd".repeat(64) });
    expect(result).toBe(value >= 1 && value <= 3 ? "option-truncated" : "bad-overload");
  });

  test("overload of two octets, of none, and twice", () => {
    expect(decodePacket(datagram({ options: "350101 34020101 ff" }))).toEqual({
      ok: false,
      fault: { code: "bad-overload", at: 243, bytes: hex("0101") },
    });
    expect(optionsOf("3400 ff")).toBe("bad-overload");
    expect(optionsOf("340101 340101 ff")).toBe("bad-overload");
  });

  test("43, 60 and 93 split across the three regions", () => {
    const result = optionsOf("340103 2b0106 3c0450584543 5d0100 ff", {
      file: "2b0101 3c036c6965 5d0107 ff",
      sname: "2b0208ff 3c026e74 ff",
    });
    if (typeof result === "string") throw new Error(result);
    expect(result.options.get(43)).toEqual(hex("060108ff"));
    expect(optionValue(result, "vendorClassIdentifier")).toBe("PXEClient");
    expect(optionValue(result, "clientArch")).toEqual([7]);
  });

  test("53 twice is malformed, not absent", () => {
    const packet = decoded(datagram({ options: "350101 350103 ff" }));
    expect(readOption(packet, "messageType").state).toBe("malformed");
    expect(optionValue(packet, "messageType")).toBeUndefined();
  });
});

describe("the shape of values", () => {
  const stateOf = (options: string, name: OptionName) => readOption(decoded(datagram({ options })), name).state;

  test.each([
    ["5d00", "malformed"],
    ["5d0100", "malformed"],
    [`5dc8${"0007".repeat(100)}`, "present"],
    [`5dff${"00".repeat(255)}`, "malformed"],
  ])("architectures %s", (options, state) => expect(stateOf(options, "clientArch")).toBe(state));

  test.each([0, 1, 16, 17, 18, 255])("a machine identifier of %i octets", (length) => {
    const option = `61${length.toString(16).padStart(2, "0")}${"00".repeat(length)}`;
    expect(stateOf(option, "clientMachineIdentifier")).toBe(length === 17 ? "present" : "malformed");
  });

  test("a machine identifier of type 1", () => {
    expect(stateOf(`611101${"22".repeat(16)}`, "clientMachineIdentifier")).toBe("malformed");
  });

  test.each([
    ["", "malformed"],
    ["00", "present"],
    ["0000", "present"],
    ["ff", "present"],
    ["01", "present"],
    ["0161", "present"],
    [`ff${"61".repeat(254)}`, "present"],
    ["1b5b324a", "present"],
  ])("user class %j", (value, state) => {
    const option = `4d${(value.length / 2).toString(16).padStart(2, "0")}${value}`;
    expect(stateOf(option, "userClass")).toBe(state);
    survive(datagram({ options: option }));
  });

  test.each([
    [0, 548],
    [1, 548],
    [575, 548],
    [576, 548],
    [577, 549],
    [1472, 1444],
    [1499, 1471],
    [1500, 1472],
    [1501, 1472],
    [65535, 1472],
  ])("maximum message size %i allows %i octets", (announced, allowed) => {
    const packet = decoded(datagram({ options: `3902${announced.toString(16).padStart(4, "0")}ff` }));
    expect(maximumReplyOctets(packet)).toBe(allowed);
  });

  test("maximum message size absent or malformed allows 548 octets", () => {
    expect(maximumReplyOctets(decoded(datagram({ options: "ff" })))).toBe(548);
    expect(maximumReplyOctets(decoded(datagram({ options: "390105 ff" })))).toBe(548);
  });

  test("an option 82 of 255 octets, and two of them", () => {
    const full = `52ff01fd${"aa".repeat(253)}`;
    expect(stateOf(`${full} ff`, "relayAgentInformation")).toBe("present");
    expect(decoded(datagram({ options: `${full} ${full} ff` })).options.get(82)?.length).toBe(510);
    expect(stateOf("52020105 ff", "relayAgentInformation")).toBe("malformed");
  });
});

describe("the header", () => {
  test("hlen 0 to 255 with several htypes", () => {
    for (const htype of [0, 1, 6, 32, 255]) {
      for (let hlen = 0; hlen <= 255; hlen++) {
        const bytes = DISCOVER.slice();
        bytes[1] = htype;
        bytes[2] = hlen;
        const result = survive(bytes);
        if (hlen > 16) expect(decodePacket(bytes)).toEqual({ ok: false, fault: { code: "bad-hlen", at: 2, hlen } });
        else expect(result).toMatchObject({ htype, hlen });
      }
    }
  });

  test("addresses, flags, secs and xid of all ones", () => {
    const bytes = DISCOVER.slice();
    bytes.fill(0xff, 3, 28);
    expect(survive(bytes)).toMatchObject({
      hops: 255,
      xid: 0xffffffff,
      secs: 0xffff,
      flags: 0xffff,
      ciaddr: "255.255.255.255",
      yiaddr: "255.255.255.255",
      siaddr: "255.255.255.255",
      giaddr: "255.255.255.255",
    });
  });
});

describe("at random", () => {
  test("bit flips of captured packets", () => {
    const flips = fc.array(fc.nat(), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom(...captured), flips, (one, bits) => {
        const bytes = hex(one.hex);
        for (const bit of bits) {
          const at = (bit >>> 3) % bytes.length;
          bytes[at] = (bytes[at] as number) ^ (1 << (bit & 7));
        }
        survive(bytes);
      }),
      runs(200),
    );
  });

  test("any octets, alone and behind a good header", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2048, size: "max" }), (octets) => {
        survive(octets);
        survive(new Uint8Array([...DISCOVER.subarray(0, 240), ...octets]));
      }),
      runs(100),
    );
  });

  test("2 KiB and 64 KiB of the same octet", () => {
    for (const size of [2048, 65_507]) {
      for (const octet of [0, 1, 2, 43, 53, 82, 254, 255]) {
        const bytes = new Uint8Array(size).fill(octet);
        bytes.set(DISCOVER.subarray(0, 240));
        survive(bytes);
      }
    }
  });

  test("four million octets of one option in tiny pieces are joined in linear time", () => {
    const pieces = 1_333_333;
    const bytes = new Uint8Array(240 + 3 * pieces);
    bytes.set(DISCOVER.subarray(0, 240));
    for (let at = 240; at < bytes.length; at += 3) bytes.set([43, 1, at & 255], at);
    const packet = decoded(bytes);
    expect(packet.options.get(43)?.length).toBe(pieces);
    expect(packet.notes).toContainEqual({ code: "joined", option: 43, pieces });
  });
});

test("a Buffer in a larger allocation decodes like its octets, to plain views of it", () => {
  const pool = Buffer.alloc(1000, 0xee);
  Buffer.from(DISCOVER).copy(pool, 7);
  const packet = decoded(pool.subarray(7, 7 + DISCOVER.length));
  expect(packet).toEqual(decoded(DISCOVER));
  for (const part of [packet.chaddr, packet.file, packet.options.get(60)]) {
    expect(part?.constructor).toBe(Uint8Array);
    expect(part?.buffer).toBe(pool.buffer);
  }
});
