import type { Socket } from "node:dgram";
import type { BindResult } from "@bootlace/boot-source";
import type { Datagram, Ports } from "./core/context.ts";
import type { Endpoint, ServedInterface } from "./core/interfaces.ts";
import { bind, bindOffers, closed, endpoint } from "./sockets.ts";

/** One served address: the PXE port's socket, and in full mode the socket that sends offers. */
export interface Service {
  readonly iface: ServedInterface;
  readonly pxe: Socket;
  readonly offers: Socket | undefined;
  /** The address and port of the PXE port's socket. */
  readonly local: Endpoint;
}

/**
 * Binds both sockets, or none.
 * @param dhcpPort the port that offers are sent from; absent: no offers
 */
export async function bindService(
  iface: ServedInterface,
  ports: Ports,
  dhcpPort: number | undefined,
): Promise<BindResult<Service>> {
  const pxe = await bind({ address: iface.address, port: ports.pxe }, false);
  const offers = dhcpPort === undefined ? undefined : await bindOffers(iface, dhcpPort, ports.client);
  if (pxe.ok && offers?.ok !== false) {
    const local = endpoint(pxe.socket.address());
    return { ok: true, bound: { iface, pxe: pxe.socket, offers: offers?.socket, local } };
  }
  const both = [pxe, offers];
  for (const bound of both) if (bound?.ok) await closed(bound.socket);
  return { ok: false, failures: both.flatMap((bound) => (bound?.ok === false ? [bound.failure] : [])) };
}

/** Passes on datagrams of the PXE port, and the errors of both sockets. */
export function receiveOn(
  { iface, pxe, offers, local }: Service,
  receive: (datagram: Datagram) => void,
  onError: (error: NodeJS.ErrnoException) => void,
): void {
  for (const socket of [pxe, offers]) socket?.on("error", onError);
  pxe.on("message", (bytes, from) => {
    receive({ bytes, port: "pxe", localPort: local.port, source: endpoint(from), arrival: iface });
  });
}

export async function closeService({ pxe, offers }: Service): Promise<void> {
  await Promise.all([closed(pxe), offers === undefined ? undefined : closed(offers)]);
}
