import { BlockList, isIP } from "node:net";
import Fastify, {
  type FastifyReply,
  type FastifyRequest,
  type InjectOptions,
  type LightMyRequestResponse,
} from "fastify";
import type { z } from "zod";
import { inertJson } from "../log/inert.ts";
import { readTokenFile, tokenCredential, tokenFault } from "../os/token-file.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Stream } from "../telemetry/stream.ts";
import type { AdminBackend, Refusal } from "./backend.ts";
import { createEventReaders, eventsQuery } from "./events.ts";
import { createGuard } from "./guard.ts";
import { issueText, repeatedIn } from "./issues.ts";
import { createMethodTable } from "./methods.ts";
import { openApi } from "./openapi.ts";
import { rootPage, rootPagePolicy, wantsPage } from "./root-page.ts";
import { type AdminRoute, adminRoutes } from "./routes.ts";

interface Protection {
  readonly token?: string;
  readonly allowedHosts: readonly string[];
}

export interface AdminServerOptions extends Protection {
  readonly address: string;
  readonly port: number;
  readonly version: string;
  readonly backend: AdminBackend;
  readonly stream: Stream;
  readonly metrics: Metrics;
  /** Called with a bug in an operation; the client gets no details. */
  readonly onError: (error: unknown) => void;
}

export interface AdminServer {
  /** @throws the error that prevents binding the port */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Replaces token and host names. @throws AdminConfigError */
  protect(protection: Protection): void;
  endpoint(): { readonly address: string; readonly port: number } | undefined;
  /** For tests: requests without a socket. */
  inject(request: string | InjectOptions): Promise<LightMyRequestResponse>;
}

/** The API cannot be served as configured. The message is for people. */
export class AdminConfigError extends Error {
  override readonly name = "AdminConfigError";
}

/**
 * The token of a token file: its first line.
 * @param env the environment, in which systemd names the credentials folder
 * @throws AdminConfigError when it is unreadable or too short
 */
export function readToken(path: string, env: NodeJS.ProcessEnv = process.env): string {
  const token = textOf(path, env);
  const fault = tokenFault(path, token);
  if (fault !== undefined) throw new AdminConfigError(fault);
  return token;
}

function textOf(path: string, env: NodeJS.ProcessEnv): string {
  try {
    return readTokenFile(path, env);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const closed = `. Make it readable for the group of the daemon's user, or pass it in the unit: LoadCredential=${tokenCredential}:${path}`;
    throw new AdminConfigError(
      `the token file ${path} is not readable (${code ?? message})${code === "EACCES" ? closed : ""}`,
    );
  }
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");

/**
 * The listener of the API, of metrics and of health checks. Serves no boot files.
 * @throws AdminConfigError when the address is not loopback and there is no token
 */
export function createAdminServer(options: AdminServerOptions): AdminServer {
  const { address, port, backend, stream, metrics, version } = options;
  let guard = guardOn(address, options);
  const readers = createEventReaders(stream);
  const app = Fastify({
    bodyLimit: 64 * 1024,
    requestTimeout: 10_000,
    keepAliveTimeout: 5_000,
    forceCloseConnections: true,
    exposeHeadRoutes: true,
    routerOptions: { maxParamLength: 100 },
    // These come before every hook.
    frameworkErrors: (error, _request, reply) => refuseUnread(reply.headers(safeHeaders), error),
  });
  const methods = createMethodTable();
  app.addHook("onRoute", ({ url, method }) => methods.add(url, [method].flat()));
  app.server.maxConnections = 128;
  app.removeAllContentTypeParsers();
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    // Many clients set the type even without a body.
    if (body === "") done(null, undefined);
    else void parseJson(request, body as string, done);
  });

  app.addHook("onRequest", async (request, reply) => {
    reply.headers(safeHeaders);
    const refusal = guard({ method: request.method, path: pathOf(request), headers: request.headers });
    if (refusal === undefined) return undefined;
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
  app.get("/metrics", async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));

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
    const result = await route.run(backend, { parameters: parameters.value, query: query.value, body: body.value });
    if (!result.ok) return refuse(reply, result.refusal);
    return route.response === undefined ? reply.code(204).send() : json(reply, result.value);
  }

  return {
    async start() {
      await app.listen({ host: address, port });
    },
    async stop() {
      readers.close();
      await app.close();
    },
    protect(protection) {
      guard = guardOn(address, protection);
    },
    endpoint() {
      const bound = app.server.address();
      return bound === null || typeof bound === "string" ? undefined : { address: bound.address, port: bound.port };
    },
    inject: (request) => app.inject(request),
  };
}

function guardOn(address: string, { token, allowedHosts }: Protection) {
  if (token === undefined && !loopback.check(address, isIP(address) === 6 ? "ipv6" : "ipv4")) {
    throw new AdminConfigError(`the API needs a token on ${address}: set admin.tokenFile`);
  }
  return createGuard({ allowedHosts, ...(token === undefined ? {} : { token }) });
}

const safeHeaders = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

function pathOf({ url }: FastifyRequest): string {
  return url.split("?", 1)[0] ?? "";
}

type Issues = NonNullable<Refusal["issues"]>;
type Part<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issues: Issues };

const nothing = { ok: true, value: undefined } as const;

/** @param known errors found already: the schema is skipped then */
function readPart<T extends z.ZodType>(schema: T, part: unknown, known: Issues = []): Part<z.output<T>> {
  if (known.length > 0) return { ok: false, issues: known };
  const read = schema.safeParse(part, { error: issueText });
  if (read.success) return { ok: true, value: read.data };
  return {
    ok: false,
    issues: read.error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message })),
  };
}

function refuseInvalid(reply: FastifyReply, issues: Issues): FastifyReply {
  return refuse(reply, { status: 400, code: "invalid", title: "Invalid request", issues });
}

function refuseUnread(reply: FastifyReply, error: { statusCode?: number | undefined; message: string }): FastifyReply {
  const refusal = {
    status: error.statusCode ?? 400,
    code: "bad-request",
    title: "Unreadable request",
  } as const;
  return refuse(reply, { ...refusal, detail: error.message });
}

function json(reply: FastifyReply, value: unknown): FastifyReply {
  return reply.type("application/json; charset=utf-8").send(inertJson(JSON.stringify(value)));
}

/** RFC 9457. */
function refuse(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const problem = { type: "about:blank", ...refusal };
  return reply
    .code(refusal.status)
    .type("application/problem+json; charset=utf-8")
    .send(inertJson(JSON.stringify(problem)));
}
