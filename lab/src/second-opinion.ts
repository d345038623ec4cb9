import { decodePacket, encodePacket } from "@bootlace/dhcp-core";
import { readDhcp } from "./bootp.ts";
import type { Datagram } from "./pcap.ts";

/**
 * Holds dhcp-core against every DHCP message that a real client, router or relay has sent: it must read what the lab's
 * own reader reads, and what it writes must be read as the same packet again. One line for each disagreement.
 */
export function disagreements(datagrams: readonly Datagram[]): string[] {
  return datagrams.flatMap((datagram) => {
    const message = readDhcp(datagram.payload);
    if (!message) return [];
    const where = `${datagram.source}:${datagram.sourcePort} at ${datagram.time.toFixed(3)}`;
    const decoded = decodePacket(datagram.payload);
    if (!decoded.ok) return [`${where}: dhcp-core cannot read it: ${decoded.fault.code}`];
    const { packet } = decoded;
    const found: string[] = [];
    for (const field of ["op", "xid", "yiaddr", "siaddr", "giaddr"] as const) {
      if (packet[field] !== message[field]) found.push(`${where}: ${field} ${packet[field]}, not ${message[field]}`);
    }
    if (listOptions(packet.options) !== listOptions(message.options)) found.push(`${where}: other options`);
    const encoded = encodePacket(packet);
    const again = encoded.ok ? decodePacket(encoded.bytes) : undefined;
    if (!again?.ok || listOptions(again.packet.options) !== listOptions(packet.options)) {
      found.push(`${where}: dhcp-core does not write what it has read`);
    }
    return found;
  });
}

function listOptions(options: ReadonlyMap<number, Uint8Array>): string {
  return [...options]
    .toSorted(([one], [other]) => one - other)
    .map(([code, value]) => `${code}=${value.join(".")}`)
    .join(" ");
}
