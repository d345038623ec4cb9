import Fastify, {
  type FastifyReply,
  type FastifyRequest,
  type InjectOptions,
  type LightMyRequestResponse,
} from "fastify";
import { sudoUser } from "../config/found-config.ts";
import { inertJson } from "../log/inert.ts";
import { type NamedSocket, nameSocket } from "../os/unix-socket.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Stream } from "../telemetry/stream.ts";
import type { AdminBackend } from "./backend.ts";
import { boundConnections, isLoopback, mostConnections } from "./connections.ts";
import { createEventReaders, type EventReaders, eventsQuery } from "./events.ts";
import { createGuard, openPaths } from "./guard.ts";
import { repeatedIn } from "./issues.ts";
import { createLoopShare, type LoopShare } from "./loop-share.ts";
import { createMethodTable } from "./methods.ts";
import { openApi } from "./openapi.ts";
import { json, nothing, readPart, refuse, refuseInvalid, refuseUnread, safeHeaders } from "./replies.ts";
import { rootPage, rootPagePolicy, wantsPage } from "./root-page.ts";
import { type AdminRequest, type AdminRoute, adminRoutes } from "./routes.ts";
import { AdminConfigError } from "./token.ts";

interface Protection {
  /** Asked for by TCP; whoever may open the socket needs none. */
  readonly token?: string;
  readonly allowedHosts: readonly string[];
  /** The socket of the API: without a token, changes come by it only. */
  readonly socket?: string;
}

/** Where an API is served: by TCP, or on the Unix socket. */
export type AdminPlace = { readonly address: string; readonly port: number } | { readonly path: string };

export interface AdminServerOptions extends Protection {
  readonly place: AdminPlace;
  readonly version: string;
  readonly backend: AdminBackend;
  readonly commons: AdminCommons;
  readonly metrics: Metrics;
  /** Called with a bug in an operation; the client gets no details. */
  readonly onError: (error: unknown) => void;
}

/** What all servers of one API share: the readers of events, and their part of the time. */
export interface AdminCommons {
  readonly readers: EventReaders;
  readonly share: LoopShare;
}

export interface AdminServer {
  /** @throws the error that prevents binding the port or the socket */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Replaces token and host names. @throws AdminConfigError */
  protect(protection: Protection): void;
  /** Of a server by TCP that listens. */
  endpoint(): { readonly address: string; readonly port: number } | undefined;
  /** For tests: requests without a socket. */
  inject(request: string | InjectOptions): Promise<LightMyRequestResponse>;
}

/** A quarter of the time for who looks, and nothing held back for a person who looks now and then. */
const loopShare = { share: 0.25, burst: 500, mostAtOnce: 4, mostWaiting: 64 } as const;

export function createAdminCommons(stream: Stream): AdminCommons {
  const later = (milliseconds: number, work: () => void) => void setTimeout(work, milliseconds);
  return {
    readers: createEventReaders(stream),
    share: createLoopShare({ ...loopShare, now: () => performance.now(), later }),
  };
}

/**
 * The listener of the API, of metrics and of health checks. Serves no boot files.
 * @throws AdminConfigError when the address is not loopback and there is no token
 */
export function createAdminServer(options: AdminServerOptions): AdminServer {
  const { place, backend, metrics, version } = options;
  const { readers, share } = options.commons;
  let guard = guardOn(place, options);
  let named: NamedSocket | undefined;
  const app = Fastify({
    bodyLimit: 64 * 1024,
    requestTimeout: 10_000,
    // Who connects and says nothing has a place for no longer.
    http: { headersTimeout: 5_000, connectionsCheckingInterval: 1_000 },
    keepAliveTimeout: 5_000,
    forceCloseConnections: true,
    exposeHeadRoutes: true,
    routerOptions: { maxParamLength: 100 },
    // These come before every hook.
    frameworkErrors: (error, _request, reply) => refuseUnread(reply.headers(safeHeaders), error),
  });
  const methods = createMethodTable();
  app.addHook("onRoute", ({ url, method }) => methods.add(url, [method].flat()));
  // Behind the socket all are trusted, and have no address.
  const allow = "path" in place ? undefined : boundConnections(app.server);
  if ("path" in place) app.server.maxConnections = mostConnections;
  app.removeAllContentTypeParsers();
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    // Many clients set the type even without a body.
    if (body === "") done(null, undefined);
    else void parseJson(request, body as string, done);
  });

  app.addHook("onRequest", async (request, reply) => {
    reply.headers(safeHeaders);
    const refusal = guard({
      method: request.method,
      target: request.raw.url ?? "/",
      path: pathOf(request),
      headers: request.headers,
    });
    if (refusal === undefined) {
      // What needs no token is asked by anybody.
      if (!openPaths.has(pathOf(request))) allow?.(request.raw.socket);
      return undefined;
    }
    // An unknown path or method needs no content type.
    if (refusal.code === "not-json" && !methods.of(pathOf(request)).includes(request.method)) {
      return refuseUnknown(request, reply);
    }
    if (refusal.status === 401) reply.header("www-authenticate", "Bearer");
    return refuse(reply, refusal);
  });
  app.setNotFoundHandler((request, reply) => refuseUnknown(request, reply));
  function refuseUnknown(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    // At the root is a page for browsers and no resource.
    const allowed = pathOf(request) === "/" ? "" : methods.of(pathOf(request)).join(", ");
    if (allowed === "") return refuse(reply, { status: 404, code: "not-found", title: "There is no such resource" });
    const refusal = {
      status: 405,
      code: "method-not-allowed",
      title: `Method ${request.method} not allowed`,
    } as const;
    return refuse(reply.header("allow", allowed), { ...refusal, detail: `Allowed: ${allowed}` });
  }
  app.setErrorHandler((error: Error & { statusCode?: number; code?: string }, _request, reply) => {
    if ((error.statusCode ?? 500) < 500) return refuseUnread(reply, error);
    options.onError(error);
    return refuse(reply, { status: 500, code: "internal", title: "Internal error; the log has the details" });
  });

  for (const route of adminRoutes) {
    app.route({
      method: route.method,
      url: route.path.replace(/\{(\w+)\}/g, ":$1"),
      handler: (request, reply) => perform(route, request, reply),
    });
  }
  const document = inertJson(JSON.stringify(openApi(adminRoutes, version)));
  app.get("/api/v1/openapi.json", (_request, reply) => reply.type("application/json").send(document));
  app.get("/api/v1/events", (request, reply) => {
    const { "last-event-id": after } = request.headers;
    const query = readPart(eventsQuery, request.query, repeatedIn(request.query));
    if (!query.ok) return refuseInvalid(reply, query.issues);
    if (request.method === "HEAD") return reply.type("text/event-stream; charset=utf-8").send();
    if (!readers.add(reply.raw, typeof after === "string" ? after : undefined, query.value.names)) {
      return refuse(reply, { status: 503, code: "too-many-readers", title: "Too many readers of the event stream" });
    }
    reply.hijack();
    return reply;
  });
  app.get("/", (request, reply) => {
    if (!wantsPage(request.headers.accept)) return refuseUnknown(request, reply.header("vary", "accept"));
    const page = reply.header("content-security-policy", rootPagePolicy).header("vary", "accept");
    return page.type("text/html; charset=utf-8").send(rootPage(version));
  });
  app.get("/healthz", (_request, reply) => json(reply, { status: "ok" }));
  app.get("/readyz", (_request, reply) => {
    const { ready, reasons } = backend.readiness();
    return json(reply.code(ready ? 200 : 503), { ready, reasons });
  });
  app.get("/metrics", (_request, reply) =>
    inTurn(reply, async () => reply.type(metrics.contentType).send(await metrics.text())),
  );

  /** What costs the machine work. A change is not held up by those who only look. */
  function inTurn(reply: FastifyReply, work: () => Promise<FastifyReply>): Promise<FastifyReply> | FastifyReply {
    const busy = { status: 503, code: "busy", title: "Too many requests wait already" } as const;
    return share.run(work) ?? refuse(reply.header("retry-after", "1"), busy);
  }

  async function perform(route: AdminRoute, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const parameters = readPart(route.parameters, request.params);
    const query = readPart(route.query, request.query, repeatedIn(request.query));
    const body = route.body === undefined ? nothing : readPart(route.body, request.body);
    if (!parameters.ok || !query.ok || !body.ok) {
      return refuseInvalid(
        reply,
        [parameters, query, body].flatMap((part) => (part.ok ? [] : part.issues)),
      );
    }
    const answer = () => answered(route, reply, { parameters: parameters.value, query: query.value, body: body.value });
    return route.method === "GET" ? inTurn(reply, answer) : answer();
  }

  async function answered(route: AdminRoute, reply: FastifyReply, request: AdminRequest): Promise<FastifyReply> {
    const result = await route.run(backend, request);
    if (!result.ok) return refuse(reply, result.refusal);
    return route.response === undefined ? reply.code(204).send() : json(reply, result.value);
  }

  return {
    async start() {
      if (!("path" in place)) return void (await app.listen({ host: place.address, port: place.port }));
      const trusted = new Set([0, process.geteuid?.() ?? 0, ...sudoUser(process.env)]);
      try {
        named = await nameSocket(place.path, (path) => app.listen({ path }), trusted);
      } catch (error) {
        await app.close();
        throw error;
      }
    },
    async stop() {
      await named?.close();
      await app.close();
    },
    protect(protection) {
      guard = guardOn(place, protection);
    },
    endpoint() {
      const bound = app.server.address();
      return bound === null || typeof bound === "string" ? undefined : { address: bound.address, port: bound.port };
    },
    inject: (request) => app.inject(request),
  };
}

function guardOn(place: AdminPlace, { token, allowedHosts, socket }: Protection) {
  if ("path" in place) return createGuard({ allowedHosts });
  if (token === undefined && !isLoopback(place.address)) {
    throw new AdminConfigError(`the API needs a token on ${place.address}: set admin.tokenFile`);
  }
  if (token !== undefined) return createGuard({ allowedHosts, token });
  return createGuard({ allowedHosts, ...(socket === undefined ? {} : { changesBy: socket }) });
}

function pathOf({ url }: FastifyRequest): string {
  return url.split("?", 1)[0] ?? "";
}
