import type { Ipv4Address } from "./address.ts";
import type { OptionField } from "./faults.ts";

/** `op` of a message from a client, and of a message to a client (RFC 951 §3). */
export const BOOTREQUEST = 1;
export const BOOTREPLY = 2;

/** Bit 15 of `flags`: the client wants its answer by broadcast (RFC 2131 §2, figure 2). */
export const BROADCAST_FLAG = 0x8000;

/** A DHCP packet: the fixed fields of RFC 2131 §2, and its options, joined. Numbers are unsigned. */
export interface DhcpPacket {
  readonly op: number;
  readonly htype: number;
  readonly hlen: number;
  readonly hops: number;
  readonly xid: number;
  readonly secs: number;
  readonly flags: number;
  readonly ciaddr: Ipv4Address;
  readonly yiaddr: Ipv4Address;
  readonly siaddr: Ipv4Address;
  readonly giaddr: Ipv4Address;
  /** 16 octets, of which the first `hlen` are the hardware address. */
  readonly chaddr: Uint8Array;
  /** 64 octets as on the wire; all zero when option 52 said that they held options. */
  readonly sname: Uint8Array;
  /** 128 octets as on the wire; all zero when option 52 said that they held options. */
  readonly file: Uint8Array;
  /** By code, in order of first appearance; each value is joined as RFC 3396 §7 says. Never 0, 52 or 255. */
  readonly options: ReadonlyMap<number, Uint8Array>;
}

/** What the decoder saw and {@link DhcpPacket} does not hold. At most one note of a kind per field or option. */
export type PacketNote =
  | { readonly code: "no-end"; readonly field: OptionField; readonly at: number }
  | { readonly code: "trailing-data"; readonly field: OptionField; readonly at: number }
  | { readonly code: "overload"; readonly value: number }
  | { readonly code: "nested-overload"; readonly field: OptionField }
  | { readonly code: "joined"; readonly option: number; readonly pieces: number };

export interface DecodedPacket extends DhcpPacket {
  readonly notes: readonly PacketNote[];
}

/** A packet of zeros and no options, with `fields` in their places. */
export function createPacket(fields: Partial<DhcpPacket> = {}): DhcpPacket {
  return {
    op: BOOTREQUEST,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid: 0,
    secs: 0,
    flags: 0,
    ciaddr: "0.0.0.0",
    yiaddr: "0.0.0.0",
    siaddr: "0.0.0.0",
    giaddr: "0.0.0.0",
    chaddr: new Uint8Array(16),
    sname: new Uint8Array(64),
    file: new Uint8Array(128),
    options: new Map(),
    ...fields,
  };
}

/** The first `hlen` octets of `chaddr`: a view, not a copy. */
export function hardwareAddress(packet: DhcpPacket): Uint8Array {
  return packet.chaddr.subarray(0, packet.hlen);
}
