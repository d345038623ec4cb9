import type { Socket } from "node:net";
import type { HttpBootClient, HttpRefusal } from "./core/events.ts";
import type { Delivery } from "./delivery.ts";

/** One TCP connection of a client. */
export interface Connection {
  readonly socket: Socket;
  readonly client: HttpBootClient;
  /** The refusal for everything on this connection. */
  readonly refusal: HttpRefusal | undefined;
  /** The body that is being written. */
  current: Delivery | undefined;
  /** Bodies before it that the operating system has taken: how much of them the client has is not known yet. */
  unproven: Delivery[];
  /** A request came before the answer to the one before: the next one proves nothing. */
  asksAhead: boolean;
  /** Requests that arrived while another one is being answered (pipelining), in order. */
  readonly waiting: (() => void)[];
  busy: boolean;
  /** No request is accepted after the current ones: the listener is closing. */
  last: boolean;
  /** Requests so far. */
  requests: number;
  /** When the last answer ended; same clock as `now` of the table. */
  idleSince: number;
}

export interface ConnectionLimits {
  /** Connections at once, from all clients. */
  readonly maxConnections: number;
  readonly maxConnectionsPerClient: number;
}

export interface Connections {
  /** Undefined: it was refused without a word. */
  accept(socket: Socket): Connection | undefined;
  of(socket: Socket): Connection | undefined;
  /** Ends the connections of one listener: idle ones at once, the others after their response. */
  finish(local: { readonly address: string; readonly port: number }): void;
  all(): Iterable<Connection>;
  /** Resolves when no connection is open and the end of each request on them was reported. */
  drained(): Promise<void>;
  readonly size: number;
}

/** Connections beyond the limits that still get a response: as many again as the limits allow. */
const excessFactor = 2;

/**
 * Counts connections. One above the limit replaces an idle one, of the same client first; without an idle one
 * it gets 503 with Retry-After, which iPXE obeys, and is closed.
 * @param limits may change meanwhile
 * @param allows whether a client is served at all
 * @param now milliseconds of any steady clock
 * @param unanswered called for each connection for which there is no room for an answer
 */
export function connectionTable(
  limits: ConnectionLimits,
  allows: (address: string) => boolean,
  now: () => number,
  unanswered: (client: HttpBootClient, reason: HttpRefusal) => void = () => {},
): Connections {
  const connections = new Map<Socket, Connection>();
  const perClient = new Map<string, number>();
  let onDrained: (() => void)[] = [];

  function refusalFor(address: string): HttpRefusal | undefined {
    if (!allows(address)) return "client-not-allowed";
    const ofClient = (connection: Connection) => connection.client.address === address;
    const { maxConnections, maxConnectionsPerClient } = limits;
    if ((perClient.get(address) ?? 0) >= maxConnectionsPerClient && !endOldestIdle(ofClient)) {
      return "too-many-connections-of-client";
    }
    return connections.size >= maxConnections && !endOldestIdle(() => true) ? "too-many-connections" : undefined;
  }

  function endOldestIdle(among: (connection: Connection) => boolean): boolean {
    let oldest: Connection | undefined;
    for (const connection of connections.values()) {
      if (connection.busy || isSlow(connection) || connection.requests === 0 || !among(connection)) continue;
      if (oldest === undefined || connection.idleSince < oldest.idleSince) oldest = connection;
    }
    if (oldest === undefined) return false;
    forget(oldest.socket);
    oldest.socket.destroy();
    return true;
  }

  function forget(socket: Socket): void {
    const connection = connections.get(socket);
    if (connection === undefined) return;
    connections.delete(socket);
    const { address } = connection.client;
    const left = (perClient.get(address) ?? 1) - 1;
    if (left === 0) perClient.delete(address);
    else perClient.set(address, left);
    if (connections.size > 0) return;
    for (const resolve of onDrained) resolve();
    onDrained = [];
  }

  return {
    accept(socket) {
      const { remoteAddress, remotePort = 0, localAddress = "", localPort = 0 } = socket;
      // Without address: gone before it was accepted.
      if (remoteAddress === undefined) {
        socket.destroy();
        return undefined;
      }
      const client = { address: remoteAddress, port: remotePort, localAddress, localPort };
      const most = limits.maxConnections * excessFactor;
      while (connections.size >= most && endOldestIdle(isLeaving));
      if (connections.size >= most) {
        socket.destroy();
        unanswered(client, "too-many-connections");
        return;
      }
      const refusal = refusalFor(remoteAddress);
      const connection: Connection = {
        socket,
        client,
        refusal,
        current: undefined,
        unproven: [],
        asksAhead: false,
        waiting: [],
        busy: false,
        last: false,
        requests: 0,
        idleSince: now(),
      };
      connections.set(socket, connection);
      perClient.set(remoteAddress, (perClient.get(remoteAddress) ?? 0) + 1);
      socket.once("close", () => forget(socket));
      return connection;
    },
    of: (socket) => connections.get(socket),
    finish({ address, port }) {
      for (const connection of connections.values()) {
        const { client, socket } = connection;
        if (client.localPort !== port || (client.localAddress !== address && address !== "0.0.0.0")) continue;
        connection.last = true;
        if (!connection.busy) socket.destroySoon();
      }
    },
    all: () => connections.values(),
    async drained() {
      if (connections.size > 0) await new Promise<void>((resolve) => void onDrained.push(resolve));
    },
    get size() {
      return connections.size;
    },
  };
}

/** A client that still takes what lies in the queue of the operating system. */
function isSlow({ unproven }: Connection): boolean {
  return unproven.some(({ late }) => late);
}

/** Closed on our side; the client was to close its own. */
function isLeaving({ socket }: Connection): boolean {
  return socket.writableEnded;
}
