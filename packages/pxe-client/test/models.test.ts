import { createPacket, type DhcpPacket, encodeOptions, messageTypes, type OptionValues } from "@bootlace/dhcp-core";
import { describe, expect, it } from "vitest";
import { edk2Http } from "../src/core/edk2-http.ts";
import { edk2Pxe } from "../src/core/edk2-pxe.ts";
import { ipxe } from "../src/core/ipxe.ts";
import type { Move, Received } from "../src/core/message.ts";
import { bytesOf, capture, decoded, hex, text } from "./support.ts";

/**
 * The models against what OVMF and an iPXE BIOS ROM were seen to do with crafted replies: a model that accepts too
 * much, or too little, would make the tests that lean on it worthless.
 */
const proxy = "192.168.11.109";
const files = "192.168.11.17";
const now = hex("060108ff");

interface Shape {
  readonly values?: OptionValues;
  readonly file?: string;
  readonly siaddr?: string;
  readonly sport?: number;
  /** Without the zeros up to 300 bytes. */
  readonly bare?: true;
}

function message(
  to: DhcpPacket,
  kind: "OFFER" | "ACK",
  { values = {}, file = "", siaddr, sport, bare }: Shape,
): Received {
  const base = { messageType: messageTypes[kind], serverIdentifier: proxy, vendorClassIdentifier: "PXEClient" };
  const encoded = encodeOptions({ ...base, ...values });
  if (!encoded.ok) throw new Error(encoded.option);
  const { xid, chaddr } = to;
  const fields = { op: 2, xid, chaddr, flags: 0x8000, siaddr: siaddr ?? "0.0.0.0", file: text(file) };
  const padded = bytesOf(createPacket({ ...fields, options: encoded.options }));
  const bytes = bare ? padded.subarray(0, padded.lastIndexOf(255) + 1) : padded;
  return { bytes, source: { address: proxy, port: sport ?? (kind === "OFFER" ? 67 : 4011) } };
}

const f = { file: "boot.efi" };
const dc8 = { vendorSpecificInformation: now };
const us = { siaddr: proxy };
const ack: Shape = { ...f, ...us };
type Result = "boots" | "boots after 4011" | "fails" | "fails after 4011";

const shapes: readonly [string, Shape, Shape | undefined, Result, Result][] = [
  ["p01 file, siaddr, no 43, 4011 silent", { ...f, ...us }, undefined, "fails after 4011", "boots"],
  ["p02 file, siaddr, 43 boot now", { ...f, ...us, values: dc8 }, undefined, "boots", "boots"],
  [
    "p03 43 boot now and a prompt of 0 s",
    { ...f, ...us, values: { vendorSpecificInformation: hex("0601080a0100ff") } },
    undefined,
    "boots",
    "boots",
  ],
  ["p04 67, siaddr, 43 boot now", { ...us, values: { ...dc8, bootFileName: "boot.efi" } }, undefined, "boots", "boots"],
  ["p05 file, no siaddr, 43", { ...f, values: dc8 }, undefined, "boots", "fails after 4011"],
  [
    "p06 66, 67, no siaddr, 43",
    { values: { ...dc8, tftpServerName: proxy, bootFileName: "boot.efi" } },
    undefined,
    "boots",
    "fails after 4011",
  ],
  ["p07 no 60", { ...f, ...us, values: { ...dc8, vendorClassIdentifier: undefined } }, undefined, "fails", "fails"],
  ["p08 binl, ACK with file", us, ack, "boots after 4011", "boots after 4011"],
  [
    "p09 binl, ACK with 67, no siaddr",
    us,
    { values: { bootFileName: "boot.efi" } },
    "boots after 4011",
    "fails after 4011",
  ],
  ["p10 no 54, 43", { ...f, ...us, values: { ...dc8, serverIdentifier: undefined } }, undefined, "fails", "boots"],
  ["p11 no 97, not padded", { ...f, ...us, values: dc8, bare: true }, undefined, "boots", "boots"],
  ["p12 binl, ACK from 67", us, { ...ack, sport: 67 }, "boots after 4011", "fails after 4011"],
  ["p13 file and 4011, no 43", { ...f, ...us }, ack, "boots after 4011", "boots"],
  [
    "p14 43 without END",
    { ...f, ...us, values: { vendorSpecificInformation: hex("060108") } },
    undefined,
    "boots",
    "boots",
  ],
  [
    "p15 43.6 = 0",
    { ...f, ...us, values: { vendorSpecificInformation: hex("060100ff") } },
    undefined,
    "fails",
    "boots",
  ],
  [
    "p16 43.6 = 3",
    { ...f, ...us, values: { vendorSpecificInformation: hex("060103ff") } },
    undefined,
    "fails",
    "boots",
  ],
  [
    "p17 binl, ACK without 60",
    us,
    { ...ack, values: { vendorClassIdentifier: undefined } },
    "boots after 4011",
    "boots after 4011",
  ],
  ["p19 67 with NUL, 43", { ...us, values: { ...dc8, bootFileName: "boot.efi" } }, undefined, "boots", "boots"],
  ["p20 from port 4011", { ...f, ...us, values: dc8, sport: 4011 }, undefined, "fails", "boots"],
  [
    "p21 60 in full",
    { ...f, ...us, values: { ...dc8, vendorClassIdentifier: "PXEClient:Arch:00000:UNDI:002001" } },
    undefined,
    "boots",
    "boots",
  ],
  ["p22 43 and 4011 both", { ...f, ...us, values: dc8 }, ack, "boots", "boots"],
  ["p23 external siaddr, 43", { ...f, siaddr: files, values: dc8 }, undefined, "boots", "boots"],
  ["p24 binl, external siaddr in the ACK", us, { ...f, siaddr: files }, "boots after 4011", "boots after 4011"],
  [
    "p25 external siaddr in a binl offer",
    { siaddr: files },
    { ...f, siaddr: files },
    "fails after 4011",
    "boots after 4011",
  ],
];

function requestTo4011(discover: DhcpPacket): DhcpPacket {
  return { ...discover, xid: 0x4011, options: new Map([...discover.options, [53, Uint8Array.of(3)]]) };
}

function play(first: Move, second: (() => Move) | undefined): Result {
  if (first.kind === "boot") return "boots";
  if (first.kind !== "ask") return "fails";
  const answered = first.server === proxy ? second?.() : undefined;
  return answered?.kind === "boot" ? "boots after 4011" : "fails after 4011";
}

function seen(label: string) {
  const all = capture(label);
  const [discover, router] = [all.find(({ type }) => type === "DISCOVER"), all.find(({ role }) => role === "router")];
  if (discover === undefined || router === undefined) throw new Error(label);
  const offer: Received = { bytes: router.bytes, source: { address: router.src, port: router.sport } };
  return { discover: decoded(discover.bytes), offer };
}

describe("the models do what the firmware was seen to do", () => {
  it.each(shapes)("%s", (_name, offer, reply, ovmf, rom) => {
    const uefi = seen("02a-uefi-x64-syslinux");
    const request = decoded(bytesOf(requestTo4011(uefi.discover)));
    const answered = (to: number) =>
      reply && (() => edk2Pxe.judgeReply({ request, server: proxy }, message(request, "ACK", reply), to));
    expect(
      play(edk2Pxe.choose(uefi.discover, [uefi.offer, message(uefi.discover, "OFFER", offer)]), answered(4011)),
    ).toBe(ovmf);

    const bios = seen("01-bios-e1000-pxelinux-memtest");
    const request68 = requestTo4011(bios.discover);
    const again =
      reply && (() => ipxe.judgeReply({ request: request68, server: proxy }, message(request68, "ACK", reply), 68));
    expect(play(ipxe.choose(bios.discover, [bios.offer, message(bios.discover, "OFFER", offer)]), again)).toBe(rom);
  });

  const url = "http://192.168.11.109:8080/ok.efi";
  const http = { vendorClassIdentifier: "HTTPClient" };
  const named = { ...http, bootFileName: "http://boot.ae.lan:8080/ok.efi" };
  it.each<[string, Shape, boolean]>([
    ["s01 file", { ...us, file: url, values: http }, true],
    ["s02 67", { ...us, values: { ...http, bootFileName: url } }, true],
    ["s04 no 60", { ...us, values: { vendorClassIdentifier: undefined, bootFileName: url } }, false],
    ["s05 60 PXEClient", { values: { bootFileName: url } }, false],
    ["s06 60 in full", { values: { vendorClassIdentifier: "HTTPClient:Arch:00016", bootFileName: url } }, true],
    ["s07 siaddr 0", { file: url, values: http }, true],
    ["s08 no 54", { values: { ...http, serverIdentifier: undefined, bootFileName: url } }, false],
    ["s12 host name without DNS", { values: named }, false],
    ["s14 DNS in the proxy's offer", { values: { ...named, domainNameServer: ["192.168.11.1"] } }, false],
    ["s15 ACK", { values: { ...http, messageType: 5, bootFileName: url } }, false],
    ["s18 from port 4011", { sport: 4011, values: { ...http, bootFileName: url } }, false],
    ["s19 relative", { ...us, values: { ...http, bootFileName: "ok.efi" } }, false],
    ["s32 file and 67 differ", { file: "http://192.168.11.109/nope", values: { ...http, bootFileName: url } }, true],
  ])("HTTP Boot: %s", (_name, shape, boots) => {
    const { discover, offer } = seen("03-s01-file");
    const move = edk2Http.choose(discover, [offer, message(discover, "OFFER", shape)]);
    expect(move.kind === "boot" ? move.file : undefined).toBe(boots ? url : undefined);
  });

  it("HTTP Boot: s13 host name beside a DHCP server that names a DNS server", () => {
    const { discover, offer } = seen("03-s01-file");
    const router = decoded(offer.bytes);
    const withDns = bytesOf({ ...router, options: new Map([...router.options, [6, Uint8Array.of(192, 168, 11, 1)]]) });
    const received = [{ ...offer, bytes: withDns }, message(discover, "OFFER", { values: named })];
    expect(edk2Http.choose(discover, received)).toMatchObject({ kind: "boot", server: "boot.ae.lan" });
  });
});
