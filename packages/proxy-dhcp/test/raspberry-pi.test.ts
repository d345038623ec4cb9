import { raspberryPi3, raspberryPi4 } from "@bootlace/pxe-client";
import { describe, expect, it } from "vitest";
import { raspberryPiOptions, serialOf } from "../src/core/raspberry-pi.ts";
import { clientOf, hex, lan, replyTo, requestWith, text, toHex, wireOptions } from "./support.ts";

const piClass = text("PXEClient:Arch:00000:UNDI:002001");
const chaddr = hex("dca632013 6c2".replace(" ", "").padEnd(32, "0"));
const rpi4 = "00 52506934 1431c000 3601 32a6 efdf fe9f";
const pi = { options: { 60: piClass, 93: "0000", 97: undefined } };

function firmware(changes: Parameters<typeof requestWith>[0]) {
  return clientOf(requestWith(changes)).firmware;
}

describe("Raspberry Pi", () => {
  it("is found behind its claim to be a BIOS", () => {
    expect(firmware({ ...pi, chaddr })).toBe("raspberry-pi");
    expect(firmware({ options: { ...pi.options, 97: rpi4 } })).toBe("raspberry-pi");
    expect(firmware({ options: { ...pi.options, 97: `00${"44".repeat(16)}` } })).toBe("raspberry-pi");
    expect(firmware({ options: { ...pi.options, 60: text("PXEClient"), 93: "0029" } })).toBe("raspberry-pi");
  });

  it.each(["b827eb", "dca632", "e45f01", "d83add", "28cdc1", "2ccf67", "88a29e"])("has the prefix %s", (prefix) => {
    expect(firmware({ ...pi, chaddr: hex(`${prefix}${"00".repeat(13)}`) })).toBe("raspberry-pi");
  });

  it("is not every BIOS, and not every firmware on the board", () => {
    expect(firmware(pi)).toBe("bios");
    expect(firmware({ options: { ...pi.options, 60: text("PXEClient:Arch:00000:UNDI:003016") }, chaddr })).toBe("bios");
    expect(firmware({ options: { ...pi.options, 93: "000b" }, chaddr })).toBe("uefi");
    expect(firmware({ options: { ...pi.options, 93: "000b", 97: rpi4 } })).toBe("uefi");
    expect(firmware({ options: { ...pi.options, 77: text("iPXE") }, chaddr })).toBe("ipxe");
    expect(firmware({ options: { ...pi.options, 60: text("HTTPClient") }, chaddr })).toBe("uefi-http");
    expect(firmware({ options: { ...pi.options, 97: `01${"44".repeat(16)}` } })).toBe("raspberry-pi");
    expect(firmware({ options: { ...pi.options, 97: `00${"44".repeat(15)}45` } })).toBe("bios");
    expect(firmware({ options: { ...pi.options, 97: `00${"44".repeat(15)}` } })).toBe("bios");
  });

  it("reads its serial number, little-endian in both forms of option 97", () => {
    expect(clientOf(requestWith({ options: { ...pi.options, 97: rpi4 } })).serial).toBe("9ffedfef");
    const repeated = `00${"2e2a5ee7".repeat(4)}`;
    expect(clientOf(requestWith({ options: { ...pi.options, 97: repeated }, chaddr })).serial).toBe("e75e2a2e");
    expect(serialOf(hex(`00${"44".repeat(16)}`))).toBeUndefined();
    expect(serialOf(hex(`00${"2e2a5ee7".repeat(3)}00000000`))).toBeUndefined();
    expect(serialOf(hex(`01${"2e2a5ee7".repeat(4)}`))).toBeUndefined();
    expect(serialOf(hex(`00${"2e2a5ee7".repeat(3)}2e2a5e`))).toBeUndefined();
    expect(serialOf(undefined)).toBeUndefined();
    expect(clientOf(requestWith({ options: { 97: repeated } })).serial).toBeUndefined();
  });

  it("V15: gets the menu its ROM looks for, padded for the Pi 3B", () => {
    expect(toHex(raspberryPiOptions())).toBe("0601030a0400505845091700001452617370626572727920506920426f6f74202020ff");
    const request = requestWith({ ...pi, chaddr });
    const reply = replyTo(request, { plan: { file: "pxelinux.0", form: "server" } });
    expect(reply.decision).toMatchObject({ kind: "offer", form: "raspberry-pi", server: lan.address });
    expect(wireOptions(reply).map(([code]) => code)).toEqual([53, 54, 60, 43, 66]);
    expect(toHex(reply.reply.file)).toBe("00".repeat(128));
    const offers = [{ bytes: reply.bytes, source: reply.from }];
    expect(raspberryPi3.choose(request, offers)).toEqual({ kind: "boot", file: "bootcode.bin", server: lan.address });
    const pi4 = requestWith({ options: { ...pi.options, 97: rpi4 }, chaddr });
    const file = `${clientOf(pi4).serial}/start4.elf`;
    expect(raspberryPi4.choose(pi4, offers)).toMatchObject({ kind: "boot", file, otherwise: ["start4.elf"] });
  });

  it("is sent to the plan's own file server", () => {
    const reply = replyTo(requestWith({ ...pi, chaddr }), { plan: { server: "192.168.1.17" } });
    expect(reply.reply.siaddr).toBe("192.168.1.17");
    expect(Buffer.from(reply.reply.options.get(66) ?? []).toString()).toBe("192.168.1.17\0");
  });
});
