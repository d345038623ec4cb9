import { readdirSync, readFileSync } from "node:fs";
import type fc from "fast-check";
import { vi } from "vitest";
import { type DecodedPacket, type DhcpPacket, decodePacket, type EncodeOptions, encodePacket } from "../src/index.ts";

/** Octets from hexadecimal; blanks are for the eye. */
export function hex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits.replace(/\s/g, ""), "hex"));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** A DHCP datagram that an earlier, independent parser took apart as it was captured. */
export interface Captured {
  readonly label: string;
  readonly n: number;
  readonly role: string;
  readonly type: string;
  readonly op: number;
  readonly hlen: number;
  readonly hops: number;
  readonly xid: string;
  readonly secs: number;
  readonly flags: string;
  readonly ciaddr: string;
  readonly yiaddr: string;
  readonly siaddr: string;
  readonly giaddr: string;
  readonly chaddr: string;
  readonly sname: string;
  readonly file: string;
  readonly order: readonly number[];
  readonly opts: Readonly<Record<string, string>>;
  readonly pad: number;
  readonly hex: string;
}

const CAPTURES = new URL("../../../lab/captures/", import.meta.url);

/** Every different DHCP datagram of the captures, in the order of the files. */
export const captured: readonly Captured[] = readdirSync(CAPTURES)
  .filter((name) => name.endsWith(".jsonl"))
  .sort()
  .flatMap((name) => readFileSync(new URL(name, CAPTURES), "utf8").split("\n"))
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line))
  .filter((record) => record.kind === "dhcp")
  .filter((record, index, all) => all.findIndex((other) => other.hex === record.hex) === index);

export function capturedPacket(label: string, type: string, role: string): Uint8Array {
  const found = captured.find((one) => one.label === label && one.type === type && one.role === role);
  if (found === undefined) throw new Error(`no ${role} ${type} in ${label}`);
  return hex(found.hex);
}

export interface Parts {
  readonly options: string;
  readonly file?: string;
  readonly sname?: string;
  readonly header?: string;
}

/** A datagram with these octets of options behind the cookie and nothing after them. */
export function datagram({ options, file = "", sname = "", header = "01010600 39a0f3d1" }: Parts): Uint8Array {
  const area = hex(options);
  const bytes = new Uint8Array(240 + area.length);
  bytes.set(hex(header));
  bytes.set(hex("525400123456"), 28);
  bytes.set(hex(sname), 44);
  bytes.set(hex(file), 108);
  bytes.set(hex("63825363"), 236);
  bytes.set(area, 240);
  return bytes;
}

export function decoded(bytes: Uint8Array): DecodedPacket {
  const result = decodePacket(bytes);
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.packet;
}

export function encoded(packet: DhcpPacket, how?: EncodeOptions): Uint8Array {
  const result = encodePacket(packet, how);
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.bytes;
}

/** The value of a successful result; a fault fails the test. */
export function unwrap<T>(result: { ok: true; value: T } | { ok: false; fault: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.value;
}

/** The octets of a successful result in hexadecimal; a fault fails the test. */
export function octetsOf(result: { ok: true; bytes: Uint8Array } | { ok: false; fault: unknown }): string {
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return toHex(result.bytes);
}

const limit = Number(process.env.FUZZ_SECONDS ?? 0);
if (limit > 0) vi.setConfig({ testTimeout: limit * 3000 + 10_000 });

/** Fixed runs for the gate; `FUZZ_SECONDS=60` searches that long for each property from a new seed. */
export function runs(numRuns: number): fc.Parameters<unknown> {
  return limit > 0
    ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: limit * 1000, markInterruptAsFailure: false }
    : { numRuns, seed: 0x63825363 };
}
