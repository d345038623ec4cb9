import type { IncomingMessage, ServerResponse } from "node:http";
import fastify, { type FastifyInstance } from "fastify";
import type { Connection } from "./boot-connections.ts";
import { type ExchangeDeps, exchange } from "./boot-exchange.ts";

export interface BootAppDeps extends ExchangeDeps {
  /** Undefined for a request that is injected. */
  readonly connectionOf: (message: IncomingMessage) => Connection | undefined;
}

/** Requests of one connection that may wait for the answer before theirs. */
const mostWaiting = 16;

/** The boot files as a Fastify application: every path is a file of the source, and there is nothing else. */
export function bootApp(deps: BootAppDeps): FastifyInstance {
  const { connectionOf, ticks } = deps;
  // A path is read by the rules of boot files, not by those of a router: all requests go to one route.
  const app = fastify({ logger: false, exposeHeadRoutes: false, rewriteUrl: () => "/" });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  app.route({
    method: ["GET", "HEAD"],
    url: "/",
    handler(request, reply) {
      reply.hijack();
      enqueue(request.raw, reply.raw);
    },
  });
  app.setNotFoundHandler((request, reply) => {
    reply.hijack();
    enqueue(request.raw, reply.raw);
  });

  /** Answers leave one after the other (RFC 9112 section 9.3.2), so requests are looked at one after the other. */
  function enqueue(message: IncomingMessage, response: ServerResponse): void {
    const connection = connectionOf(message);
    if (connection?.busy !== true) begin(message, response, connection);
    else if (connection.waiting.length < mostWaiting) {
      connection.waiting.push(() => begin(message, response, connection));
    } else connection.socket.destroy();
  }

  function begin(message: IncomingMessage, response: ServerResponse, connection: Connection | undefined): void {
    if (connection !== undefined) {
      connection.busy = true;
      connection.requests++;
    }
    const running = exchange(deps, message, response, connection);
    // It comes after the socket has closed its handle: by then the system has let go of the octets.
    response.on("close", () => {
      running.closed?.();
      if (connection !== undefined) ended(connection);
    });
  }

  function ended(connection: Connection): void {
    const { socket, waiting } = connection;
    connection.busy = false;
    connection.abort = undefined;
    connection.idleSince = ticks();
    const next = socket.destroyed ? undefined : waiting.shift();
    if (next !== undefined) next();
    else if (connection.last) socket.destroySoon();
  }

  return app;
}
