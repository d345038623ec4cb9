import type { Connection } from "./connections.ts";
import type { HttpBootClient, HttpRefusal } from "./core/events.ts";
import type { Deliveries } from "./deliveries.ts";
import { type ExchangeDeps, exchange } from "./exchange.ts";
import type { IncomingMessage, ServerResponse } from "./messages.ts";

export interface BootRequestsDeps extends ExchangeDeps {
  /** Tells that a connection is closed without an answer. */
  readonly unanswered: (client: HttpBootClient, reason: HttpRefusal) => void;
  /** Undefined: the connection is given up, and what it asks gets no answer. */
  readonly connectionOf: (message: IncomingMessage) => Connection | undefined;
  readonly deliveries: Deliveries;
}

/** Pipelined requests that may wait on one connection. */
const mostWaiting = 16;

/** Answers the requests for boot files: every path is a file of the source; there are no other resources. */
export function bootRequests(deps: BootRequestsDeps): (message: IncomingMessage, response: ServerResponse) => void {
  const { connectionOf, deliveries, ticks } = deps;

  function begin(message: IncomingMessage, response: ServerResponse, connection: Connection): void {
    connection.busy = true;
    connection.requests++;
    const one = exchange(deps, message, response, connection);
    // Emitted after the socket has closed its handle: by then the system has released the bytes.
    response.on("close", () => {
      one.sending?.closed();
      ended(connection);
    });
  }

  function ended(connection: Connection): void {
    const { socket, waiting } = connection;
    connection.busy = false;
    connection.current = undefined;
    connection.idleSince = ticks();
    const next = socket.destroyed ? undefined : waiting.shift();
    if (next !== undefined) next();
    else if (connection.last) socket.destroySoon();
  }

  /** Responses are sent in order (RFC 9112 section 9.3.2), so requests are handled in order. */
  return (message, response) => {
    const connection = connectionOf(message);
    if (connection === undefined) message.socket.destroy();
    else if (!connection.busy) {
      if (connection.unproven.length > 0) deliveries.requested(connection);
      begin(message, response, connection);
    } else if (connection.waiting.length < mostWaiting) {
      connection.asksAhead = true;
      connection.waiting.push(() => begin(message, response, connection));
    } else {
      // Its buffer may hold hundreds more.
      if (!connection.socket.destroyed) deps.unanswered(connection.client, "too-many-waiting");
      connection.socket.destroy();
    }
  };
}
