import { readFile } from "node:fs/promises";
import { BlockList, isIP } from "node:net";
import Fastify, {
  type FastifyReply,
  type FastifyRequest,
  type InjectOptions,
  type LightMyRequestResponse,
} from "fastify";
import type { z } from "zod";
import { inertJson } from "../events/inert.ts";
import type { Metrics } from "../events/metrics.ts";
import type { Stream } from "../events/stream.ts";
import type { AdminBackend, Refusal } from "./admin-backend.ts";
import { createEventReaders } from "./admin-events.ts";
import { createGuard } from "./admin-guard.ts";
import { type AdminRoute, adminRoutes } from "./admin-routes.ts";
import { openApi } from "./openapi.ts";

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
  /** A bug behind an operation; the caller only learns that there was one. */
  readonly onError: (error: unknown) => void;
}

export interface AdminServer {
  /** @throws whatever keeps the port from being bound */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Asks for another token and other names from now on. @throws AdminConfigError */
  protect(protection: Protection): void;
  endpoint(): { readonly address: string; readonly port: number } | undefined;
  /** For tests: requests without a socket. */
  inject(request: string | InjectOptions): Promise<LightMyRequestResponse>;
}

/** The API may not be served as it is configured. The message is for people. */
export class AdminConfigError extends Error {
  override readonly name = "AdminConfigError";
}

const leastToken = 16;

/**
 * The token of a token file: its first line.
 * @throws AdminConfigError when it cannot be read, or is too short to be a secret
 */
export async function readToken(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new AdminConfigError(`the token file ${path} cannot be read (${error.code ?? error.message})`);
  });
  const token = (text.split("\n")[0] ?? "").trim();
  if (!/^[\x21-\x7e]+$/.test(token) || token.length < leastToken) {
    throw new AdminConfigError(`the token in ${path} must have at least ${leastToken} printable characters, no spaces`);
  }
  return token;
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
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 100 },
  });
  app.server.maxConnections = 128;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, app.getDefaultJsonParser("error", "error"));

  app.addHook("onRequest", async (request, reply) => {
    reply.headers({
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    });
    const path = request.url.split("?", 1)[0] ?? "";
    const refusal = guard({ method: request.method, path, headers: request.headers });
    if (refusal === undefined) return undefined;
    if (refusal.status === 401) reply.header("www-authenticate", "Bearer");
    return refuse(reply, refusal);
  });
  app.setNotFoundHandler((_request, reply) =>
    refuse(reply, { status: 404, code: "not-found", title: "There is no such resource" }),
  );
  app.setErrorHandler((error: Error & { statusCode?: number; code?: string }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500)
      return refuse(reply, { status, code: "bad-request", title: "The request cannot be read", detail: error.message });
    options.onError(error);
    return refuse(reply, { status: 500, code: "internal", title: "This is a fault of Bootlace" });
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
    const { names } = request.query as { names?: unknown };
    const wanted = typeof names === "string" ? names.split(",") : undefined;
    if (!readers.add(reply.raw, typeof after === "string" ? after : undefined, wanted)) {
      return refuse(reply, { status: 503, code: "too-many-readers", title: "Too many read the events already" });
    }
    reply.hijack();
    return reply;
  });
  app.get("/healthz", (_request, reply) => json(reply, { status: "ok" }));
  app.get("/readyz", (_request, reply) => {
    const { ready, reasons } = backend.readiness();
    return json(reply.code(ready ? 200 : 503), { ready, reasons });
  });
  app.get("/metrics", async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));

  async function perform(route: AdminRoute, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const parts = {
      parameters: route.parameters.safeParse(request.params),
      query: route.query.safeParse(request.query),
      body:
        route.body === undefined ? ({ success: true, data: undefined } as const) : route.body.safeParse(request.body),
    };
    const issues = Object.values(parts).flatMap((part) => (part.success ? [] : part.error.issues.map(issueOf)));
    const { parameters, query, body } = parts;
    if (!parameters.success || !query.success || !body.success) {
      return refuse(reply, { status: 400, code: "invalid", title: "The request does not fit the schema", issues });
    }
    const result = await route.run(backend, { parameters: parameters.data, query: query.data, body: body.data });
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
    throw new AdminConfigError(`the API is not served on ${address} without a token: set admin.tokenFile`);
  }
  return createGuard({ allowedHosts, ...(token === undefined ? {} : { token }) });
}

function issueOf({ path, message }: z.core.$ZodIssue) {
  return { path: path.map(String).join("."), message };
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
