import { formatMac } from "@bootlace/dhcp-core";
import { describe, expect, it, test } from "vitest";
import { compose, ordinaryDiscover, pxeDiscover } from "../src/core/compose.ts";
import { pxeOptions } from "../src/core/fields.ts";
import type { Identity, MessageParts, ModelName } from "../src/core/model.ts";
import { models } from "../src/core/models.ts";
import { type Captured, capture, decoded } from "./support.ts";

const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** What a captured machine sent, composed by the model. */
function said(name: ModelName, one: Captured) {
  const packet = decoded(one.bytes);
  const address = (code: number) => packet.options.get(code)?.join(".") ?? "0.0.0.0";
  const item = pxeOptions(packet).bootItem;
  const purpose =
    one.type === "DISCOVER" ? "discover" : one.dport === 67 ? "request" : item === undefined ? "pxe" : "item";
  const parts: MessageParts = { purpose, server: address(54), address: address(50), type: item?.type ?? 0 };
  const who: Identity = {
    mac: formatMac(packet.chaddr.subarray(0, 6)),
    machine: packet.options.get(97) ?? new Uint8Array(17),
    architecture: packet.options.get(93)?.[1] ?? 0,
  };
  return { purpose, bytes: compose(models[name], who, { ...parts, xid: packet.xid, ciaddr: packet.ciaddr }).bytes };
}

function clientsOf(label: string, keep: (one: Captured) => boolean): readonly Captured[] {
  return capture(label).filter((one) => one.role === "client" && keep(one));
}
const hasOption = (code: number, words: string) => (one: Captured) =>
  Buffer.from(decoded(one.bytes).options.get(code) ?? [])
    .toString("latin1")
    .startsWith(words);

describe("the models send what the firmware was captured to send, byte by byte", () => {
  it.each<[ModelName, string, (one: Captured) => boolean, string]>([
    ["edk2-pxe", "02a-uefi-x64-syslinux", hasOption(60, "PXEClient"), "discover request pxe"],
    ["edk2-pxe", "05f-uefi-menu-F8-third-item", hasOption(60, "PXEClient"), "discover request pxe item"],
    ["edk2-http", "03-s01-file", hasOption(60, "HTTPClient"), "discover request"],
    ["ipxe", "01-bios-e1000-pxelinux-memtest", hasOption(77, "iPXE"), "discover request item"],
    ["ipxe", "01c-bios-ipxe-4011-siaddr0-rejected", hasOption(77, "iPXE"), "discover request pxe"],
    ["ipxe", "02c-uefi-x64-snponly-userclass-script", hasOption(77, "iPXE"), "discover request pxe"],
  ])("%s in %s", (name, label, keep, purposes) => {
    const seen: string[] = [];
    for (const one of clientsOf(label, keep)) {
      const { purpose, bytes } = said(name, one);
      // iPXE counts `secs` on when it repeats itself, and a later boot of the same capture may begin elsewhere.
      if (seen.includes(purpose)) continue;
      seen.push(purpose);
      // The machine of 01c has a virtio card, the model an e1000.
      const captured = toHex(one.bytes).replace(label.startsWith("01c") ? "1af41000" : /$^/, "8086100e");
      expect(toHex(bytes), purpose).toBe(captured);
    }
    expect(seen.join(" ")).toBe(purposes);
  });

  test("U-Boot's DISCOVER and REQUEST have the options of the capture, in their order", () => {
    const [discover, request] = clientsOf("07a-uboot-arm64-dhcp-proxy", () => true);
    if (discover === undefined || request === undefined) throw new Error("no capture");
    for (const one of [discover, request]) {
      const made = decoded(said("u-boot", one).bytes);
      const options = (packet: typeof made) => Array.from(packet.options, ([code, bytes]) => [code, toHex(bytes)]);
      expect(options(made)).toEqual(options(decoded(one.bytes)));
    }
  });
});

describe("what a Raspberry Pi says", () => {
  const optionsOf = (name: ModelName, purpose: MessageParts["purpose"] = "discover") =>
    compose(models[name], { mac: "dc:a6:32:01:36:c2" }, { purpose, xid: 1 }).packet.options;

  test("it says that it is an x86 BIOS; a Pi 3 has no serial number, a Pi 4 names itself", () => {
    expect(toHex(optionsOf("raspberry-pi-3").get(97) ?? new Uint8Array())).toBe(`00${"44".repeat(16)}`);
    expect(toHex(optionsOf("raspberry-pi-4").get(97) ?? new Uint8Array())).toMatch(/^00525069341131c000320136c2/);
    expect(optionsOf("raspberry-pi-4").get(97)).toHaveLength(17);
    expect(toHex(optionsOf("raspberry-pi-4").get(93) ?? new Uint8Array())).toBe("0000");
  });

  test("its REQUEST has no vendor class", () => {
    expect(optionsOf("raspberry-pi-4").has(60)).toBe(true);
    expect(optionsOf("raspberry-pi-4", "request").has(60)).toBe(false);
  });
});

describe("made-up clients", () => {
  test("a PXE client has the values that it was given", () => {
    const bytes = pxeDiscover({
      mac: "52:54:00:ae:00:31",
      xid: 7,
      vendorClass: "PXEClient:Arch:00999",
      architecture: 999,
    });
    const { xid, flags, options } = decoded(bytes);
    expect([xid, flags, [...options.keys()]]).toEqual([7, 0x8000, [53, 55, 57, 60, 93, 94, 97]]);
    expect(toHex(options.get(93) ?? new Uint8Array())).toBe("03e7");
    expect(toHex(options.get(97) ?? new Uint8Array())).toBe("00525400ae003107070707070707070707");
    expect(bytes[242]).toBe(1);
  });

  test("an ordinary client has no architecture, and a vendor class only when one is given", () => {
    expect([...decoded(ordinaryDiscover("52:54:00:ae:00:31", 7)).options.keys()]).toEqual([53, 55]);
    expect([...decoded(ordinaryDiscover("52:54:00:ae:00:31", 7, "MSFT 5.0")).options.keys()]).toEqual([53, 60, 55]);
  });

  test("a MAC address that is none is refused", () => {
    expect(() => compose(models.ipxe, { mac: "here" }, { purpose: "discover", xid: 1 })).toThrow(
      new RangeError('mac: "here" is not a MAC address'),
    );
  });
});
