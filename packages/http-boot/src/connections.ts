import type { Socket } from "node:net";
import { boundedMap } from "@bootlace/boot-source";
import type { HttpBootClient, HttpRefusal } from "./core/events.ts";
import type { Delivery } from "./delivery.ts";

/** One TCP connection of a client. */
export interface Connection {
  readonly socket: Socket;
  readonly client: HttpBootClient;
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
  /** Undefined: it has no place. Then it is closed, or answered at the door. */
  accept(socket: Socket): Connection | undefined;
  of(socket: Socket): Connection | undefined;
  /** It is closed. */
  forget(socket: Socket): void;
  /** This client has fetched a file: a place is kept for such. */
  fetched(address: string): void;
  /** Ends the connections of one listener: idle ones at once, the others after their response. */
  finish(local: { readonly address: string; readonly port: number }): void;
  all(): Iterable<Connection>;
  /** Resolves when no connection is open and the end of each request on them was reported. */
  drained(): Promise<void>;
  readonly size: number;
}

export interface ConnectionTableDeps {
  /** May change meanwhile. */
  readonly limits: ConnectionLimits;
  /** Whether a client is served at all. */
  readonly allows: (address: string) => boolean;
  /** Whether a client is known, e.g. named in the config: a share of the places is kept for such clients. */
  readonly isKnown?: ((address: string) => boolean) | undefined;
  /** Milliseconds of any steady clock. */
  readonly now: () => number;
  /** Answers a connection for which there is no place, and closes it. */
  readonly refuse: (socket: Socket, client: HttpBootClient, reason: HttpRefusal) => void;
  /** Called for each connection that is closed without a word: of a client that is not served, or to make room. */
  readonly closed: (client: HttpBootClient, reason: HttpRefusal, detail: string) => void;
}

/** Milliseconds after which a connection without a request makes room for others. */
const silentAfter = 1000;
/** One of so many places is kept for clients that are known. */
const keptPart = 8;
/** One of so many places is never given to a client that has all others. */
const clientPart = 4;
const mostRemembered = 4096;

/**
 * Counts connections. A client that is not served gets no place, and nothing is done for it. One above a limit replaces
 * another one, of the same client where that has too many: first one that has sent no request for a second, then one
 * between two requests. Where all are at work, it is refused.
 */
export function connectionTable(deps: ConnectionTableDeps): Connections {
  const { limits, allows, isKnown = () => false, now, refuse, closed } = deps;
  const connections = new Map<Socket, Connection>();
  const perClient = new Map<string, number>();
  const known = boundedMap<string, true>(mostRemembered);
  let onDrained: (() => void)[] = [];

  function refusalFor(address: string): HttpRefusal | undefined {
    const { maxConnections, maxConnectionsPerClient } = limits;
    const own = perClient.get(address) ?? 0;
    const mostOwn = Math.min(maxConnectionsPerClient, maxConnections - Math.floor(maxConnections / clientPart));
    const ofClient = ({ client }: Connection) => client.address === address;
    if (own >= mostOwn && !makeRoom(ofClient)) return "too-many-connections-of-client";
    const left = maxConnections - connections.size;
    if (left > Math.floor(maxConnections / keptPart)) return undefined;
    if (left > 0 && (known.has(address) || isKnown(address))) return undefined;
    const hasMore = ({ client }: Connection) => (perClient.get(client.address) ?? 0) > own + 1;
    return makeRoom(() => true) || makeRoom(hasMore, 0) ? undefined : "too-many-connections";
  }

  /** Ends the connection that is missed least. @param patience milliseconds without any request that are too long */
  function makeRoom(among: (connection: Connection) => boolean, patience = silentAfter): boolean {
    let least: Connection | undefined;
    for (const connection of connections.values()) {
      const { busy, requests, idleSince } = connection;
      if (busy || isSlow(connection) || !among(connection)) continue;
      if (requests === 0 && now() - idleSince < patience) continue;
      if (least === undefined || isMissedLess(connection, least)) least = connection;
    }
    if (least === undefined) return false;
    const { socket, client, requests } = least;
    forget(socket);
    socket.destroy();
    if (requests === 0) closed(client, "request-timeout", "no request came, and its place was needed");
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
      if (!allows(remoteAddress)) {
        socket.destroy();
        closed(client, "client-not-allowed", "closed at once");
        return undefined;
      }
      const refusal = refusalFor(remoteAddress);
      if (refusal !== undefined) {
        refuse(socket, client, refusal);
        return undefined;
      }
      const connection: Connection = {
        socket,
        client,
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
      return connection;
    },
    of: (socket) => connections.get(socket),
    forget,
    fetched: (address) => void known.set(address, true),
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

/** One that never sent a request, before one between two requests; then the one that is so for longer. */
function isMissedLess(one: Connection, other: Connection): boolean {
  const [asked, otherAsked] = [one.requests > 0, other.requests > 0];
  return asked === otherAsked ? one.idleSince < other.idleSince : !asked;
}

/** A client that still takes what lies in the queue of the operating system. */
function isSlow({ unproven }: Connection): boolean {
  return unproven.some(({ late }) => late);
}
