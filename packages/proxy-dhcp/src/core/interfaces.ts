import { type Ipv4Address, parseIpv4 } from "@bootlace/dhcp-core";

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

/** A range of addresses: those that equal `network` under `mask`. */
export interface Subnet {
  readonly network: number;
  readonly mask: number;
}

export const UNSPECIFIED: Ipv4Address = "0.0.0.0";
export const LIMITED_BROADCAST: Ipv4Address = "255.255.255.255";

/** `"10.1.0.0/16"`; a bare address is a range of one. Anything else is `undefined`. */
export function parseSubnet(text: string): Subnet | undefined {
  const [base = "", length = "32", ...rest] = text.split("/");
  const address = parseIpv4(base);
  if (address === undefined || rest.length > 0 || !/^(?:[0-9]|[12][0-9]|3[0-2])$/.test(length)) return undefined;
  const mask = length === "0" ? 0 : (0xffffffff << (32 - Number(length))) >>> 0;
  return { network: (address & mask) >>> 0, mask };
}

/** The range an interface's own netmask describes. */
export function subnetOf(at: ServedInterface): Subnet {
  const address = parseIpv4(at.address) ?? 0;
  const mask = parseIpv4(at.netmask) ?? 0xffffffff;
  return { network: (address & mask) >>> 0, mask };
}

export function inSubnet(address: Ipv4Address, subnet: Subnet): boolean {
  const value = parseIpv4(address);
  return value !== undefined && (value & subnet.mask) >>> 0 === subnet.network;
}

/** 127.0.0.0/8 (RFC 1122 §3.2.1.3). */
export function isLoopback(address: Ipv4Address): boolean {
  return address.startsWith("127.");
}

/** An address one machine can have: not 0/8, not multicast, not 240/4 (RFC 1122 §3.2.1.3, RFC 1112 §4). */
export function isUnicast(address: Ipv4Address): boolean {
  const first = (parseIpv4(address) ?? 0) >>> 24;
  return first > 0 && first < 224;
}

/** Whether two entries describe the same service; a changed netmask is a change. */
export function sameInterface(one: ServedInterface, other: ServedInterface): boolean {
  return (
    one.name === other.name &&
    one.address === other.address &&
    one.netmask === other.netmask &&
    one.broadcast === other.broadcast
  );
}

/** One entry for each link and subnet: a second address beside the first would only repeat its offer. */
export function onePerLink(interfaces: readonly ServedInterface[]): readonly ServedInterface[] {
  const seen = new Set<string>();
  return interfaces.filter((at) => {
    const { network, mask } = subnetOf(at);
    const link = `${at.name} ${network} ${mask}`;
    if (seen.has(link)) return false;
    seen.add(link);
    return true;
  });
}
