import type { DecodeFault, DhcpPacket } from "@bootlace/dhcp-core";
import type { BootClient } from "./client.ts";
import type { Decision } from "./decision.ts";
import type { Endpoint, ServedInterface } from "./interfaces.ts";
import type { LimitKey } from "./limits.ts";

/** Which of our two ports a datagram arrived on. */
export type ServicePort = "dhcp" | "pxe";

/** One reply as it left, or would have left, for the network. */
export interface SentReply {
  readonly interfaceName: string;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly reply: DhcpPacket;
  readonly octets: number;
  readonly decision: Exclude<Decision, { kind: "ignore" }>;
}

/** One request, what was decided, and all replies it got. */
export interface PacketEvent {
  readonly type: "packet";
  /** Milliseconds, from the `now` of the responder. */
  readonly at: number;
  readonly port: ServicePort;
  readonly source: Endpoint;
  /** The interface a PXE-port request arrived on; the DHCP port cannot tell. */
  readonly interfaceName?: string;
  readonly octets: number;
  readonly request: DhcpPacket;
  /** Absent when the packet is no boot client's. */
  readonly client?: BootClient;
  /** With several interfaces the first answer, else the first reason for silence. */
  readonly decision: Decision;
  readonly replies: readonly SentReply[];
  /** From the datagram to its replies on their way, without a wanted delay. Absent where nothing was measured. */
  readonly milliseconds?: number;
}

/** A datagram that is no DHCP message. */
export interface UndecodableEvent {
  readonly type: "undecodable";
  readonly at: number;
  readonly port: ServicePort;
  readonly source: Endpoint;
  readonly octets: number;
  readonly fault: DecodeFault;
}

/** Replies held back by a rate limit; at most one event a minute and key, with the number since the last. */
export interface LimitedEvent {
  readonly type: "limited";
  readonly at: number;
  readonly limit: LimitKey;
  /** The MAC or address, absent for the global limit. */
  readonly key?: string;
  readonly dropped: number;
}

export interface ListeningEvent {
  readonly type: "listening";
  readonly at: number;
  readonly port: ServicePort;
  readonly local: Endpoint;
  readonly interfaceName?: string;
}

export interface InterfaceUpEvent {
  readonly type: "interface-up";
  readonly at: number;
  readonly interface: ServedInterface;
}

export interface InterfaceDownEvent {
  readonly type: "interface-down";
  readonly at: number;
  readonly interface: ServedInterface;
}

/** An address came up but could not be served; it is tried again at the next poll. */
export interface InterfaceFailedEvent {
  readonly type: "interface-failed";
  readonly at: number;
  readonly interface: ServedInterface;
  readonly code: string;
  readonly local: Endpoint;
}

export interface SendFailedEvent {
  readonly type: "send-failed";
  readonly at: number;
  readonly interfaceName: string;
  readonly to: Endpoint;
  readonly code: string;
}

export interface StoppedEvent {
  readonly type: "stopped";
  readonly at: number;
}

export type ProxyDhcpEvent =
  | PacketEvent
  | UndecodableEvent
  | LimitedEvent
  | ListeningEvent
  | InterfaceUpEvent
  | InterfaceDownEvent
  | InterfaceFailedEvent
  | SendFailedEvent
  | StoppedEvent;
