import { BOOTREPLY, type DhcpPacket, messageTypes, optionValue } from "@bootlace/dhcp-core";
import { machineId } from "@bootlace/proxy-dhcp";

/** Which machine has which address by this packet. */
export interface Lease {
  /** MAC address, or the client identifier of a machine without one. */
  readonly machine: string;
  readonly address: string;
  /** The DHCP server, where the packet names one (option 54). */
  readonly server?: string;
}

/**
 * What a packet says about who has an address: a server's ACK (RFC 2131 §4.3.1), or a client's REQUEST that takes up an
 * offer or uses its lease (§4.3.2). A DISCOVER only asks.
 */
export function leaseIn(packet: DhcpPacket): Lease | undefined {
  const machine = machineId(packet);
  const type = optionValue(packet, "messageType");
  const address =
    packet.op === BOOTREPLY
      ? type === messageTypes.ACK
        ? packet.yiaddr
        : undefined
      : type === messageTypes.REQUEST
        ? requested(packet)
        : undefined;
  if (machine === "" || address === undefined || address === "0.0.0.0") return undefined;
  const server = optionValue(packet, "serverIdentifier");
  return { machine, address, ...(server === undefined ? {} : { server }) };
}

function requested(packet: DhcpPacket): string {
  return optionValue(packet, "requestedAddress") ?? packet.ciaddr;
}
