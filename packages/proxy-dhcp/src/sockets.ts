import { createSocket, type Socket } from "node:dgram";
import type { BindFailure } from "@bootlace/boot-source";
import { type Endpoint, LIMITED_BROADCAST, type ServedInterface } from "./core/interfaces.ts";

/** A bound socket, or why it could not be bound. */
export type Bound =
  | { readonly ok: true; readonly socket: Socket }
  | { readonly ok: false; readonly failure: BindFailure };

/** Offers are sent on the interface of their source address; a connected socket receives no datagrams of others. */
export async function bindOffers(iface: ServedInterface, port: number, clientPort: number): Promise<Bound> {
  const local = { address: iface.address, port };
  const bound = await bind(local, true);
  if (!bound.ok) return bound;
  bound.socket.setBroadcast(true);
  const code = await connected(bound.socket, { address: iface.broadcast ?? LIMITED_BROADCAST, port: clientPort });
  if (code === undefined) return bound;
  await closed(bound.socket);
  return { ok: false, failure: { protocol: "udp", ...local, code } };
}

/** Bytes of the receive buffer: the requests of a classroom switched on at once, while the process is busy. */
const WAITING_ROOM = 1024 * 1024;

/** The system grants less where its own limit is lower (socket(7): rmem_max), and every byte helps. */
function makeRoom(socket: Socket): void {
  try {
    socket.setRecvBufferSize(WAITING_ROOM);
  } catch {
    // The system's default remains.
  }
}

export type OnMessage = (bytes: Uint8Array, from: Endpoint) => void;

export function bind(local: Endpoint, reuseAddr: boolean, onMessage?: OnMessage): Promise<Bound> {
  const socket = createSocket({ type: "udp4", reuseAddr });
  if (onMessage !== undefined) socket.on("message", onMessage);
  return new Promise((resolve) => {
    socket.once("error", (error: NodeJS.ErrnoException) => {
      socket.close();
      resolve({ ok: false, failure: { protocol: "udp", ...local, code: error.code ?? error.message } });
    });
    socket.bind(local.port, local.address, () => {
      socket.removeAllListeners("error");
      makeRoom(socket);
      resolve({ ok: true, socket });
    });
  });
}

/** Resolves when the socket's port is free. */
export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(resolve));
}

/** The code of the failure, or `undefined`. */
function connected(socket: Socket, to: Endpoint): Promise<string | undefined> {
  return new Promise((resolve) => {
    socket.connect(to.port, to.address, (error?: NodeJS.ErrnoException) => resolve(error?.code ?? error?.message));
  });
}

export type Sent = (error: { readonly code?: string; readonly message?: string } | null) => void;

/** A socket on the DHCP port for one host: the system hands it all that this host sends to that port. */
export async function bindTowards(from: Endpoint, to: Endpoint, onMessage: OnMessage): Promise<Bound> {
  const bound = await bind(from, true, onMessage);
  if (!bound.ok) return bound;
  const code = await connected(bound.socket, to);
  if (code === undefined) return bound;
  await closed(bound.socket);
  return { ok: false, failure: { protocol: "udp", ...from, code } };
}

/** The own address that the routing table uses towards a host. */
export async function addressTowards(address: string, port: number): Promise<string | undefined> {
  const socket = createSocket("udp4");
  const code = await connected(socket, { address, port });
  const local = code === undefined ? socket.address().address : undefined;
  socket.close();
  return local;
}

/** Address and port alone, of a socket's own or remote side. */
export function endpoint({ address, port }: Endpoint): Endpoint {
  return { address, port };
}
