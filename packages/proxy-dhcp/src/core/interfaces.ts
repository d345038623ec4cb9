import { networkOf, type Subnet, subnetText } from "@bootlace/boot-source";
import { formatIpv4, type Ipv4Address, parseIpv4 } from "@bootlace/dhcp-core";

/** One IPv4 address of one network interface, on which clients are served. */
export interface ServedInterface {
  /** As the operating system names it, such as `eth0`. */
  readonly name: string;
  readonly address: Ipv4Address;
  readonly netmask: Ipv4Address;
  /** Broadcast address for offers; 255.255.255.255 when absent (RFC 2131 §4.1). */
  readonly broadcast?: Ipv4Address;
}

export interface Endpoint {
  readonly address: Ipv4Address;
  readonly port: number;
}

export const UNSPECIFIED: Ipv4Address = "0.0.0.0";
export const LIMITED_BROADCAST: Ipv4Address = "255.255.255.255";

const subnets = new WeakMap<ServedInterface, Subnet>();

/** The range an interface's own netmask describes; of one address where there is no such netmask. */
export function subnetOf(iface: ServedInterface): Subnet {
  const known = subnets.get(iface);
  if (known !== undefined) return known;
  const prefix = Math.clz32(~(parseIpv4(iface.netmask) ?? 0xffffffff));
  const subnet = networkOf(`${iface.address}/${prefix}`) ?? nowhere;
  subnets.set(iface, subnet);
  return subnet;
}

/** A range without addresses. */
const nowhere: Subnet = { version: 4, prefix: 32, network: [], mask: [] };

/** The last address of an interface's subnet (RFC 919 §7); a subnet of one or two addresses has none (RFC 3021). */
export function directedBroadcast(iface: ServedInterface): Ipv4Address | undefined {
  const { prefix, network, mask } = subnetOf(iface);
  return prefix < 31 ? formatIpv4(((network[0] ?? 0) | ~(mask[0] ?? 0)) >>> 0) : undefined;
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

/** One entry per link and subnet: a second address would only repeat the offer of the first. */
export function onePerLink(interfaces: readonly ServedInterface[]): readonly ServedInterface[] {
  const seen = new Set<string>();
  return interfaces.filter((iface) => {
    const link = `${iface.name} ${subnetText(subnetOf(iface))}`;
    if (seen.has(link)) return false;
    seen.add(link);
    return true;
  });
}
