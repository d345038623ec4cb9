import { type DhcpPacket, formatMac, hardwareAddress, messageTypes, optionValue } from "@bootlace/dhcp-core";
import type { ApplianceEvent, Network } from "../events/event.ts";
import type { LogRecord } from "../events/record.ts";
import { createThrottle } from "./throttle.ts";

/** Milliseconds between two lines about the same address and server, or machine. */
const every = 3_600_000;
const UNSPECIFIED = "0.0.0.0";

/**
 * Watches for machines, those that do not boot too, that have or get an address of this machine: whoever has it takes
 * the requests for files to itself. DHCP is all that shows it: what such a machine sends from that address is dropped by
 * the kernel without a word, and the table of neighbours has no entry for an own address.
 */
export function leaseGuard(): (event: ApplianceEvent, network: Network) => LogRecord | undefined {
  const passes = createThrottle(every);
  return (event, { addresses, macs }) => {
    const sight = sightIn(event);
    if (sight === undefined || !addresses.includes(sight.address) || macs.includes(sight.mac)) return undefined;
    // Every machine has the addresses of loopback.
    if (sight.address.startsWith("127.")) return undefined;
    const { address, server, mac, time } = sight;
    if (!passes(`${address} ${server ?? mac}`, time)) return undefined;
    return server === undefined ? inUse(address, mac) : leased(address, mac, server);
  };
}

function leased(address: string, mac: string, server: string): LogRecord {
  const message = `the DHCP server ${server} gives ${mac} the address ${address}, which is Bootlace's own. Take it out of the address pool of ${server}, or reserve it for Bootlace`;
  const fields = { mac, ip: address, server };
  return { level: "warn", scope: "dhcp", event: "dhcp.leases-our-address", message, fields };
}

function inUse(address: string, mac: string): LogRecord {
  const message = `${mac} uses the address ${address}, which is Bootlace's own: clients may reach either of the two. Give one of them another address`;
  return { level: "warn", scope: "dhcp", event: "dhcp.address-in-use", message, fields: { mac, ip: address } };
}

/** A machine with an address, and the server that gives it; undefined: the machine has it already. */
interface Sight {
  readonly address: string;
  readonly server: string | undefined;
  readonly mac: string;
  readonly time: number;
}

function sightIn({ kind, event }: ApplianceEvent): Sight | undefined {
  if (kind === "appliance" && event.type === "overheard") return leaseOf(event.reply, event.time, event.reply.yiaddr);
  if (kind !== "dhcp" || event.type !== "packet" || event.request.op !== 1) return undefined;
  const { request, time } = event;
  const type = optionValue(request, "messageType");
  // A client writes ciaddr only when it has that address and answers for it (RFC 2131 table 1).
  if (request.ciaddr !== UNSPECIFIED) {
    return { address: request.ciaddr, server: undefined, mac: formatMac(hardwareAddress(request)), time };
  }
  // DECLINE: it was given an address and found that somebody, this machine, has it. Without a server, a REQUEST is that
  // of a machine that asks for the address it had before.
  if (type !== messageTypes.REQUEST && type !== messageTypes.DECLINE) return undefined;
  return leaseOf(request, time, optionValue(request, "requestedAddress"));
}

function leaseOf(packet: DhcpPacket, time: number, address: string | undefined): Sight | undefined {
  const server = optionValue(packet, "serverIdentifier");
  if (address === undefined || server === undefined) return undefined;
  return { address, server, mac: formatMac(hardwareAddress(packet)), time };
}
