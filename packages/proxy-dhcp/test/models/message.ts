import { type DecodedPacket, decodePacket, decodePxeOptions, fieldText, type PxeOptions } from "@bootlace/dhcp-core";
import type { Endpoint } from "../../src/core/interfaces.ts";

/** A datagram as a client's firmware receives it. */
export interface Received {
  readonly bytes: Uint8Array;
  readonly source: Endpoint;
}

/** What firmware does next, after the offers or a reply are in. */
export type Step =
  | { readonly step: "boot"; readonly file: string; readonly server: string }
  | { readonly step: "ask"; readonly server: string; readonly port: 4011 }
  | { readonly step: "menu"; readonly options: PxeOptions; readonly self: string }
  | { readonly step: "nothing"; readonly why: string };

export function nothing(why: string): Step {
  return { step: "nothing", why };
}

/** A decoded packet; what a firmware's driver refuses outright is `undefined`. */
export function parsed({ bytes }: Received): DecodedPacket | undefined {
  const result = decodePacket(bytes);
  return result.ok ? result.packet : undefined;
}

export function octets(packet: DecodedPacket, code: number): Uint8Array {
  return packet.options.get(code) ?? new Uint8Array(0);
}

export function asText(bytes: Uint8Array): string {
  return fieldText(bytes);
}

export function address(bytes: Uint8Array): string {
  return bytes.length === 4 ? bytes.join(".") : "0.0.0.0";
}

export function startsWith(packet: DecodedPacket, code: number, prefix: string): boolean {
  return asText(octets(packet, code)).startsWith(prefix);
}

export function pxe(packet: DecodedPacket): PxeOptions {
  const bytes = packet.options.get(43);
  if (bytes === undefined) return {};
  const result = decodePxeOptions(bytes);
  return result.ok ? result.value : {};
}
