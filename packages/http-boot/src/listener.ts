import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { BindFailure, BindResult, BoundAddress } from "@bootlace/boot-source";
import type { Connections } from "./connections.ts";
import type { HttpRefusal } from "./core/events.ts";
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
  /** An unreadable request, after which the connection is closed. */
  readonly onUnreadable: (socket: Socket, reason: HttpRefusal, detail: string | undefined) => void;
  readonly connections: Connections;
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
      // Requests have no bodies here, so no stream is created for each. Node.js before 24.12 ignores this option.
      optimizeEmptyRequests: true,
    },
    hooks.onRequest,
  );
  server.timeout = times.idleLimit;
  server.on("connection", (socket) => hooks.connections.accept(socket));
  server.on("timeout", (socket) => {
    hooks.connections.of(socket)?.sending?.abort("timeout");
    socket.destroy();
  });
  server.on("clientError", (error: NodeJS.ErrnoException, duplex) => {
    const socket = duplex as Socket;
    const reason = reasonOf(error.code ?? "");
    if (reason === undefined || !socket.writable) socket.destroy();
    else hooks.onUnreadable(socket, reason, error.code);
  });
  server.on("connect", (_request, duplex) => hooks.onUnreadable(duplex as Socket, "method", "CONNECT"));

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

function reasonOf(code: string): HttpRefusal | undefined {
  if (code === "HPE_HEADER_OVERFLOW") return "headers-too-large";
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return "request-timeout";
  return code.startsWith("HPE_") ? "malformed" : undefined;
}
