import type { Socket } from "node:dgram";
import type { Endpoint } from "./core/interfaces.ts";
import { type Bound, bindTowards, closed, type OnMessage, type Sent } from "./sockets.ts";

/**
 * Sends from the DHCP port to single hosts. What a host sends to that port is handed to the socket that is connected to it,
 * for as long as there is one; so it is read from, and nothing is lost.
 */
export interface HostSockets {
  /** @param lasting the host will get more, as a relay does: its socket stays */
  send(from: Endpoint, to: Endpoint, bytes: Uint8Array, lasting: boolean, sent: Sent): void;
  /** Closes the sockets of one address, or all. */
  close(address?: string): Promise<void>;
}

/** Lasting ones; the one that was used longest ago is closed for another. */
const most = 64;

/** @param receive gets what comes, with the address it was sent to */
export function hostSockets(receive: (bytes: Uint8Array, from: Endpoint, to: Endpoint) => void): HostSockets {
  const lasting = new Map<string, { readonly from: Endpoint; readonly bound: Promise<Bound> }>();

  function open(from: Endpoint, to: Endpoint): Promise<Bound> {
    const onMessage: OnMessage = (bytes, { address, port }) => receive(bytes, { address, port }, from);
    return bindTowards(from, to, onMessage);
  }

  function discard(key: string): void {
    const entry = lasting.get(key);
    lasting.delete(key);
    void entry?.bound.then((bound) => (bound.ok ? closed(bound.socket) : undefined));
  }

  function keep(from: Endpoint, to: Endpoint): Promise<Bound> {
    const key = `${from.address} ${from.port} ${to.address} ${to.port}`;
    const known = lasting.get(key);
    lasting.delete(key);
    const entry = known ?? { from, bound: open(from, to) };
    lasting.set(key, entry);
    if (known === undefined) {
      void entry.bound.then((bound) => {
        if (!bound.ok) lasting.delete(key);
        // ECONNREFUSED of a relay that is restarted: the next reply may arrive.
        else bound.socket.on("error", () => {});
      });
      const [oldest] = lasting.keys();
      if (lasting.size > most && oldest !== undefined) discard(oldest);
    }
    return entry.bound;
  }

  function sendOn(socket: Socket, bytes: Uint8Array, sent: Sent): void {
    try {
      socket.send(bytes, sent);
    } catch (error) {
      // Closed in the meantime.
      sent(error as Error);
    }
  }

  return {
    send(from, to, bytes, isLasting, sent) {
      const opening = isLasting ? keep(from, to) : open(from, to);
      void opening.then((bound) => {
        if (!bound.ok) {
          sent(bound.failure);
          return;
        }
        const { socket } = bound;
        if (isLasting) {
          sendOn(socket, bytes, sent);
          return;
        }
        socket.on("error", sent);
        sendOn(socket, bytes, (error) => {
          sent(error);
          socket.close();
        });
      });
    },
    async close(address) {
      const all = [...lasting].filter(([, { from }]) => address === undefined || from.address === address);
      for (const [key] of all) lasting.delete(key);
      const sockets = await Promise.all(all.map(([, { bound }]) => bound));
      await Promise.all(sockets.map((bound) => (bound.ok ? closed(bound.socket) : undefined)));
    },
  };
}
