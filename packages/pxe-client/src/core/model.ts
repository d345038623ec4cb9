import type { DhcpPacket, Ipv4Address, PxeOptions } from "@bootlace/dhcp-core";
import type { Asked, Move, Received } from "./message.ts";
import type { Verdict } from "./reasons.ts";

/** Who a machine is. */
export interface Identity {
  /** As `52:54:00:12:34:56`. */
  readonly mac: string;
  /** Option 97 in full: a zero and 16 bytes. Made from the MAC address when absent. */
  readonly machine?: Uint8Array;
  /** Option 93; the model's own when absent. */
  readonly architecture?: number;
}

/** What a message is for. `pxe` asks a PXE port, `item` asks for an entry of a boot menu. */
export type Purpose = "discover" | "request" | "pxe" | "item";

export interface MessageParts {
  readonly purpose: Purpose;
  /** The DHCP server for `request`, the boot server for `pxe` and `item`. */
  readonly server?: Ipv4Address;
  /** The offered address for `request`. */
  readonly address?: Ipv4Address;
  /** Type of the entry for `item` (PXE 2.1 table 2-3). */
  readonly type?: number;
}

/** How a firmware speaks: what is in its messages, and how long it waits. */
export interface Voice {
  /** Option 93. */
  readonly architecture: number;
  /** Its options, in the order in which it sends them. */
  options(parts: MessageParts, who: Identity): Map<number, Uint8Array>;
  /** Fields of its messages besides the identity. */
  fields(parts: MessageParts): Partial<Pick<DhcpPacket, "secs" | "flags">>;
  /** It sends this instead of the transaction ID of its DISCOVER: `new`, or a constant. */
  xid(parts: MessageParts): "same" | "new" | number;
  /** Milliseconds it waits after each message before it repeats itself; after the last it gives up. */
  readonly patience: readonly number[];
  /** Milliseconds it collects offers though it could go on; 0: it goes on as soon as the offers suffice. */
  readonly collects: number;
  /** Port it asks PXE ports from, and listens on for the reply. */
  readonly pxePort: 68 | 4011;
  /** What its TFTP client negotiates (RFC 2348, RFC 7440); 1 for no windows. */
  readonly tftp: { readonly blockSize: number; readonly windowSize: number };
}

/** What was asked on a PXE port, and whom. */
export interface PxeQuestion {
  readonly request: Asked;
  /** The server as the offer identifies it. */
  readonly server: Ipv4Address;
  /** Option 43 of the packet with the menu, for `judgeItem`. */
  readonly menu?: PxeOptions;
}

export const modelNames = [
  "edk2-pxe",
  "edk2-http",
  "ipxe",
  "bios-rom",
  "raspberry-pi-3",
  "raspberry-pi-4",
  "u-boot",
] as const;

export type ModelName = (typeof modelNames)[number];

/** A firmware, as far as a boot server can observe it. Pure: packets in, values out. */
export interface Model {
  readonly name: ModelName;
  /** What it is a model of, with the version that was observed. */
  readonly of: string;
  readonly voice: Voice;
  /** What it makes of one offer, without regard to the others. */
  judge(asked: Asked, offer: Received): Verdict;
  /** What it does with all the offers to one DISCOVER, in their order of arrival. */
  choose(asked: Asked, offers: readonly Received[]): Move;
  /** What it does with a reply from a PXE port that reached it on port `port`. */
  judgeReply(question: PxeQuestion, reply: Received, port: number): Move;
  /** What it does with the reply to its request for an entry of a menu. */
  judgeItem(question: PxeQuestion, reply: Received, port: number): Move;
}
