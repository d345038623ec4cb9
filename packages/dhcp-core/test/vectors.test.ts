import { describe, expect, test } from "vitest";
import {
  createPacket,
  decodePxeOptions,
  encodeOption,
  encodeOptions,
  encodePxeOptions,
  optionValue,
  readOption,
  swapUuid,
} from "../src/index.ts";
import { datagram, decoded, encoded, hex, octetsOf, toHex, unwrap } from "./support.ts";

const MENU =
  "06 01 03 0a 04 00 50 58 45 08 07 80 00 01 c0 a8 01 0a 09 0f 80 00 0c 4e 65 74 77 6f 72 6b 20 62 6f 6f 74 ff";
const PI = "06 01 03 0a 04 00 50 58 45 09 14 00 00 11 52 61 73 70 62 65 72 72 79 20 50 69 20 42 6f 6f 74 ff";
const PI_3B =
  "06 01 03 0a 04 00 50 58 45 09 17 00 00 14 52 61 73 70 62 65 72 72 79 20 50 69 20 42 6f 6f 74 20 20 20 ff";
const MACHINE = "61 11 00 33 22 11 00 55 44 77 66 88 99 aa bb cc dd ee ff";
const UUID = "00112233-4455-6677-8899-aabbccddeeff";

const withOptions = (options: string) => decoded(datagram({ options }));
const compact = (digits: string) => digits.replaceAll(" ", "");

describe("option 43 as PXE writes it", () => {
  test("a menu of one item, as dnsmasq builds it", () => {
    const value = {
      discoveryControl: 3,
      menuPrompt: { timeout: 0, text: "PXE" },
      bootServers: [{ type: 0x8000, addresses: ["192.168.1.10"] }],
      bootMenu: [{ type: 0x8000, text: "Network boot" }],
    };
    expect(unwrap(decodePxeOptions(hex(MENU)))).toEqual(value);
    expect(octetsOf(encodePxeOptions(value))).toBe(compact(MENU));
    expect(withOptions(`2b24${MENU} ff`).options.get(43)).toEqual(hex(MENU));
  });

  test("boot the file in this packet, with and without discovery", () => {
    expect(octetsOf(encodePxeOptions({ discoveryControl: 8 }))).toBe("060108ff");
    expect(octetsOf(encodePxeOptions({ discoveryControl: 0x0b }))).toBe("06010bff");
  });

  test("the boot item of a boot server request, plain and asking for credentials", () => {
    expect(unwrap(decodePxeOptions(hex("47 04 80 00 00 00 ff")))).toEqual({ bootItem: { type: 0x8000, layer: 0 } });
    expect(unwrap(decodePxeOptions(hex("47 04 80 00 80 00 ff")))).toEqual({
      bootItem: { type: 0x8000, layer: 0x8000 },
    });
    expect(octetsOf(encodePxeOptions({ bootItem: { type: 0x8000, layer: 0 } }))).toBe("470480000000ff");
  });

  test.each([
    ["Raspberry Pi Boot", PI],
    ["Raspberry Pi Boot   ", PI_3B],
  ])("the Raspberry Pi reply with %j", (text, octets) => {
    const value = { discoveryControl: 3, menuPrompt: { timeout: 0, text: "PXE" }, bootMenu: [{ type: 0, text }] };
    expect(octetsOf(encodePxeOptions(value))).toBe(compact(octets));
    expect(unwrap(decodePxeOptions(hex(octets)))).toEqual(value);
  });
});

describe("identity options", () => {
  test.each([
    ["4d 04 69 50 58 45", { form: "raw", classes: ["iPXE"] }],
    ["4d 05 04 69 50 58 45", { form: "counted", classes: ["iPXE"] }],
    ["4d 09 04 69 50 58 45 03 6c 61 62", { form: "counted", classes: ["iPXE", "lab"] }],
    ["4d 05 09 69 50 58 45", { form: "raw", classes: ["\tiPXE"] }],
  ] as const)("user class %s", (option, value) => {
    expect(optionValue(withOptions(`${option} ff`), "userClass")).toEqual(value);
    expect(octetsOf(encodeOption("userClass", value))).toBe(compact(option).slice(4));
  });

  test("option 97 ends in ff, which is no END", () => {
    const packet = withOptions(`${MACHINE} 350101 ff`);
    expect(optionValue(packet, "clientMachineIdentifier")).toBe(UUID);
    expect(swapUuid(UUID)).toBe("33221100-5544-7766-8899-aabbccddeeff");
    expect(optionValue(packet, "messageType")).toBe(1);
    expect(octetsOf(encodeOption("clientMachineIdentifier", UUID))).toBe(compact(MACHINE).slice(4));
  });

  test("options 93 and 94", () => {
    expect(optionValue(withOptions("5d 02 00 07 ff"), "clientArch")).toEqual([7]);
    expect(optionValue(withOptions("5d 04 00 07 00 10 ff"), "clientArch")).toEqual([7, 16]);
    expect(optionValue(withOptions("5e 03 01 03 10 ff"), "clientNetworkInterface")).toEqual({
      type: 1,
      major: 3,
      minor: 16,
    });
    const odd = withOptions("5d 03 00 07 00 ff");
    expect(optionValue(odd, "clientArch")).toBeUndefined();
    expect(readOption(odd, "clientArch")).toEqual({
      state: "malformed",
      bytes: hex("000700"),
      fault: { code: "bad-length", at: 3, expected: "a list of at least 1, 2 octets each" },
    });
    expect(readOption(odd, "clientNetworkInterface")).toEqual({ state: "absent" });
    expect(readOption(withOptions("5d 02 00 07 ff"), "clientArch")).toEqual({
      state: "present",
      value: [7],
      bytes: hex("0007"),
    });
  });

  test.each([
    [
      "3c 20 50 58 45 43 6c 69 65 6e 74 3a 41 72 63 68 3a 30 30 30 30 37 3a 55 4e 44 49 3a 30 30 33 30 31 36",
      "PXEClient:Arch:00007:UNDI:003016",
    ],
    [
      "3c 21 48 54 54 50 43 6c 69 65 6e 74 3a 41 72 63 68 3a 30 30 30 31 36 3a 55 4e 44 49 3a 30 30 33 30 30 31",
      "HTTPClient:Arch:00016:UNDI:003001",
    ],
    ["3c 09 50 58 45 43 6c 69 65 6e 74", "PXEClient"],
    ["3c 0a 48 54 54 50 43 6c 69 65 6e 74", "HTTPClient"],
  ])("vendor class %s", (option, value) => {
    expect(optionValue(withOptions(`${option} ff`), "vendorClassIdentifier")).toBe(value);
    expect(octetsOf(encodeOption("vendorClassIdentifier", value))).toBe(compact(option).slice(4));
  });

  test("the option 175 of a server", () => {
    expect(optionValue(withOptions("af 03 b0 01 01 ff"), "etherboot")).toEqual({ noPxeDhcp: true });
    expect(optionValue(withOptions("af 03 01 01 0a ff"), "etherboot")).toEqual({ priority: 10 });
    expect(octetsOf(encodeOption("etherboot", { priority: 10, noPxeDhcp: true }))).toBe("01010ab00101");
    expect(octetsOf(encodeOption("etherboot", { priority: -1 }))).toBe("0101ff");
  });
});

describe("long options and overload", () => {
  test("the example of RFC 3396 §8", () => {
    const packet = withOptions("43 07 2f 64 69 73 6b 6c 65 43 06 73 73 2f 66 6f 6f ff");
    expect(optionValue(packet, "bootFileName")).toBe("/diskless/foo");
  });

  test("300 octets of option 43", () => {
    const packet = withOptions(`2b ff ${"01".repeat(255)} 2b 2d ${"02".repeat(45)} ff`);
    expect(packet.options.get(43)).toEqual(hex("01".repeat(255) + "02".repeat(45)));
  });

  test("file holds option 67", () => {
    const packet = decoded(
      datagram({
        options: "34 01 01 35 01 02 36 04 c0 a8 01 0a 3c 09 50 58 45 43 6c 69 65 6e 74 ff",
        file: "43 09 69 70 78 65 2e 65 66 69 00 ff",
      }),
    );
    expect(optionValue(packet, "bootFileName")).toBe("ipxe.efi");
    expect([...packet.options.keys()]).toEqual([53, 54, 60, 67]);
    expect(packet.notes).toEqual([{ code: "overload", value: 1 }]);
  });

  test("the aggregate order is options, file, sname", () => {
    const packet = decoded(datagram({ options: "34 01 03 2b 02 06 01 ff", file: "2b 01 08 ff", sname: "2b 01 ff ff" }));
    expect(packet.options.get(43)).toEqual(hex("060108ff"));
    expect(unwrap(decodePxeOptions(hex("060108ff")))).toEqual({ discoveryControl: 8 });
  });

  test("option 82 goes out last and unchanged", () => {
    const relay = "52 10 01 04 00 04 00 01 02 08 00 06 02 00 00 00 00 01";
    const packet = withOptions(`${relay} 350101 ff`);
    expect(optionValue(packet, "relayAgentInformation")).toEqual({
      circuitId: hex("00040001"),
      remoteId: hex("0006020000000001"),
    });
    expect(toHex(encoded(packet).subarray(240)).replace(/(00)+$/, "")).toBe(`350101${compact(relay)}ff`);
  });
});

describe("whole messages", () => {
  const discover = `35 01 01 39 02 05 c0 37 0e 01 03 2b 3c 42 43 80 81 82 83 84 85 86 87 ${MACHINE} 5e 03 01 03 10
    5d 02 00 07 3c 20 50 58 45 43 6c 69 65 6e 74 3a 41 72 63 68 3a 30 30 30 30 37 3a 55 4e 44 49 3a 30 30 33 30 31 36 ff`;

  test("the DISCOVER of an edk2 for x64", () => {
    const packet = withOptions(discover);
    expect(optionValue(packet, "messageType")).toBe(1);
    expect(optionValue(packet, "maximumMessageSize")).toBe(1472);
    expect(optionValue(packet, "parameterRequestList")).toEqual([
      1, 3, 43, 60, 66, 67, 128, 129, 130, 131, 132, 133, 134, 135,
    ]);
    expect(optionValue(packet, "clientMachineIdentifier")).toBe(UUID);
    expect(optionValue(packet, "clientArch")).toEqual([7]);
    expect(packet.notes).toEqual([]);
    expect(toHex(encoded(packet).subarray(240))).toBe(compact(discover).replace(/\s/g, ""));
  });

  test("the smallest OFFER of a proxy, 300 octets", () => {
    const options = encodeOptions({
      messageType: 2,
      serverIdentifier: "192.168.1.10",
      vendorClassIdentifier: "PXEClient",
      clientMachineIdentifier: UUID,
      bootFileName: undefined,
    });
    if (!options.ok) throw new Error(options.option);
    const offer = createPacket({
      op: 2,
      xid: 0x39a0f3d1,
      flags: 0x8000,
      siaddr: "192.168.1.10",
      chaddr: hex("525400123456"),
      sname: hex("3139322e3136382e312e3130"),
      file: hex("697078652e656669"),
      options: options.options,
    });
    const expected = new Uint8Array(300);
    expected.set(
      hex("02 01 06 00 39 a0 f3 d1 00 00 80 00 00 00 00 00 00 00 00 00 c0 a8 01 0a 00 00 00 00 52 54 00 12 34 56"),
    );
    expected.set(hex("31 39 32 2e 31 36 38 2e 31 2e 31 30"), 44);
    expected.set(hex("69 70 78 65 2e 65 66 69"), 108);
    expected.set(hex(`63 82 53 63 35 01 02 36 04 c0 a8 01 0a 3c 09 50 58 45 43 6c 69 65 6e 74 ${MACHINE} ff`), 236);
    expect(toHex(encoded(offer))).toBe(toHex(expected));
  });

  test("the options of an HTTP Boot OFFER", () => {
    const options = encodeOptions({
      messageType: 2,
      serverIdentifier: "192.168.1.10",
      vendorClassIdentifier: "HTTPClient",
      bootFileName: "http://192.168.1.10/efi/bootx64.efi",
    });
    if (!options.ok) throw new Error(options.option);
    const bytes = encoded(createPacket({ options: options.options }));
    expect(toHex(bytes.subarray(240))).toBe(
      compact(
        "35 01 02 36 04 c0 a8 01 0a 3c 0a 48 54 54 50 43 6c 69 65 6e 74 43 24 68 74 74 70 3a 2f 2f 31 39 32 2e 31 36 38 2e 31 2e 31 30 2f 65 66 69 2f 62 6f 6f 74 78 36 34 2e 65 66 69 00 ff",
      ),
    );
  });
});
