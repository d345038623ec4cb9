import { createSocket, type Socket } from "node:dgram";
import type { BindFailure } from "@bootlace/boot-source";
import type { OutgoingReply } from "./core/handle.ts";
import { type Endpoint, LIMITED_BROADCAST, type ServedInterface } from "./core/interfaces.ts";

/** A socket that is bound, or why it could not be. */
export type Bound =
  | { readonly ok: true; readonly socket: Socket }
  | { readonly ok: false; readonly failure: BindFailure };

/** Offers leave by the interface of their source address, and a connected socket takes no datagram from anyone. */
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

/** Octets of requests that may wait: what a class room says in the moment when it is switched on, while we are busy. */
const WAITING_ROOM = 1024 * 1024;

/** The system gives less where its own limit is lower (socket(7): rmem_max), and every byte of it helps. */
function makeRoom(socket: Socket): void {
  try {
    socket.setRecvBufferSize(WAITING_ROOM);
  } catch {
    // Its default then.
  }
}

export function bind(local: Endpoint, reuseAddr: boolean): Promise<Bound> {
  const socket = createSocket({ type: "udp4", reuseAddr });
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

/** Resolves when the socket's port is free again. */
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

/** One datagram from the DHCP port to one host. Connected, so that it takes nothing that is meant for others. */
export async function sendOnce({ from, to, bytes }: OutgoingReply, sent: Sent): Promise<void> {
  const bound = await bind(from, true);
  if (!bound.ok) return sent(bound.failure);
  bound.socket.on("error", sent);
  const code = await connected(bound.socket, to);
  const done: Sent = (error) => {
    sent(error);
    bound.socket.close();
  };
  if (code === undefined) bound.socket.send(bytes, done);
  else done({ code });
}

/** Which of our addresses the routing table uses towards a host. */
export async function addressTowards(address: string, port: number): Promise<string | undefined> {
  const socket = createSocket("udp4");
  const code = await connected(socket, { address, port });
  const local = code === undefined ? socket.address().address : undefined;
  socket.close();
  return local;
}

/** Nothing but address and port, of a socket's own description of either side. */
export function endpoint({ address, port }: Endpoint): Endpoint {
  return { address, port };
}
