import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { BindFailure, BindResult, BoundAddress } from "@bootlace/boot-source";
import type { Connections } from "./connections.ts";
import type { HttpRefusal } from "./core/events.ts";
import { readUnreadable, type Unreadable } from "./core/unreadable.ts";
import type { Deliveries } from "./deliveries.ts";
import { deliveriesOf } from "./looks.ts";
import type { IncomingMessage, ServerResponse } from "./messages.ts";
import type { HttpBootLimits } from "./server-options.ts";

export interface Listener {
  readonly endpoint: BoundAddress;
  /** Accepts no more connections and ends idle ones; responses under way continue. */
  close(): void;
  /** Resolves when its last connection has ended. */
  readonly closed: Promise<void>;
}

export type ListenerTimes = Pick<HttpBootLimits, "requestTimeout" | "idleLimit" | "keepAliveTimeout">;

export interface ListenerHooks {
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  /** A request that cannot be read, after which the connection is closed. */
  readonly onUnreadable: (socket: Socket, unreadable: Pick<Unreadable, "reason"> & Partial<Unreadable>) => void;
  readonly connections: Connections;
  readonly deliveries: Deliveries;
}

const maxHeaderBytes = 8192;

/** Listens for HTTP/1.1 on one address. */
export function listen(
  address: string,
  port: number,
  times: ListenerTimes,
  hooks: ListenerHooks,
): Promise<BindResult<Listener>> {
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: times.requestTimeout,
      requestTimeout: times.requestTimeout,
      connectionsCheckingInterval: Math.min(1000, times.requestTimeout),
      keepAliveTimeout: times.keepAliveTimeout,
      noDelay: true,
      // Refused here, where it can be reported.
      requireHostHeader: false,
      // Requests have no bodies here: without the life of a stream for each. Node.js before 24.12 does not know it.
      optimizeEmptyRequests: true,
    },
    hooks.onRequest,
  );
  server.timeout = times.idleLimit;
  // At a close the connections end as `finish` says: Node takes one for idle whose last answer the client has not got yet.
  server.closeIdleConnections = () => {};
  // Node makes a parser for each connection: only those that have a place get one.
  const [serve] = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket) => acceptConnection(socket, hooks, () => serve?.call(server, socket)));
  server.on("timeout", (socket) => onTimeout(socket, times.idleLimit, hooks));
  server.on("clientError", (error: NodeJS.ErrnoException & { readonly rawPacket?: Uint8Array }, duplex) => {
    const socket = duplex as Socket;
    const { code = "", rawPacket = new Uint8Array(0) } = error;
    const reason = reasonOf(code);
    if (reason === undefined || !socket.writable) socket.destroy();
    else if (reason === "malformed") hooks.onUnreadable(socket, readUnreadable(code, rawPacket));
    else hooks.onUnreadable(socket, { reason, detail: code });
  });
  // An expectation that is none of ours to meet: the answer itself comes at once (RFC 9110 section 10.1.1).
  server.on("checkExpectation", hooks.onRequest);
  server.on("checkContinue", hooks.onRequest);
  server.on("connect", (_request, duplex) =>
    hooks.onUnreadable(duplex as Socket, { reason: "method", detail: "CONNECT" }),
  );

  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException) => {
      const failure: BindFailure = { protocol: "tcp", address, port, code: error.code ?? error.message };
      resolve({ ok: false, failures: [failure] });
    };
    server.once("error", fail);
    server.listen({ port, host: address, exclusive: true }, () => {
      server.off("error", fail);
      // EMFILE and the like while accepting: the clients retry.
      server.on("error", () => undefined);
      const bound = server.address() as AddressInfo;
      const closed = new Promise<void>((over) => {
        server.on("close", over);
      });
      const endpoint = { address, port: bound.port };
      const close = () => {
        server.close();
        hooks.connections.finish(endpoint);
      };
      resolve({ ok: true, bound: { endpoint, close, closed } });
    });
  });
}

/** A client has come: a connection that has a place is served and followed to its end. */
export function acceptConnection(
  socket: Socket,
  { connections, deliveries }: Pick<ListenerHooks, "connections" | "deliveries">,
  serve: () => void = () => {},
): void {
  const connection = connections.accept(socket);
  if (connection === undefined) return;
  serve();
  socket.once("close", () => connections.forget(socket));
  socket.on("end", () => deliveries.ended(connection));
  socket.once("close", () => deliveries.closed(connection));
  const { destroySoon } = socket;
  // Our side is closed, and the client closes its own when it has all (RFC 9112 section 9.6): without the socket nothing
  // would show whether it got the rest.
  socket.destroySoon = () => {
    if (deliveriesOf(connection).length > 0) socket.end();
    else destroySoon.call(socket);
  };
}

/** Node sees the bytes that the operating system takes; a slow client takes megabytes out of its queue meanwhile. */
function onTimeout(socket: Socket, idleLimit: number, { connections, deliveries }: ListenerHooks): void {
  const connection = connections.of(socket);
  const left = connection === undefined ? 0 : deliveries.patience(connection, idleLimit);
  if (left > 0) socket.setTimeout(left);
  else if (connection === undefined) socket.destroy();
  else deliveries.abort(connection, "timeout");
}

function reasonOf(code: string): HttpRefusal | undefined {
  if (code === "HPE_HEADER_OVERFLOW") return "headers-too-large";
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return "request-timeout";
  return code.startsWith("HPE_") ? "malformed" : undefined;
}
