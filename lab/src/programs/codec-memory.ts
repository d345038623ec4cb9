// Bytes of heap that one decode takes, by the number of unknown options in the packet, and what a map of as many views
// takes by itself. Needs --expose-gc, and a young generation in which nothing is collected meanwhile.
import { decodePacket } from "@bootlace/dhcp-core";

const ROUNDS = 4000;
const COUNTS = [0, 20, 40, 80];
const FIRST_UNKNOWN = 128;
const OCTETS = 8;

function packetWith(unknown: number): Uint8Array {
  const packet = new Uint8Array(240 + 3 + unknown * (2 + OCTETS) + 1);
  packet.set([1, 1, 6, 0]);
  packet.set([0x63, 0x82, 0x53, 0x63, 53, 1, 1], 236);
  for (let at = 0; at < unknown; at++) packet.set([FIRST_UNKNOWN + at, OCTETS], 243 + at * (2 + OCTETS));
  packet[packet.length - 1] = 255;
  return packet;
}

const sink: unknown[] = [];

function bytesPer(operation: () => unknown): number {
  const collect = globalThis.gc;
  if (!collect) throw new Error("run with --expose-gc");
  for (let at = 0; at < ROUNDS; at++) sink[0] = operation();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let at = 0; at < ROUNDS; at++) sink[0] = operation();
  return (process.memoryUsage().heapUsed - before) / ROUNDS;
}

function mapOfViews(bytes: Uint8Array, count: number): Map<number, Uint8Array> {
  const map = new Map([[53, new Uint8Array(bytes.buffer, 242, 1)]]);
  for (let at = 0; at < count; at++) {
    map.set(FIRST_UNKNOWN + at, new Uint8Array(bytes.buffer, 245 + at * (2 + OCTETS), OCTETS));
  }
  return map;
}

const lines = COUNTS.map((unknown) => {
  const bytes = packetWith(unknown);
  const decode = bytesPer(() => {
    const decoded = decodePacket(bytes);
    if (!decoded.ok || decoded.packet.options.size !== unknown + 1) throw new Error("not decoded");
    return decoded;
  });
  return { unknown, decode, map: bytesPer(() => mapOfViews(bytes, unknown)) };
});
console.log(JSON.stringify(lines));
