import type { Subnet } from "@bootlace/boot-source";
import type { Ipv4Address } from "@bootlace/dhcp-core";
import type { ServicePort } from "./events.ts";
import type { Endpoint, ServedInterface } from "./interfaces.ts";
import type { Choose } from "./plan.ts";

/** The ports all parties use; see {@link defaultPorts}. */
export interface Ports {
  /** Where requests are broadcast to. */
  readonly dhcp: number;
  /** Boot server and binl requests. */
  readonly pxe: number;
  /** Where clients listen. */
  readonly client: number;
  /** Where relays listen. */
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
}

/** One UDP payload and what the socket knew about it. */
export interface Datagram {
  readonly bytes: Uint8Array;
  readonly port: ServicePort;
  /** The number of that port, from which replies leave. */
  readonly localPort: number;
  readonly source: Endpoint;
  /** The interface it arrived on: always known on the PXE port; for a relay's packet, the one that leads to giaddr. */
  readonly arrival?: ServedInterface;
}
