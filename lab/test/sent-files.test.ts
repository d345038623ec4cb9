import { describe, expect, test } from "vitest";
import { sentFiles } from "../src/sent-files.ts";
import { datagram } from "./frames.ts";

const SERVER = "192.168.11.109";
const CLIENT = "192.168.11.60";
const oack = (text: string) => Uint8Array.of(0, 6, ...new TextEncoder().encode(text));
const data = (block: number, bytes: number) => Uint8Array.of(0, 3, block >> 8, block & 255, ...new Uint8Array(bytes));
const sent = (port: number, payload: Uint8Array) => datagram(`${SERVER}:${port}`, `${CLIENT}:2000`, payload);

describe("sentFiles", () => {
  test("counts what was sent again against what was needed, transfer by transfer", () => {
    const seen = [
      sent(40000, oack("tsize\x00600\x00blksize\x00512\x00")),
      sent(40000, oack("tsize\x00600\x00blksize\x00512\x00")),
      sent(40000, data(1, 512)),
      sent(40000, data(2, 88)),
      sent(40000, data(2, 88)),
      sent(40001, oack("blksize\x001468\x00")),
      sent(40001, data(1, 1)),
    ];
    expect(sentFiles(seen, SERVER, CLIENT)).toEqual({
      packets: 7,
      ideal: 5,
      blockSizes: [512, 1468],
      largest: 512 + 4 + 28,
      fragmented: 0,
      breakable: 0,
    });
  });

  test("leaves out DHCP, other machines and what the machine sends", () => {
    const seen = [
      datagram(`${SERVER}:67`, `${CLIENT}:68`, data(1, 1)),
      datagram(`${SERVER}:40000`, "192.168.11.61:2000", data(1, 1)),
      datagram(`${CLIENT}:2000`, `${SERVER}:40000`, data(1, 1)),
    ];
    expect(sentFiles(seen, SERVER, CLIENT)).toMatchObject({ packets: 0, ideal: 0, largest: 0 });
  });

  test("recognizes fragments, and what may become some", () => {
    const seen = [
      { ...sent(40000, data(1, 1)), fragmented: true, whole: false },
      { ...sent(40000, data(2, 1)), whole: false },
    ];
    expect(sentFiles(seen, SERVER, CLIENT)).toMatchObject({ fragmented: 1, breakable: 2 });
  });
});
