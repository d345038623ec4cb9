import { describe, expect, test } from "vitest";
import {
  architectureByCode,
  architectureByName,
  architectures,
  createPacket,
  decodeText,
  encodeOption,
  encodeOptions,
  encodeText,
  fieldText,
  formatHex,
  formatIpv4,
  formatMac,
  formatUuid,
  hardwareAddress,
  ipxeFeatures,
  messageTypeName,
  messageTypes,
  OPTIONS,
  optionByCode,
  optionValue,
  parseIpv4,
  parseMac,
  parseUuid,
  quote,
  swapUuid,
} from "../src/index.ts";
import { capturedPacket, decoded, hex, toHex } from "./support.ts";

test("IPv4 addresses", () => {
  for (const [number, text] of [
    [0, "0.0.0.0"],
    [0xc0a80b6d, "192.168.11.109"],
    [0xffffffff, "255.255.255.255"],
    [0x01000000, "1.0.0.0"],
    [1, "0.0.0.1"],
  ] as const) {
    expect(formatIpv4(number)).toBe(text);
    expect(parseIpv4(text)).toBe(number);
  }
  const wrong = [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.4.",
    ".1.2.3.4",
    "1..3.4",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.4 ",
    "1.2.3.+",
    "a.b.c.d",
    "1.2.3.00",
    "1111.2.3.4",
    "1234567",
    "0.0.0.0.0",
  ];
  for (const text of wrong) expect(parseIpv4(text)).toBeUndefined();
});

test("hardware addresses and hexadecimal", () => {
  expect(formatMac(hex("525400ae0001"))).toBe("52:54:00:ae:00:01");
  expect(formatHex(hex("00ff0a"))).toBe("00ff0a");
  expect(formatMac(new Uint8Array(0))).toBe("");
  for (const text of ["52:54:00:ae:00:01", "52-54-00-AE-00-01", "525400ae0001"]) {
    expect(parseMac(text)).toEqual(hex("525400ae0001"));
  }
  for (const text of [
    "",
    "52:54:00:ae:00",
    "52:54:00:ae:00:01:02",
    "52:54-00:ae:00:01",
    "5g:54:00:ae:00:01",
    "5254.00ae.0001",
    "52:5400ae0001",
  ]) {
    expect(parseMac(text)).toBeUndefined();
  }
  expect(toHex(hardwareAddress(createPacket({ hlen: 3, chaddr: hex("0102030405") })))).toBe("010203");
});

test("UUIDs in both byte orders", () => {
  const octets = hex("33221100554477668899aabbccddeeff");
  expect(formatUuid(octets, "little-endian")).toBe("00112233-4455-6677-8899-aabbccddeeff");
  expect(formatUuid(octets, "big-endian")).toBe("33221100-5544-7766-8899-aabbccddeeff");
  expect(parseUuid("00112233-4455-6677-8899-AABBCCDDEEFF", "little-endian")).toEqual(octets);
  expect(parseUuid("33221100-5544-7766-8899-aabbccddeeff", "big-endian")).toEqual(octets);
  expect(swapUuid("33221100-5544-7766-8899-aabbccddeeff")).toBe("00112233-4455-6677-8899-aabbccddeeff");
  for (const text of [
    "",
    "0011223344556677-8899-aabbccddeeff",
    "00112233-4455-6677-8899-aabbccddeef",
    "00112233-4455-6677-8899-aabbccddeeffa",
  ]) {
    expect(parseUuid(text, "big-endian")).toBeUndefined();
    expect(swapUuid(text)).toBeUndefined();
  }
});

describe("text", () => {
  test.each([
    ["61", "a"],
    ["c3bc", "ü"],
    ["dfbf", "\u07ff"],
    ["e0a080", "\u0800"],
    ["e282ac", "€"],
    ["efbfbf", "\uffff"],
    ["f0908080", "\u{10000}"],
    ["f09f9880", "😀"],
    ["f48fbfbf", "\u{10ffff}"],
    ["ff61", "\udcffa"],
    ["c3", "\udcc3"],
    ["c361", "\udcc3a"],
    ["80bf", "\udc80\udcbf"],
    ["c080", "\udcc0\udc80"],
    ["c1bf", "\udcc1\udcbf"],
    ["e09fbf", "\udce0\udc9f\udcbf"],
    ["e282", "\udce2\udc82"],
    ["eda080", "\udced\udca0\udc80"],
    ["edbfbf", "\udced\udcbf\udcbf"],
    ["f08fbfbf", "\udcf0\udc8f\udcbf\udcbf"],
    ["f4908080", "\udcf4\udc90\udc80\udc80"],
    ["f5808080", "\udcf5\udc80\udc80\udc80"],
    ["ed9fbf", "\ud7ff"],
    ["ee8080", "\ue000"],
  ])("%s", (octets, text) => {
    expect(decodeText(hex(octets))).toBe(text);
    expect(encodeText(text)).toEqual(hex(octets));
  });

  test("lone surrogates that no octets give", () => {
    for (const text of ["\ud800", "\udfff", "\udc7f", "\udd00", "a\udbff", "\udcc3\udcbc"]) {
      expect(encodeText(text)).toBeUndefined();
    }
  });

  test("a field ends at its first NUL, or at its end", () => {
    expect(fieldText(hex("616200ff"))).toBe("ab");
    expect(fieldText(hex("6162"))).toBe("ab");
    expect(fieldText(hex("0061"))).toBe("");
  });

  test("quoting", () => {
    expect(quote('a"\\\n\u007f\u0085\u2028\u202e\udcff😀ü')).toBe(
      '"a\\"\\\\\\x0a\\x7f\\u{85}\\u{2028}\\u{202e}\\xff😀ü"',
    );
    expect(quote("\ud800\u0000")).toBe('"\\u{d800}\\x00"');
  });
});

test("NULs at the end of text are dropped when read, and written where boot ROMs need one", () => {
  const read = (options: [number, string][]) => ({
    options: new Map(options.map(([code, octets]) => [code, hex(octets)])),
  });
  expect(optionValue(read([[67, "610000"]]), "bootFileName")).toBe("a");
  expect(optionValue(read([[67, "61"]]), "bootFileName")).toBe("a");
  expect(optionValue(read([[67, "610062"]]), "bootFileName")).toBe("a\0b");
  expect(optionValue(read([[67, "0000"]]), "bootFileName")).toBeUndefined();
  expect(optionValue(read([[60, "6100"]]), "vendorClassIdentifier")).toBe("a");
  expect(encodeOption("bootFileName", "a")).toEqual({ ok: true, bytes: hex("6100") });
  expect(encodeOption("tftpServerName", "a")).toEqual({ ok: true, bytes: hex("6100") });
  expect(encodeOption("vendorClassIdentifier", "a")).toEqual({ ok: true, bytes: hex("61") });
  expect(encodeOption("bootFileName", "")).toMatchObject({ ok: false, fault: { code: "bad-value" } });
  expect(encodeOption("bootFileName", "a\0")).toMatchObject({ ok: false, fault: { code: "bad-value" } });
});

test("several options at once, in the order of the keys, or the first that is wrong", () => {
  const built = encodeOptions({ router: ["10.0.0.1"], messageType: messageTypes.OFFER, hostName: undefined });
  expect(built).toEqual({
    ok: true,
    options: new Map([
      [3, hex("0a000001")],
      [53, hex("02")],
    ]),
  });
  expect(built.ok && [...built.options.keys()]).toEqual([3, 53]);
  expect(encodeOptions({ messageType: 1, router: ["10.0.0"] })).toEqual({
    ok: false,
    option: "router",
    fault: { code: "bad-value", at: 0, expected: "a list of at least 1, 4 octets each" },
  });
});

test("the table of options", () => {
  const codes = Object.values(OPTIONS).map((row) => row.code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const [name, row] of Object.entries(OPTIONS)) {
    expect(row.name).toBe(name);
    expect(optionByCode(row.code)).toBe(row);
    expect(row.section).toMatch(/^(RFC \d{3,4}( §\d+(\.\d+)*)?|iPXE dhcp\.h|MS-DHCPE §.+|private use)$/);
  }
  expect(optionByCode(224)).toBeUndefined();
  expect(OPTIONS.bootFileName.code).toBe(67);
});

test("message types by name and by number", () => {
  expect(messageTypes.DISCOVER).toBe(1);
  expect(messageTypeName(8)).toBe("INFORM");
  expect(messageTypeName(0)).toBeUndefined();
  for (const [name, code] of Object.entries(messageTypes)) expect(messageTypeName(code)).toBe(name);
  expect(Object.values(messageTypes)).toEqual(Array.from({ length: 18 }, (_, i) => i + 1));
});

test("the architectures of the registry", () => {
  expect(architectures.map((one) => one.code)).toEqual(Array.from({ length: 42 }, (_, i) => i));
  expect(new Set(architectures.map((one) => one.name)).size).toBe(42);
  const http = architectures.filter((one) => one.http).map((one) => one.code);
  expect(http).toEqual([15, 16, 17, 18, 19, 20, 23, 24, 26, 28, 30, 38, 40]);
  for (const one of architectures) {
    expect(architectureByName(one.name)).toBe(one);
    expect(architectureByCode(one.code)).toBe(one);
    expect(one.description.includes("HTTP")).toBe(one.http);
  }
  const names = Object.fromEntries(architectures.map((one) => [one.name, one.code]));
  expect(names).toMatchObject({
    "x86-bios": 0,
    "ia32-uefi": 6,
    "x64-uefi": 7,
    ebc: 9,
    "arm32-uefi": 10,
    "arm64-uefi": 11,
  });
  expect(names).toMatchObject({
    "x64-uefi-http": 16,
    "arm64-uboot": 22,
    "riscv64-uefi": 27,
    "loongarch64-uefi": 39,
    "arm-rpiboot": 41,
  });
  expect(architectureByCode(42)).toBeUndefined();
  expect(architectureByName("x64")).toBeUndefined();
});

test("what a captured iPXE says about itself", () => {
  const packet = decoded(capturedPacket("01-bios-e1000-pxelinux-memtest", "DISCOVER", "client"));
  const options = optionValue(packet, "etherboot") ?? {};
  expect(options).toMatchObject({ version: "1.0.0", busIdentifier: hex("018086100e") });
  expect(ipxeFeatures(options)).toEqual([
    "pxeExtensions",
    "iscsi",
    "aoe",
    "http",
    "tftp",
    "dns",
    "bzimage",
    "multiboot",
    "pxe",
    "elf",
    "menu",
    "nfs",
  ]);
  expect(ipxeFeatures({ http: 0, efi: 1 })).toEqual(["efi"]);
  expect(encodeOption("etherboot", { version: "1.21" }).ok).toBe(false);
  expect(encodeOption("etherboot", { version: "1.21.256" }).ok).toBe(false);
});
