import type { DhcpPacket, Ipv4Address, PxeOptions } from "@bootlace/dhcp-core";
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

export function nothing(code: ReasonCode): Move {
  return { kind: "nothing", code };
}

/** The first `hlen` bytes of both hardware addresses are the same. */
export function sameClient(asked: Asked, packet: DhcpPacket): boolean {
  for (let at = 0; at < packet.hlen; at++) if (packet.chaddr[at] !== asked.chaddr[at]) return false;
  return packet.hlen === asked.hlen;
}
