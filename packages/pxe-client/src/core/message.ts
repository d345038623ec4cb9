import {
  type DecodedPacket,
  type DhcpPacket,
  decodePacket,
  decodePxeOptions,
  fieldText,
  type Ipv4Address,
  type PxeOptions,
} from "@bootlace/dhcp-core";
import type { ReasonCode } from "./reasons.ts";

export interface Endpoint {
  readonly address: Ipv4Address;
  readonly port: number;
}

/** A datagram as firmware receives it: the UDP payload, and who sent it. */
export interface Received {
  readonly bytes: Uint8Array;
  readonly source: Endpoint;
}

/** The request a reply is compared with. */
export type Asked = Pick<DhcpPacket, "xid" | "hlen" | "chaddr" | "options">;

/** What firmware does next, once the offers or a reply are in. */
export type Move =
  /** Fetch `file` from `server`: by TFTP, or by HTTP where `file` is a URL. `otherwise`: names to try when it is missing. */
  | {
      readonly kind: "boot";
      readonly file: string;
      readonly server: string;
      readonly otherwise?: readonly string[];
    }
  /** Send a request to the PXE port of `server`. */
  | { readonly kind: "ask"; readonly server: Ipv4Address; readonly port: 4011 }
  /** Show the menu in `options`; `self` is the server that sent it. */
  | { readonly kind: "menu"; readonly options: PxeOptions; readonly self: Ipv4Address }
  | { readonly kind: "nothing"; readonly code: ReasonCode };

export const UNSPECIFIED: Ipv4Address = "0.0.0.0";

export function nothing(code: ReasonCode): Move {
  return { kind: "nothing", code };
}

/** A decoded packet; what a firmware's driver refuses outright is `undefined`. */
export function parsed({ bytes }: Pick<Received, "bytes">): DecodedPacket | undefined {
  const result = decodePacket(bytes);
  return result.ok ? result.packet : undefined;
}

/** The bytes of an option; none when it is absent. */
export function optionBytes(packet: Pick<DhcpPacket, "options">, code: number): Uint8Array {
  return packet.options.get(code) ?? new Uint8Array(0);
}

/** An option as text, up to its first NUL. */
export function optionText(packet: Pick<DhcpPacket, "options">, code: number): string {
  return fieldText(optionBytes(packet, code));
}

/** An option as one IPv4 address; `0.0.0.0` when it is not one. */
export function optionAddress(packet: Pick<DhcpPacket, "options">, code: number): Ipv4Address {
  const bytes = optionBytes(packet, code);
  return bytes.length === 4 ? (bytes.join(".") as Ipv4Address) : UNSPECIFIED;
}

/** Option 43 as PXE options (PXE 2.1 table 2-2); none when it is absent or malformed. */
export function pxeOptions(packet: Pick<DhcpPacket, "options">): PxeOptions {
  const bytes = packet.options.get(43);
  if (bytes === undefined) return {};
  const result = decodePxeOptions(bytes);
  return result.ok ? result.value : {};
}

/** The first `hlen` bytes of both hardware addresses are the same. */
export function sameClient(asked: Asked, packet: DhcpPacket): boolean {
  for (let at = 0; at < packet.hlen; at++) if (packet.chaddr[at] !== asked.chaddr[at]) return false;
  return packet.hlen === asked.hlen;
}
