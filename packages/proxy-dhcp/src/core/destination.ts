import { type DhcpPacket, messageTypes } from "@bootlace/dhcp-core";
import type { Context, Datagram } from "./context.ts";
import { type Endpoint, LIMITED_BROADCAST, type ServedInterface, UNSPECIFIED } from "./interfaces.ts";

/** The destination of a reply and the socket that sends it. */
export interface Destination {
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** `pxe`: the PXE port's own socket. `broadcast`: the reply socket. `unicast`: from the DHCP port to one host. */
  readonly via: "broadcast" | "pxe" | "unicast";
}

/**
 * RFC 2131 §4.1, in its order: a relay, a known address, else everyone on the link. yiaddr is always 0, so a client
 * without an address can be reached by broadcast only. The source port is the one that received the request, because clients
 * check it.
 */
export function destinationOf(
  packet: DhcpPacket,
  messageType: number,
  datagram: Datagram,
  iface: ServedInterface,
  { ports }: Pick<Context, "ports">,
): Destination {
  const { source } = datagram;
  const asker = source.address === UNSPECIFIED ? packet.ciaddr : source.address;
  const from = { address: iface.address, port: datagram.localPort };
  if (datagram.port === "pxe") {
    // edk2 listens on 4011 and iPXE on 68: only the source port shows which.
    return {
      from,
      to: { address: asker, port: source.port },
      via: "pxe",
    };
  }
  if (packet.giaddr !== UNSPECIFIED) {
    return { from, to: { address: packet.giaddr, port: ports.relay }, via: "unicast" };
  }
  if (messageType !== messageTypes.DISCOVER) {
    const port = source.address === UNSPECIFIED ? ports.client : source.port;
    return { from, to: { address: asker, port }, via: "unicast" };
  }
  return { from, to: { address: iface.broadcast ?? LIMITED_BROADCAST, port: ports.client }, via: "broadcast" };
}
