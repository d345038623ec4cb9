import { readFileSync } from "node:fs";
import { type DecodedPacket, type DhcpPacket, decodePacket, encodePacket } from "@bootlace/dhcp-core";

/** One DHCP datagram of a capture in lab/captures. */
export interface Captured {
  readonly role: "client" | "router" | "proxy" | "relay";
  readonly type: string;
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
  readonly bytes: Uint8Array;
}

/** The DHCP datagrams of a capture, in order. */
export function capture(label: string): readonly Captured[] {
  const lines = readFileSync(new URL(`../../../lab/captures/${label}.jsonl`, import.meta.url), "utf8").split("\n");
  const records = lines.filter((line) => line !== "").map((line) => JSON.parse(line));
  return records.filter(({ kind }) => kind === "dhcp").map((record) => ({ ...record, bytes: hex(record.hex) }));
}

export function hex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits, "hex"));
}

export function decoded(bytes: Uint8Array): DecodedPacket {
  const result = decodePacket(bytes);
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.packet;
}

export function bytesOf(packet: DhcpPacket): Uint8Array {
  const result = encodePacket(packet, { longOptions: "split" });
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.bytes;
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
