import { describe, expect, test } from "vitest";
import {
  encodeOption,
  OPTIONS,
  type OptionName,
  type OptionValue,
  optionByCode,
  optionValue,
  readOption,
} from "../src/index.ts";
import { hex, octetsOf } from "./support.ts";

const packetWith = (name: OptionName, octets: string) => ({ options: new Map([[OPTIONS[name].code, hex(octets)]]) });

function refuses<N extends OptionName>(name: N, values: readonly OptionValue<N>[]): void {
  for (const value of values) expect(encodeOption(name, value)).toMatchObject({ ok: false });
}

function malformed(name: OptionName, octets: readonly string[]): void {
  for (const one of octets) expect(`${one} ${readOption(packetWith(name, one), name).state}`).toBe(`${one} malformed`);
}

describe("user class", () => {
  test("a raw class that would read as counted classes is refused", () => {
    refuses("userClass", [
      { form: "raw", classes: ["\u0001a"] },
      { form: "raw", classes: ["a", "b"] },
      { form: "raw", classes: [""] },
      { form: "raw", classes: [] },
      { form: "counted", classes: [] },
      { form: "counted", classes: [""] },
      { form: "counted", classes: ["a", "x".repeat(256)] },
    ]);
    expect(octetsOf(encodeOption("userClass", { form: "raw", classes: ["\u0002a"] }))).toBe("0261");
    expect(encodeOption("userClass", { form: "counted", classes: ["x".repeat(255)] }).ok).toBe(true);
    expect(encodeOption("userClass", { form: "raw", classes: ["x".repeat(300)] }).ok).toBe(true);
  });
});

describe("domain names", () => {
  const names = (octets: string) => optionValue(packetWith("domainSearch", octets), "domainSearch");
  const label63 = `3f${"61".repeat(63)}`;

  test("compression leads back into an earlier name", () => {
    expect(names("03656e67 056170706c65 03636f6d 00 096d61726b6574696e67 c004")).toEqual([
      "eng.apple.com",
      "marketing.apple.com",
    ]);
    expect(names("0161 00 c000 c003")).toEqual(["a", "a", "a"]);
  });

  test("pointers forwards, to themselves, in a circle, too many, or cut off", () => {
    malformed("domainSearch", [
      "c002 0161 00",
      "c000",
      "0161c000",
      "02c00100 c001",
      "0161 00 c0",
      `0161 00 ${Array.from({ length: 128 }, (_, i) => (0xc000 + (i === 0 ? 0 : 1 + 2 * i)).toString(16)).join("")}`,
    ]);
    const longest = Array.from({ length: 127 }, (_, i) => (0xc000 + (i === 0 ? 0 : 1 + 2 * i)).toString(16));
    expect(names(`0161 00 ${longest.join("")}`)).toHaveLength(128);
  });

  test("labels and names of the largest size, and one more", () => {
    const label61 = `3d${"61".repeat(61)}`;
    expect(names(`${label63}00`)).toEqual(["a".repeat(63)]);
    expect(names(`${label63}${label63}${label63}${label61}00`)?.[0]).toHaveLength(253);
    malformed("domainSearch", [
      `40${"61".repeat(64)}00`,
      `${label63}${label63}${label63}3e${"61".repeat(62)}00`,
      `8061${"61".repeat(127)}00`,
      "036161",
      "0161",
      "00",
      "",
      "03612e6200",
    ]);
    refuses("domainSearch", [[], [""], ["."], ["a."], [".a"], ["a..b"], ["a".repeat(64)], [`${"a.".repeat(127)}ab`]]);
    expect(octetsOf(encodeOption("domainSearch", [`${"a.".repeat(126)}a`]))).toBe(`${"0161".repeat(127)}00`);
    expect(octetsOf(encodeOption("domainSearch", ["a".repeat(63)]))).toBe(`${label63}00`);
  });
});

describe("classless routes", () => {
  test("each prefix length sends its octets", () => {
    const routes = ["00 0a000001", "08 0a 0a000001", "09 0a80 0a000001", "20 0a010203 0a000001"].join("");
    expect(optionValue(packetWith("classlessStaticRoute", routes), "classlessStaticRoute")).toEqual([
      { destination: "0.0.0.0/0", router: "10.0.0.1" },
      { destination: "10.0.0.0/8", router: "10.0.0.1" },
      { destination: "10.128.0.0/9", router: "10.0.0.1" },
      { destination: "10.1.2.3/32", router: "10.0.0.1" },
    ]);
  });

  test("what does not fit", () => {
    malformed("classlessStaticRoute", ["", "21 0a01020304 0a000001", "08 0a 0a0000", "08"]);
    const router = "10.0.0.1";
    refuses("classlessStaticRoute", [
      [],
      [{ destination: "10.1.0.0/8", router }],
      [{ destination: "10.0.0.0/33", router }],
      [{ destination: "10.0.0.0", router }],
      [{ destination: "10.0.0.0/08", router }],
      [{ destination: "10.0.0.0/8", router: "" }],
    ]);
  });
});

describe("vendor-identifying options", () => {
  test("parts of the largest size, and one more", () => {
    const enterprise = 311;
    expect(encodeOption("vendorIdentifyingVendorClass", [{ enterprise, data: [new Uint8Array(254)] }]).ok).toBe(true);
    refuses("vendorIdentifyingVendorClass", [
      [],
      [{ enterprise, data: [new Uint8Array(255)] }],
      [{ enterprise, data: [new Uint8Array(256)] }],
      [{ enterprise, data: [new Uint8Array(127), new Uint8Array(127)] }],
      [{ enterprise: 2 ** 32, data: [] }],
    ]);
    const options = (length: number) => [{ enterprise, options: [{ code: 1, bytes: new Uint8Array(length) }] }];
    expect(encodeOption("vendorIdentifyingVendorSpecificInformation", options(253)).ok).toBe(true);
    refuses("vendorIdentifyingVendorSpecificInformation", [options(254), options(256), []]);
  });

  test("lengths past the end, of a part and inside it", () => {
    malformed("vendorIdentifyingVendorClass", ["", "00000137", "00000137 01", "00000137 0102", "00000137 02 0261"]);
    malformed("vendorIdentifyingVendorSpecificInformation", ["00000137 0101", "00000137 03 010261"]);
    expect(
      readOption(packetWith("vendorIdentifyingVendorClass", "00000137 02 0261"), "vendorIdentifyingVendorClass"),
    ).toMatchObject({
      fault: { code: "truncated", at: 5 },
    });
  });
});

describe("numbers and lists", () => {
  test("signs, bounds and lengths", () => {
    expect(optionValue(packetWith("timeOffset", "80000000"), "timeOffset")).toBe(-(2 ** 31));
    expect(optionValue(packetWith("timeOffset", "7fffffff"), "timeOffset")).toBe(2 ** 31 - 1);
    malformed("timeOffset", ["", "000000", "0000000000"]);
    malformed("interfaceMtu", ["0043", "00"]);
    expect(optionValue(packetWith("interfaceMtu", "0044"), "interfaceMtu")).toBe(68);
    malformed("messageType", ["00", "0101", ""]);
    malformed("ipForwarding", ["02", "", "0101"]);
    malformed("pathMtuPlateauTable", ["00440043", "004400"]);
    malformed("router", ["", "0a0000", "0a0000010a"]);
    malformed("policyFilter", ["0a000001", ""]);
    malformed("rapidCommit", ["00"]);
    malformed("clientIdentifier", ["", "01"]);
    malformed("pxelinuxMagic", ["f10074", "f100747e00"]);
    refuses("router", [[], ["10.0.0.1", "10.0.0"]]);
    refuses("pathMtuPlateauTable", [[68, 67]]);
    refuses("maximumMessageSize", [-1, 65536, 1.5, Number.NaN]);
  });

  test("written octets are a copy of the value", () => {
    const value = hex("f100747e");
    const written = encodeOption("pxelinuxMagic", value);
    value[0] = 0;
    expect(octetsOf(written)).toBe("f100747e");
    expect(optionByCode(208)?.name).toBe("pxelinuxMagic");
  });
});
