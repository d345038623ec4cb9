import { z } from "zod";
import { imageSchema, imagesSchema } from "../api-model/image-schemas.ts";
import * as schemas from "../api-model/schemas.ts";
import type { AdminBackend, Fulfilled } from "./backend.ts";

/** One operation of the API: its schemas check requests, generate the OpenAPI document and are checked by tests. */
export interface AdminRoute {
  readonly method: "GET" | "POST" | "DELETE";
  /** As in OpenAPI: `{name}` is a parameter. */
  readonly path: string;
  readonly operation: string;
  readonly summary: string;
  readonly parameters: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body?: z.ZodType;
  /** Absent: 204 without content. */
  readonly response?: z.ZodType;
  readonly run: (backend: AdminBackend, request: AdminRequest) => Promise<Fulfilled<unknown>> | Fulfilled<unknown>;
}

/** A request whose parts have passed the schemas of its route. */
export interface AdminRequest {
  readonly parameters: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

interface RouteParts<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, R extends z.ZodType> {
  readonly method: AdminRoute["method"];
  readonly path: string;
  readonly operation: string;
  readonly summary: string;
  readonly parameters?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly response?: R;
  readonly run: (
    backend: AdminBackend,
    request: { parameters: z.output<P>; query: z.output<Q>; body: z.output<B> },
  ) => Promise<Fulfilled<z.input<R>>> | Fulfilled<z.input<R>>;
}

function route<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, R extends z.ZodType>(
  parts: RouteParts<P, Q, B, R>,
): AdminRoute {
  const { run, parameters, query, ...others } = parts;
  return {
    ...others,
    parameters: parameters ?? z.strictObject({}),
    query: query ?? z.strictObject({}),
    run: (backend, request) => run(backend, request as Parameters<typeof run>[1]),
  };
}

const done = <T>(value: T) => ({ ok: true, value }) as const;

const bootId = z.strictObject({ id: z.string().max(100).meta({ description: "Id of a boot." }) });
const imageId = z.strictObject({ id: z.string().max(255).meta({ description: "Name of a disc image." }) });
/** A client identifier has up to 255 bytes (RFC 2132 section 9.14). */
const longestName = 1024;
const macParameter = z.strictObject({
  mac: z.string().max(longestName).meta({ description: "MAC address, or name under hosts." }),
});
const bootsQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(50).meta({ description: "At most so many, newest first." }),
  client: z.string().min(1).max(longestName).optional().meta({
    description:
      "Only of this machine: its MAC address, its name under hosts, or its IPv4 address where the MAC is not known.",
  }),
  outcome: z.enum(schemas.outcomes).optional().meta({ description: "Only with this outcome." }),
  before: z.iso.datetime().optional().meta({ description: "Only those that began before this time." }),
});

export const adminRoutes: readonly AdminRoute[] = [
  route({
    method: "GET",
    path: "/api/v1/status",
    operation: "getStatus",
    summary: "State of the daemon, its addresses and the latest boots.",
    response: schemas.statusSchema,
    run: async (backend) => done(await backend.status()),
  }),
  route({
    method: "GET",
    path: "/api/v1/clients",
    operation: "listClients",
    summary: "Machines seen, latest first.",
    response: schemas.clientsSchema,
    run: (backend) => done(backend.clients()),
  }),
  route({
    method: "GET",
    path: "/api/v1/boots",
    operation: "listBoots",
    summary: "Boots and their outcomes, newest first.",
    query: bootsQuery,
    response: schemas.bootsSchema,
    async run(backend, { query: { limit, client, outcome, before } }) {
      return backend.boots({
        limit,
        ...(client === undefined ? {} : { client }),
        ...(outcome === undefined ? {} : { outcome }),
        ...(before === undefined ? {} : { before: Date.parse(before) }),
      });
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/boots/{id}",
    operation: "getBoot",
    summary: "One boot with its steps and verdicts.",
    parameters: bootId,
    response: schemas.bootSchema,
    async run(backend, { parameters: { id } }) {
      const boot = await backend.boot(id);
      return boot === undefined
        ? { ok: false, refusal: { status: 404, code: "boot-not-found", title: "Boot not found" } }
        : done(boot);
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/fetches",
    operation: "listFetches",
    summary: "Files that somebody fetched who does not boot, the latest first.",
    response: schemas.fetchesSchema,
    run: (backend) => done(backend.fetches()),
  }),
  route({
    method: "GET",
    path: "/api/v1/files",
    operation: "getFiles",
    summary: "Boot files by architecture, and files that were requested but not found.",
    response: schemas.filesSchema,
    run: (backend) => done(backend.files()),
  }),
  route({
    method: "GET",
    path: "/api/v1/images",
    operation: "listImages",
    summary: "Disc images in the images folders, and what they boot.",
    response: imagesSchema,
    run: (backend) => done(backend.images()),
  }),
  route({
    method: "GET",
    path: "/api/v1/images/{id}",
    operation: "getImage",
    summary: "One disc image with its entries and their arguments.",
    parameters: imageId,
    response: imageSchema,
    run(backend, { parameters: { id } }) {
      const image = backend.image(id);
      return image === undefined
        ? { ok: false, refusal: { status: 404, code: "image-not-found", title: "Image not found" } }
        : done(image);
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/config",
    operation: "getConfig",
    summary: "The current configuration, and the origin of each value.",
    response: schemas.configSchema,
    run: (backend) => done(backend.config()),
  }),
  route({
    method: "POST",
    path: "/api/v1/explain",
    operation: "explain",
    summary: "The reply a machine would get, and why. Sends nothing.",
    body: schemas.explainRequestSchema,
    response: schemas.explanationSchema,
    run: (backend, { body }) => backend.explain(body),
  }),
  route({
    method: "GET",
    path: "/api/v1/next",
    operation: "listNext",
    summary: "Pending one-time boots.",
    response: schemas.oneTimeBootsSchema,
    run: (backend) => done(backend.next()),
  }),
  route({
    method: "POST",
    path: "/api/v1/next",
    operation: "setNext",
    summary: "Sets a one-time boot for a machine.",
    body: schemas.oneTimeBootRequestSchema,
    response: schemas.oneTimeBootSchema,
    run: (backend, { body }) => backend.setOneTimeBoot(body),
  }),
  route({
    method: "DELETE",
    path: "/api/v1/next/{mac}",
    operation: "clearNext",
    summary: "Cancels the one-time boot of a machine.",
    parameters: macParameter,
    run: (backend, { parameters: { mac } }) => backend.clearOneTimeBoot(mac),
  }),
  route({
    method: "POST",
    path: "/api/v1/reload",
    operation: "reload",
    summary: "Reloads the configuration. If it has errors, the current one is kept.",
    body: z.strictObject({}),
    response: schemas.reloadSchema,
    run: async (backend) => done(await backend.reload()),
  }),
];
