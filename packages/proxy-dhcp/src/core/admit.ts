import { subnetContains } from "@bootlace/boot-source";
import { type DhcpPacket, type Ipv4Address, messageTypes } from "@bootlace/dhcp-core";
import type { Context, Datagram } from "./context.ts";
import {
  directedBroadcast,
  isLoopback,
  isUnicast,
  onePerLink,
  type ServedInterface,
  subnetOf,
  UNSPECIFIED,
} from "./interfaces.ts";
import type { IgnoreReason } from "./reasons.ts";

export type Admission =
  | { readonly ok: true; readonly interfaces: readonly ServedInterface[] }
  | { readonly ok: false; readonly reason: IgnoreReason; readonly detail?: string };

/**
 * Whether a request may be answered at all, and on which interfaces. Only sources of our own subnets, broadcasts
 * and relays on the list get through, so that a forged address cannot direct replies at a third party.
 */
export function admit(packet: DhcpPacket, messageType: number, datagram: Datagram, context: Context): Admission {
  const { source } = datagram;
  const loopbackServed = context.interfaces.some((iface) => isLoopback(iface.address));
  const own = context.interfaces.some((iface) => iface.address === source.address);
  if (isLoopback(source.address) ? !loopbackServed : own) return refused("own-traffic", source.address);

  if (datagram.port === "pxe") return admitUnicast(packet, datagram, context, datagram.arrival);
  if (packet.giaddr !== UNSPECIFIED) return admitRelayed(packet.giaddr, datagram, context, loopbackServed);
  const arrived = arrivedOn(datagram, context);
  if (messageType !== messageTypes.DISCOVER) {
    return admitUnicast(packet, datagram, { ...context, interfaces: arrived }, undefined);
  }
  if (arrived.length === 0) return refused("no-interface");
  const near = arrived.filter((iface) => subnetContains(subnetOf(iface), source.address));
  if (source.address !== UNSPECIFIED && near.length === 0) return refused("source-not-local", source.address);
  return { ok: true, interfaces: onePerLink(near.length > 0 ? near : arrived) };
}

/** The served addresses of the network interface that a datagram came in by; all of them where that is not known. */
function arrivedOn({ device }: Datagram, { interfaces }: Context): readonly ServedInterface[] {
  return device === undefined ? interfaces : interfaces.filter(({ name }) => name === device);
}

/**
 * The relay of a datagram whose address no served subnet holds, so that only the routing table decides which of our
 * addresses leads to it.
 */
export function relayToRoute(bytes: Uint8Array, context: Context): Ipv4Address | undefined {
  const giaddr = bytes.subarray(GIADDR, GIADDR + 4).join(".");
  const near = context.interfaces.some((iface) => subnetContains(subnetOf(iface), giaddr));
  return context.relays.has(giaddr) && !near ? giaddr : undefined;
}

const GIADDR = 24;

/** RFC 1542 §4.1.2: the relay's address is where the reply goes, so only known relays may name it. */
function admitRelayed(giaddr: Ipv4Address, datagram: Datagram, context: Context, loopbackServed: boolean): Admission {
  const usable =
    isUnicast(giaddr) &&
    (loopbackServed || !isLoopback(giaddr)) &&
    !context.interfaces.some((iface) => iface.address === giaddr);
  if (!usable || !context.relays.has(giaddr)) return refused("relay-not-allowed", giaddr);
  const iface =
    datagram.arrival ??
    context.interfaces.find((candidate) => subnetContains(subnetOf(candidate), giaddr)) ??
    context.interfaces[0];
  return iface === undefined ? refused("no-interface") : { ok: true, interfaces: [iface] };
}

/** A request answered at its source: source, ciaddr and port must all be those of a boot client. */
function admitUnicast(
  packet: DhcpPacket,
  datagram: Datagram,
  context: Context,
  arrival: ServedInterface | undefined,
): Admission {
  const { source } = datagram;
  const { client, pxe } = context.ports;
  const client4011 = source.port === 4011 || source.port === pxe;
  if (source.port < 1024 && source.port !== client && source.port !== 68 && !client4011) {
    return refused("source-port-not-allowed", String(source.port));
  }
  const claimed = packet.ciaddr;
  const target = source.address === UNSPECIFIED ? claimed : source.address;
  if (target === UNSPECIFIED) return refused("no-return-address");
  if (claimed !== UNSPECIFIED && claimed !== target) return refused("ciaddr-mismatch", claimed);

  const near = context.interfaces.filter((iface) => subnetContains(subnetOf(iface), target));
  const far = context.clientSubnets.some((subnet) => subnetContains(subnet, target));
  if (near.length === 0 && !far) return refused("source-not-local", target);
  if (!isUnicast(target) || isBroadcastOf(target, near)) return refused("source-not-local", target);
  const iface = arrival ?? near[0] ?? context.interfaces[0];
  return iface === undefined ? refused("no-interface") : { ok: true, interfaces: [iface] };
}

/** The last address of a subnet reaches every machine in it; no client sends from it (RFC 1122 §3.2.1.3). */
function isBroadcastOf(address: Ipv4Address, near: readonly ServedInterface[]): boolean {
  return near.some((iface) => directedBroadcast(iface) === address);
}

function refused(reason: IgnoreReason, detail?: string): Admission {
  return { ok: false, reason, ...(detail === undefined ? {} : { detail }) };
}
