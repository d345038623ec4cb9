import type { DecodeFault, DhcpPacket, Ipv4Address } from "@bootlace/dhcp-core";
import type { BootClient } from "./client.ts";
import type { Decision } from "./decision.ts";
import type { Endpoint } from "./interfaces.ts";
import type { LimitKey } from "./limits.ts";

/** Which of our two ports a datagram arrived on. */
export type ServicePort = "dhcp" | "pxe";

/** One reply as sent, or as it would have been sent. */
export interface SentReply {
  readonly interfaceName: string;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly reply: DhcpPacket;
  readonly octets: number;
  readonly decision: Exclude<Decision, { kind: "ignore" }>;
}

/** One request, the decision about it, and all its replies. */
export interface PacketEvent {
  readonly type: "packet";
  /** Milliseconds, from the `now` of the responder. */
  readonly time: number;
  readonly port: ServicePort;
  readonly source: Endpoint;
  /** The interface a PXE-port request arrived on; unknown for the DHCP port. */
  readonly interfaceName?: string;
  readonly octets: number;
  readonly request: DhcpPacket;
  /** Absent when the packet is not from a boot client. */
  readonly client?: BootClient;
  /** With several interfaces the first answer, else the first reason to ignore. */
  readonly decision: Decision;
  readonly replies: readonly SentReply[];
  /** Time from receiving the datagram to sending its replies, without configured delays. Absent where not measured. */
  readonly milliseconds?: number;
}

/** A datagram that is not a DHCP message. */
export interface UndecodableEvent {
  readonly type: "undecodable";
  readonly time: number;
  readonly port: ServicePort;
  readonly source: Endpoint;
  readonly octets: number;
  readonly fault: DecodeFault;
}

/** Replies held back by a rate limit; at most one event a minute and key, with the number since the last. */
export interface LimitedEvent {
  readonly type: "limited";
  readonly time: number;
  readonly limit: LimitKey;
  /** The MAC or address, absent for the global limit. */
  readonly key?: string;
  readonly dropped: number;
}

/** A port was bound: the DHCP port on all addresses, or the PXE port on one, which is served from now on. */
export interface ListeningEvent {
  readonly type: "listening";
  readonly time: number;
  readonly address: Ipv4Address;
  readonly port: number;
  readonly role: ServicePort;
  /** With role `pxe`. */
  readonly interfaceName?: string;
}

/** The same port was closed. */
export interface UnlisteningEvent extends Omit<ListeningEvent, "type"> {
  readonly type: "unlistening";
}

/**
 * A port of a served address could not be bound: once, and again when its code changes. It is tried again at each poll.
 * Role `dhcp` is the port from which offers leave.
 */
export interface ListenFailedEvent extends Omit<ListeningEvent, "type"> {
  readonly type: "listen-failed";
  /** The code of the operating system, such as `EADDRINUSE`. */
  readonly code: string;
}

export interface SendFailedEvent {
  readonly type: "send-failed";
  readonly time: number;
  readonly interfaceName: string;
  readonly to: Endpoint;
  readonly code: string;
}

export interface StoppedEvent {
  readonly type: "stopped";
  readonly time: number;
}

export type ProxyDhcpEvent =
  | PacketEvent
  | UndecodableEvent
  | LimitedEvent
  | ListeningEvent
  | UnlisteningEvent
  | ListenFailedEvent
  | SendFailedEvent
  | StoppedEvent;
