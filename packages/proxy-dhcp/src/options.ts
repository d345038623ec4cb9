/// <reference lib="esnext.disposable" preserve="true" />
import type { Ipv4Address } from "@bootlace/dhcp-core";
import type { Ports } from "./core/context.ts";
import type { ProxyDhcpEvent, ServicePort } from "./core/events.ts";
import type { Endpoint, ServedInterface } from "./core/interfaces.ts";
import type { Limits } from "./core/limits.ts";
import type { Choose } from "./core/plan.ts";
import type { Counters } from "./core/tally.ts";

/**
 * - `full`: ports 67 and 4011 (PXE 2.1 §2.2.3, proxy on a host of its own).
 * - `pxe-port-only`: 4011 alone, beside a DHCP server that holds 67 and sends option 60 `PXEClient` itself.
 */
export type Mode = "full" | "pxe-port-only";

export interface ProxyDhcpOptions {
  readonly choose: Choose;
  readonly onEvent?: (event: ProxyDhcpEvent) => void;
  /** A fixed list, or a function that is polled. Every non-loopback IPv4 address of the system when absent. */
  readonly interfaces?: readonly ServedInterface[] | (() => readonly ServedInterface[]);
  /** Milliseconds between polls, and between attempts to serve an address that failed; 5000 when absent. */
  readonly pollMilliseconds?: number;
  readonly mode?: Mode;
  /** 0 as `dhcp` or `pxe` lets the system choose, for `pxe` at each address by itself. */
  readonly ports?: Partial<Ports>;
  /** Relays (giaddr) that are answered; none when absent. */
  readonly relays?: readonly Ipv4Address[];
  /** Subnets beyond the interfaces' own whose clients may ask on the PXE port, as `10.1.0.0/16`. */
  readonly clientSubnets?: readonly string[];
  /** Vendor class prefixes served as PXE besides PXEClient and HTTPClient, such as `HW-Client`. */
  readonly vendorClasses?: readonly string[];
  /** Ask `choose` about clients of an unknown architecture, too. */
  readonly serveUnknownArchitectures?: boolean;
  readonly limits?: Partial<Limits>;
  /** The clock, in milliseconds; `Date.now` when absent. */
  readonly now?: () => number;
}

export interface BoundEndpoint extends Endpoint {
  readonly role: ServicePort;
  /** The interface a PXE-port endpoint belongs to. */
  readonly interfaceName?: string;
}

export interface ProxyDhcp {
  /** Binds every port. @throws ProxyDhcpStartError naming every port that could not be bound. */
  start(): Promise<void>;
  /** Closes every socket. Safe to call twice. */
  stop(): Promise<void>;
  /** Serves exactly these addresses from now on; ends the polling of a function. */
  setInterfaces(interfaces: readonly ServedInterface[]): Promise<void>;
  setChoose(choose: Choose): void;
  /** Who is served from now on; what is left out is as at the creation. Sockets stay. */
  setClients(clients: Pick<ProxyDhcpOptions, "relays" | "clientSubnets" | "vendorClasses">): void;
  endpoints(): readonly BoundEndpoint[];
  /** The addresses served now. */
  interfaces(): readonly ServedInterface[];
  counters(): Counters;
  [Symbol.asyncDispose](): Promise<void>;
}
