import { type DhcpMessage, messageType, optionText, readDhcp } from "./bootp.ts";
import type { Datagram } from "./pcap.ts";

const OFFER = 2;
const ACK = 5;
const NETWORK_BOOT = ["PXEClient", "HTTPClient"];

/**
 * What a proxy must never do on a LAN, looked for in everything that `address` sent: an address given out, any other
 * message than OFFER and ACK, an answer to somebody who did not ask as PXEClient or HTTPClient, an answer without the
 * class (PXE 2.1 section 2.2.3) or without its own server identifier. One line for each breach, none when all is well.
 * `vendorClasses` are further classes that its config names.
 */
export function breaches(
  datagrams: readonly Datagram[],
  address: string,
  vendorClasses: readonly string[] = [],
): string[] {
  const served = [...NETWORK_BOOT, ...vendorClasses];
  const boots = (message: DhcpMessage) => served.some((name) => optionText(message, 60)?.startsWith(name));
  const found: string[] = [];
  const asked = new Map<number, DhcpMessage>();
  for (const datagram of datagrams) {
    const message = readDhcp(datagram.payload);
    if (message?.op === 1 && (datagram.destinationPort === 67 || datagram.destinationPort === 4011)) {
      if (boots(message)) asked.set(message.xid, message);
    }
    if (!isDhcpReply(datagram, address)) continue;
    const where = `at ${datagram.time.toFixed(3)} to ${datagram.destination}:${datagram.destinationPort}`;
    if (message?.op !== 2) {
      found.push(`${where}: not a DHCP reply`);
      continue;
    }
    const type = messageType(message);
    if (message.yiaddr !== "0.0.0.0") found.push(`${where}: gives out the address ${message.yiaddr}`);
    if (type !== OFFER && type !== ACK) found.push(`${where}: message type ${type}`);
    if (!asked.has(message.xid)) found.push(`${where}: nobody asked as PXEClient or HTTPClient with this xid`);
    if (!boots(message)) found.push(`${where}: no vendor class`);
    if (message.options.get(54)?.join(".") !== address) found.push(`${where}: not its own server identifier`);
  }
  return found;
}

/** Whether the datagram is an answer of the DHCP side of `address`: from port 67 or 4011, to whatever port. */
export function isDhcpReply(datagram: Datagram, address: string): boolean {
  return datagram.source === address && (datagram.sourcePort === 67 || datagram.sourcePort === 4011);
}
