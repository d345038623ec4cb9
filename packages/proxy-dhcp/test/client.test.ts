import { describe, expect, it } from "vitest";
import { identify } from "../src/core/client.ts";
import { capture } from "./captures.ts";
import { clientOf, decoded, requestWith, text, type } from "./support.ts";

function bootClass(value: string) {
  return text(value);
}

function reasonFor(changes: Parameters<typeof requestWith>[0]) {
  const result = identify(requestWith(changes));
  return result.ok ? "a boot client" : result.reason;
}

describe("identify", () => {
  it("knows the machine of the vectors", () => {
    expect(clientOf(requestWith())).toEqual({
      mac: "52:54:00:12:34:56",
      hardwareType: 1,
      uuid: "00112233-4455-6677-8899-aabbccddeeff",
      uuidBigEndian: "33221100-5544-7766-8899-aabbccddeeff",
      arch: expect.objectContaining({ code: 7, name: "x64-uefi" }),
      archCodes: [7],
      firmware: "uefi",
      vendorClass: "PXEClient:Arch:00007:UNDI:003016",
      matchedClass: "PXEClient",
      http: false,
      userClasses: [],
    });
  });

  it.each([
    ["not-a-request", { op: 0 }],
    ["not-a-request", { op: 2 }],
    ["not-a-request", { op: 3 }],
    ["no-message-type", { options: { 53: undefined } }],
    ["no-message-type", { options: { 53: "0101" } }],
    ["no-vendor-class", { options: { 60: undefined } }],
    ["other-vendor-class", { options: { 60: text("PXEServer") } }],
    ["other-vendor-class", { options: { 60: text("U-Boot.armv8") } }],
    ["other-vendor-class", { options: { 60: text("AAPLBSDPC/i386/iMac") } }],
    ["other-vendor-class", { options: { 60: text("aPXEClient") } }],
    ["bad-hardware-address", { hlen: 7 }],
    ["bad-hardware-address", { hlen: 0 }],
    ["bad-hardware-address", { hlen: 16 }],
    ["bad-hardware-address", { htype: 0 }],
    ["a boot client", { htype: 0, hlen: 0 }],
    ["a boot client", { htype: 32, hlen: 0 }],
  ] as const)("%s: %j", (reason, changes) => {
    expect(reasonFor(changes)).toBe(reason);
  });

  it("names a MAC only for six bytes of Ethernet or IEEE 802", () => {
    expect(clientOf(requestWith({ htype: 6 })).mac).toBe("52:54:00:12:34:56");
    expect(clientOf(requestWith({ htype: 32, hlen: 0 })).mac).toBeUndefined();
    expect(clientOf(requestWith({ htype: 24, hlen: 6 })).mac).toBeUndefined();
  });

  it("takes the UUID in chaddr for an address, when option 97 says the same", () => {
    const chaddr = Uint8Array.from(requestWith().options.get(97)?.subarray(1) ?? []);
    expect(clientOf(requestWith({ hlen: 16, chaddr })).mac).toBeUndefined();
    expect(reasonFor({ hlen: 15, chaddr })).toBe("bad-hardware-address");
    chaddr[15] = 0;
    expect(reasonFor({ hlen: 16, chaddr })).toBe("bad-hardware-address");
    expect(reasonFor({ hlen: 16, chaddr, options: { 97: undefined } })).toBe("bad-hardware-address");
  });

  it("serves further vendor classes by their prefix", () => {
    const huawei = requestWith({ options: { 60: bootClass("HW-Client:Arch:00011") } });
    expect(clientOf(huawei, ["HW-Client"])).toMatchObject({ matchedClass: "HW-Client", http: false });
    expect(clientOf(requestWith(), ["PXE"]).matchedClass).toBe("PXEClient");
  });

  it.each([
    ["a list", "00070010", [7, 16], 7, "PXEClient"],
    ["a list, for HTTP", "00070010", [7, 16], 16, "HTTPClient"],
    ["an unknown first entry", "01f40007", [500, 7], 7, "PXEClient"],
    ["a single HTTP entry in a PXE request", "0010", [16], 16, "PXEClient"],
    ["an odd length: option 60 says it", "000700", [11], 11, "PXEClient:Arch:00011"],
    ["none: option 60 says it", undefined, [11], 11, "PXEClient:Arch:00011:UNDI:003016"],
    ["an unknown entry", "01f4", [500], undefined, "PXEClient:Arch:00011"],
    ["nothing at all", undefined, [], undefined, "PXEClient"],
    ["too few digits", undefined, [], undefined, "PXEClient:Arch:7"],
  ] as const)("architecture from %s", (_name, option93, codes, code, vendorClass) => {
    const client = clientOf(requestWith({ options: { 93: option93, 60: text(vendorClass) } }));
    expect(client.archCodes).toEqual(codes);
    expect(client.arch?.code).toBe(code);
  });

  it.each([
    ["0000", "PXEClient", "bios"],
    ["0006", "PXEClient", "uefi"],
    ["0009", "PXEClient", "uefi"],
    ["000b", "PXEClient", "uefi"],
    ["0010", "HTTPClient", "uefi-http"],
    ["0007", "HTTPClient", "uefi-http"],
    ["0014", "HTTPClient", "uefi-http"],
    ["0010", "PXEClient", "uefi"],
    ["0014", "PXEClient", "bios"],
    ["0016", "PXEClient", "u-boot"],
    ["0018", "PXEClient", "u-boot"],
    ["0018", "HTTPClient", "uefi-http"],
    ["000e", "PXEClient", "other"],
    ["0027", "PXEClient", "uefi"],
  ] as const)("architecture %s as %s is %s", (arch, vendorClass, firmware) => {
    expect(clientOf(requestWith({ options: { 93: arch, 60: text(vendorClass) } })).firmware).toBe(firmware);
  });

  it("knows U-Boot by its name, and as UEFI by what it does not ask for", () => {
    const asUefi = { 55: "01 03 06 0c 11", 60: text("PXEClient:Arch:00011:UNDI:003000"), 93: "000b" };
    expect(clientOf(requestWith({ options: asUefi }))).toMatchObject({
      firmware: "u-boot",
      arch: { name: "arm64-uefi" },
    });
    for (const bootOption of ["2b", "3c", "42", "43"]) {
      expect(clientOf(requestWith({ options: { ...asUefi, 55: `0103${bootOption}` } })).firmware).toBe("uefi");
    }
    expect(clientOf(requestWith({ options: { ...asUefi, 55: undefined } })).firmware).toBe("uefi");
    expect(clientOf(requestWith({ options: { ...asUefi, 93: "0000" } })).firmware).toBe("bios");
    expect(clientOf(requestWith({ options: { ...asUefi, 60: text("HTTPClient") } })).firmware).toBe("uefi-http");
    // U-Boot for RISC-V names no architecture as itself.
    const nameless = requestWith({ options: { 60: text("U-Boot"), 93: undefined } });
    expect(clientOf(nameless, ["U-Boot"])).toMatchObject({ firmware: "u-boot", archCodes: [] });
  });

  it("knows iPXE by its user class, raw or counted, and by option 175", () => {
    const raw = clientOf(requestWith({ options: { 77: text("iPXE") } }));
    expect(raw).toMatchObject({ firmware: "ipxe", userClasses: ["iPXE"], ipxe: { features: [] } });
    const counted = clientOf(requestWith({ options: { 77: "046950584503 6c6162" } }));
    expect(counted).toMatchObject({ firmware: "ipxe", userClasses: ["iPXE", "lab"] });
    const etherboot = clientOf(requestWith({ options: { 175: "eb03010501 130101 270101 140100" } }));
    expect(etherboot).toMatchObject({ firmware: "ipxe", ipxe: { version: "1.5.1", features: ["http", "menu"] } });
    expect(clientOf(requestWith({ options: { 175: "13ff" } })).ipxe).toEqual({ features: [] });
    for (const other of ["iPXE2", "ipxe", "xiPXE"]) {
      const client = clientOf(requestWith({ options: { 77: text(other) } }));
      expect(client.firmware).toBe("uefi");
      expect(client.ipxe).toBeUndefined();
    }
    expect(clientOf(requestWith({ options: { 60: text("HTTPClient"), 77: text("iPXE") } })).firmware).toBe("uefi-http");
  });

  it("reads the features of a captured iPXE", () => {
    const frame = capture("01-bios-e1000-pxelinux-memtest")[0];
    const client = clientOf(decoded(frame?.bytes ?? new Uint8Array(0)));
    expect(client.ipxe?.version).toBe("1.0.0");
    expect(client.ipxe?.features).toEqual(expect.arrayContaining(["http", "tftp", "dns", "menu", "pxe"]));
    expect(client.ipxe?.features).not.toContain("https");
    // QEMU without a UUID sends zeros.
    expect(client.uuid).toBeUndefined();
    expect(client.uuidBigEndian).toBeUndefined();
  });

  it("has address, relay and host name", () => {
    const request = { ciaddr: "192.168.1.57", giaddr: "10.0.0.1", options: { 12: text("pc1"), 53: type.request } };
    expect(clientOf(requestWith(request))).toMatchObject({
      address: "192.168.1.57",
      relay: "10.0.0.1",
      hostName: "pc1",
    });
    expect(clientOf(requestWith({ ciaddr: "192.168.1.57" })).address).toBeUndefined();
    const renewing = requestWith({ ciaddr: "192.168.1.57", options: { 53: type.request, 50: "c0a80139" } });
    expect(clientOf(renewing).address).toBeUndefined();
  });
});
