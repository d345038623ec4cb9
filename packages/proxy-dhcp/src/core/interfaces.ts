import type { Ipv4Address } from "@bootlace/dhcp-core";

/** One IPv4 address of one network interface, on which clients are served. */
export interface ServedInterface {
  /** As the operating system names it, such as `eth0`. */
  readonly name: string;
  readonly address: Ipv4Address;
  readonly netmask: Ipv4Address;
  /** Where offers are broadcast to; 255.255.255.255 when absent (RFC 2131 §4.1). */
  readonly broadcast?: Ipv4Address;
}

export interface Endpoint {
  readonly address: Ipv4Address;
  readonly port: number;
}
