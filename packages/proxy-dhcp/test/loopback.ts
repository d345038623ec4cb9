import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { ProxyDhcpEvent } from "../src/core/events.ts";
import type { ServedInterface } from "../src/core/interfaces.ts";

/** A served interface of the loopback network, with a broadcast that stays on it. */
export function loopback(name = "lo", address = "127.0.0.1", netmask = "255.0.0.0"): ServedInterface {
  return { name, address, netmask, broadcast: "127.255.255.255" };
}

export interface Peer extends AsyncDisposable {
  readonly port: number;
  send(bytes: Uint8Array, port: number, address?: string): void;
  /** The next datagram, with its source. */
  receive(): Promise<{ readonly bytes: Uint8Array; readonly address: string; readonly port: number }>;
}

/** A machine of the test on the loopback network, on a port of the system's choice. */
export async function peer(address = "0.0.0.0"): Promise<Peer> {
  const socket: Socket = createSocket("udp4");
  const waiting: ((message: Awaited<ReturnType<Peer["receive"]>>) => void)[] = [];
  const arrived: Awaited<ReturnType<Peer["receive"]>>[] = [];
  socket.on("message", (bytes, { address, port }) => {
    const message = { bytes: new Uint8Array(bytes), address, port };
    const next = waiting.shift();
    if (next === undefined) arrived.push(message);
    else next(message);
  });
  socket.bind(0, address);
  await once(socket, "listening");
  return {
    port: socket.address().port,
    send: (bytes, port, to = "127.0.0.1") => socket.send(bytes, port, to),
    receive: () => {
      const message = arrived.shift();
      return message === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(message);
    },
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, "close");
    },
  };
}

/** Keeps events, and lets a test wait for one. */
export function eventLog() {
  const events: ProxyDhcpEvent[] = [];
  const waiting: { test: (event: ProxyDhcpEvent) => boolean; resolve: (event: ProxyDhcpEvent) => void }[] = [];
  return {
    events,
    onEvent(event: ProxyDhcpEvent): void {
      events.push(event);
      for (const waiter of waiting.splice(0)) {
        if (waiter.test(event)) waiter.resolve(event);
        else waiting.push(waiter);
      }
    },
    /** The first event of a type from now on. */
    next<T extends ProxyDhcpEvent["type"]>(type: T): Promise<Extract<ProxyDhcpEvent, { type: T }>> {
      return new Promise((resolve) => {
        waiting.push({
          test: (event) => event.type === type,
          resolve: (event) => resolve(event as Extract<ProxyDhcpEvent, { type: T }>),
        });
      });
    },
    types: () => events.map(({ type }) => type),
  };
}
