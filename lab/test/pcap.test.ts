import { describe, expect, test } from "vitest";
import { parsePcap } from "../src/pcap.ts";
import { pcapFile, udpFrame } from "./frames.ts";

const payload = Uint8Array.of(1, 2, 3, 4);

describe("parsePcap", () => {
  test.each([
    [{}, 10.5],
    [{ little: false }, 10.5],
    [{ magic: 0xa1b23c4d }, 10.0005],
    [{ magic: 0xa1b23c4d, little: false }, 10.0005],
  ])("reads %j", (options, time) => {
    expect(parsePcap(pcapFile([udpFrame(payload)], options))).toEqual({
      ok: true,
      frames: 1,
      datagrams: [
        {
          time,
          sourceMac: "52:54:00:ae:00:01",
          source: "192.168.11.109",
          sourcePort: 67,
          destination: "255.255.255.255",
          destinationPort: 68,
          payload,
          fragmented: false,
          whole: false,
        },
      ],
    });
  });

  test("follows the length of the IPv4 header and of the datagram, not that of the frame", () => {
    const padded = new Uint8Array([...udpFrame(payload, { words: 7 }), 0, 0, 0, 0, 0, 0]);
    expect(parsePcap(pcapFile([padded]))).toMatchObject({ datagrams: [{ sourcePort: 67, payload }] });
  });

  test("leaves out what is not UDP over IPv4, and later fragments", () => {
    const arp = udpFrame(payload);
    arp[13] = 6;
    const frames = [arp, udpFrame(payload, { protocol: 6 }), udpFrame(payload, { fragment: 185 }), Uint8Array.of(1, 2)];
    expect(parsePcap(pcapFile(frames))).toEqual({ ok: true, frames: 4, datagrams: [] });
  });

  test("recognizes the first of several fragments, and what must stay whole", () => {
    const frames = [udpFrame(payload, { fragment: 0x2000 }), udpFrame(payload, { fragment: 0x4000 })];
    const datagrams = [
      { fragmented: true, whole: false },
      { fragmented: false, whole: true },
    ];
    expect(parsePcap(pcapFile(frames))).toMatchObject({ datagrams });
  });

  test("stops before a frame that is cut short", () => {
    const file = pcapFile([udpFrame(payload), udpFrame(payload)]);
    expect(parsePcap(file.subarray(0, file.length - 1))).toMatchObject({ frames: 1, datagrams: [{ time: 10.5 }] });
  });

  test.each([
    [new Uint8Array(10), { code: "short-header", at: 10 }],
    [new Uint8Array(24), { code: "not-pcap", at: 0 }],
    [pcapFile([], { link: 113 }), { code: "not-ethernet", at: 20 }],
  ])("faults", (bytes, fault) => {
    expect(parsePcap(bytes)).toEqual({ ok: false, fault });
  });
});
