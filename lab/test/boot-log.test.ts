import { describe, expect, test } from "vitest";
import { gapsInBootLog } from "../src/boot-log.ts";
import type { LogRecord } from "../src/log-record.ts";

const offer = {
  event: "dhcp.offer",
  mac: "52:54:00:ae:00:01",
  type: "DISCOVER",
  arch: "x86-bios",
  xid: "428c8705",
  vendorClass: "PXEClient:Arch:00000",
  bootFile: "pxelinux/pxelinux.0",
  options: [{ code: 53, name: "messageType", size: 1, value: "OFFER" }],
};
const done = (file: string, bytes: number) => ({ event: "tftp.done", file, bytes, seconds: 0.1, bytesPerSecond: 10 });
const first: LogRecord = done("pxelinux/pxelinux.0", 10);
const second: LogRecord = done("/pxelinux//ldlinux.c32", 20);
const expected = {
  mac: offer.mac,
  architecture: "x86-bios",
  bootFile: "pxelinux/pxelinux.0",
  files: [
    { path: "pxelinux/pxelinux.0", size: 10 },
    { path: "pxelinux/ldlinux.c32", size: 20 },
  ],
};

describe("gapsInBootLog", () => {
  test("a whole story has none", () => {
    expect(gapsInBootLog([{ event: "dhcp.listening" }, offer, first, second], expected)).toEqual([]);
  });

  test.each([
    ["no offer", [first, second], /no dhcp.offer/],
    ["another machine's offer", [{ ...offer, mac: "52:54:00:ae:00:02" }, first, second], /no dhcp.offer/],
    ["another architecture", [{ ...offer, arch: "x64-uefi" }, first, second], /arch is "x64-uefi"/],
    ["another boot file", [{ ...offer, bootFile: "x" }, first, second], /bootFile is "x"/],
    ["no transaction id", [{ ...offer, xid: undefined }, first, second], /xid/],
    ["no vendor class", [{ ...offer, vendorClass: undefined }, first, second], /vendor class/],
    ["no options", [{ ...offer, options: [] }, first, second], /no options/],
    ["an option without its size", [{ ...offer, options: [{ code: 53, value: "OFFER" }] }, first, second], /without/],
    ["a file left out", [offer, first], /no tftp.done for pxelinux\/ldlinux.c32/],
    ["files in another order", [offer, second, first], /no tftp.done for pxelinux\/ldlinux.c32 in its place/],
    ["a file before the offer", [first, offer, second], /no tftp.done for pxelinux\/pxelinux.0/],
    ["another size", [offer, done("pxelinux/pxelinux.0", 9), second], /9 bytes, not 10/],
    ["no time", [offer, { ...first, seconds: undefined }, second], /no seconds/],
  ] satisfies [string, LogRecord[], RegExp][])("%s", (_, records, gap) => {
    expect(gapsInBootLog(records, expected)).toEqual([expect.stringMatching(gap)]);
  });
});
