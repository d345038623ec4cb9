import type { Subnet } from "@bootlace/boot-source";
import type { Ipv4Address } from "@bootlace/dhcp-core";
import type { BootClient } from "./client.ts";
import type { ServicePort } from "./events.ts";
import type { Endpoint, ServedInterface } from "./interfaces.ts";
import type { Choose } from "./plan.ts";

/** The ports of all parties; see {@link defaultPorts}. */
export interface Ports {
  /** Destination of broadcast requests. */
  readonly dhcp: number;
  /** Boot server and binl requests. */
  readonly pxe: number;
  /** The port of clients. */
  readonly client: number;
  /** The port of relays. */
  readonly relay: number;
}

/** RFC 2131 §4.1, RFC 1542 §4.1.2, PXE 2.1 §2.2.3. */
export const defaultPorts: Ports = { dhcp: 67, pxe: 4011, client: 68, relay: 67 };

/** Everything a decision depends on besides the datagram. */
export interface Context {
  readonly choose: Choose;
  readonly interfaces: readonly ServedInterface[];
  readonly ports: Ports;
  readonly relays: ReadonlySet<Ipv4Address>;
  readonly clientSubnets: readonly Subnet[];
  readonly vendorClasses: readonly string[];
  readonly serveUnknownArchitectures: boolean;
  /** Whether a machine is one that was seen before or is named; it has a share of the limits of its own. */
  readonly isKnown?: (client: BootClient) => boolean;
}

/** One UDP payload, with what the socket reported about it. */
export interface Datagram {
  readonly bytes: Uint8Array;
  readonly port: ServicePort;
  /** The number of that port, from which replies are sent. */
  readonly localPort: number;
  readonly source: Endpoint;
  /** The network interface it arrived on, where the socket hears no other. */
  readonly device?: string;
  /** The interface it arrived on: always known on the PXE port; for a relay's packet, the one that leads to giaddr. */
  readonly arrival?: ServedInterface;
}
