import { type DhcpPacket, formatMac, hardwareAddress, messageTypes, optionValue } from "@bootlace/dhcp-core";
import type { ApplianceEvent, Network } from "../events/event.ts";
import type { LogRecord } from "../events/record.ts";
import { createThrottle } from "./throttle.ts";

/** Milliseconds between two lines about the same address and server. */
const every = 3_600_000;

/**
 * Watches for machines, those that do not boot too, that a DHCP server gives an address of this machine: whoever has it
 * then takes the requests for files to itself.
 */
export function leaseGuard(): (event: ApplianceEvent, network: Network) => LogRecord | undefined {
  const passes = createThrottle(every);
  return (event, { addresses, macs }) => {
    const lease = leaseIn(event);
    if (lease === undefined || !addresses.includes(lease.address) || macs.includes(lease.mac)) return undefined;
    const { address, server, mac, time } = lease;
    if (!passes(`${address} ${server}`, time)) return undefined;
    const message = `the DHCP server ${server} gives ${mac} the address ${address}, which is Bootlace's own. Take it out of the address pool of ${server}, or reserve it for Bootlace`;
    const fields = { mac, ip: address, server };
    return { level: "warn", scope: "dhcp", event: "dhcp.leases-our-address", message, fields };
  };
}

interface Lease {
  readonly address: string;
  readonly server: string;
  readonly mac: string;
  readonly time: number;
}

function leaseIn({ kind, event }: ApplianceEvent): Lease | undefined {
  if (kind === "appliance" && event.type === "overheard") return leaseOf(event.reply, event.time, event.reply.yiaddr);
  if (kind !== "dhcp" || event.type !== "packet") return undefined;
  const { request, time } = event;
  if (optionValue(request, "messageType") !== messageTypes.REQUEST) return undefined;
  // Without a server it is a machine that asks for the address it had before.
  return leaseOf(request, time, optionValue(request, "requestedAddress"));
}

function leaseOf(packet: DhcpPacket, time: number, address: string | undefined): Lease | undefined {
  const server = optionValue(packet, "serverIdentifier");
  if (address === undefined || server === undefined) return undefined;
  return { address, server, mac: formatMac(hardwareAddress(packet)), time };
}
