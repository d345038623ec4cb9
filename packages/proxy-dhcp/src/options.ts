import type { BootServer, HolderOf } from "@bootlace/boot-source";
import type { Ipv4Address } from "@bootlace/dhcp-core";
import type { BootClient } from "./core/client.ts";
import type { Ports } from "./core/context.ts";
import type { ProxyDhcpEvent, ServicePort } from "./core/events.ts";
import type { Endpoint, ServedInterface } from "./core/interfaces.ts";
import type { Limits } from "./core/limits.ts";
import type { Choose } from "./core/plan.ts";
import type { ProxyDhcpStatistics } from "./core/tally.ts";

/**
 * - `full`: ports 67 and 4011 (PXE 2.1 §2.2.3, proxy on a host of its own).
 * - `pxe-port-only`: 4011 alone, beside a DHCP server that holds 67 and sends option 60 `PXEClient` itself.
 */
export type Mode = "full" | "pxe-port-only";

/** Options that may change while the server runs. One that is absent or `undefined` stays unchanged. */
export interface ProxyDhcpChanges {
  readonly choose?: Choose | undefined;
  /** A fixed list, or a function that is polled. Every non-loopback IPv4 address of the system when absent. */
  readonly interfaces?: readonly ServedInterface[] | (() => readonly ServedInterface[]) | undefined;
  /** Relays (giaddr) that are answered; none when absent. */
  readonly relays?: readonly Ipv4Address[] | undefined;
  /**
   * Subnets beyond the interfaces' own whose clients may use the PXE port: `10.1.0.0/16`, or a single address. Host
   * bits are ignored.
   */
  readonly clientSubnets?: readonly string[] | undefined;
  /** Vendor class prefixes served as PXE besides PXEClient and HTTPClient, such as `HW-Client`. */
  readonly vendorClasses?: readonly string[] | undefined;
  /** Call `choose` for clients of an unknown architecture too. */
  readonly serveUnknownArchitectures?: boolean | undefined;
  /**
   * Whether a machine was seen to boot before, or is named by somebody: it has a share of the limits that invented
   * machines cannot use up (`limits.known`). Asked when what is for all is used up.
   */
  readonly isKnown?: ((client: BootClient) => boolean) | undefined;
  /** Absent limits are as in `defaultLimits`. */
  readonly limits?: Partial<Limits> | undefined;
}

export interface ProxyDhcpOptions extends ProxyDhcpChanges {
  readonly choose: Choose;
  readonly onEvent?: ((event: ProxyDhcpEvent) => void) | undefined;
  /** Milliseconds between polls, and between attempts to serve an address that failed; 5000 when absent. */
  readonly pollMilliseconds?: number | undefined;
  readonly mode?: Mode | undefined;
  /** 0 as `dhcp` or `pxe` lets the system choose, for `pxe` separately at each address. */
  readonly ports?: Partial<Ports> | undefined;
  /**
   * Has the system deliver to each of these sockets only what comes in by its network interface (SO_BINDTODEVICE), and to
   * the common socket nothing that was sent to the addresses `without`, which the others hear (SO_ATTACH_FILTER). Node.js
   * cannot ask for either. Then a DISCOVER is answered on the wire it came by, and others are not heard. Absent, or
   * where it resolves to false: broadcasts are heard from all wires of this machine.
   */
  readonly bindToDevice?: BindToDevice | undefined;
  /** Finds a name, for people, of the process that holds a port which a start could not bind. */
  readonly holderOf?: HolderOf | undefined;
  /** The clock, in milliseconds; `Date.now` when absent. */
  readonly now?: (() => number) | undefined;
}

/** Resolves to whether it did. */
export type BindToDevice = (
  sockets: readonly { readonly descriptor: number; readonly device: string }[],
  common: { readonly descriptor: number; readonly without: readonly string[] },
) => Promise<boolean>;

/** A port that receives requests. */
export interface BoundAddress extends Endpoint {
  readonly role: ServicePort;
  /** The interface that an address of the PXE port belongs to. */
  readonly interfaceName?: string;
}

/** A proxyDHCP server. A stop that drains waits for the replies that a plan delays. */
export interface ProxyDhcp extends BootServer<ProxyDhcpChanges, ProxyDhcpStatistics, BoundAddress> {
  /** The ports bound now: the DHCP port first, then the PXE port of each served address. */
  addresses(): readonly BoundAddress[];
  /** The interfaces served now. */
  interfaces(): readonly ServedInterface[];
}
