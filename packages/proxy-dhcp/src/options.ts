import type { Ipv4Address } from "@bootlace/dhcp-core";
import type { ProxyDhcpEvent, ServicePort } from "./core/events.ts";
import type { Endpoint, ServedInterface } from "./core/interfaces.ts";
import type { Limits } from "./core/limits.ts";
import type { Choose } from "./core/plan.ts";
import type { IgnoreReason } from "./core/reasons.ts";

/**
 * - `full`: ports 67 and 4011 (PXE 2.1 §2.2.3, proxy on a host of its own).
 * - `pxe-port-only`: 4011 alone, beside a DHCP server that holds 67 and sends option 60 `PXEClient` itself.
 */
export type Mode = "full" | "pxe-port-only";

export interface Ports {
  /** Where requests are broadcast to; 67. 0 lets the system choose. */
  readonly dhcp: number;
  /** Boot server and binl requests; 4011. 0 lets the system choose, for each address by itself. */
  readonly pxe: number;
  /** Where clients listen; 68. */
  readonly client: number;
  /** Where relays listen; 67. */
  readonly relay: number;
}

export interface ProxyDhcpOptions {
  readonly choose: Choose;
  readonly onEvent?: (event: ProxyDhcpEvent) => void;
  /** Without it every non-loopback IPv4 address is served, and polled. */
  readonly interfaces?: readonly ServedInterface[];
  /** Which of the polled addresses are served; all when absent. No meaning with `interfaces`. */
  readonly acceptInterface?: (candidate: ServedInterface) => boolean;
  /** Milliseconds between polls of the interfaces; 5000 when absent. */
  readonly pollMilliseconds?: number;
  readonly mode?: Mode;
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
  readonly interfaceName?: string;
}

export interface ProxyDhcp {
  /** Binds every port. @throws ProxyDhcpStartError naming every port that could not be bound. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Serves exactly these addresses from now on; ends polling. */
  setInterfaces(interfaces: readonly ServedInterface[]): Promise<void>;
  setChoose(choose: Choose): void;
  endpoints(): readonly BoundEndpoint[];
  interfaces(): readonly ServedInterface[];
  counters(): Counters;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Totals since creation. */
export interface Counters {
  readonly received: number;
  readonly offers: number;
  readonly acks: number;
  readonly sendFailures: number;
  readonly ignored: Readonly<Partial<Record<IgnoreReason, number>>>;
}

export interface BindFailure extends Endpoint {
  /** As the operating system says it: `EACCES`, `EADDRINUSE`, `EADDRNOTAVAIL`. */
  readonly code: string;
  /** The process that holds the port, where /proc tells. */
  readonly holder?: { readonly pid: number; readonly command: string };
}

/** At least one port could not be bound; nothing is left bound. */
export class ProxyDhcpStartError extends Error {
  override readonly name = "ProxyDhcpStartError";
  readonly code: string;
  readonly address: Ipv4Address;
  readonly port: number;
  readonly failures: readonly BindFailure[];

  constructor(message: string, first: BindFailure, failures: readonly BindFailure[]) {
    super(message);
    this.code = first.code;
    this.address = first.address;
    this.port = first.port;
    this.failures = failures;
  }
}
