import { z } from "zod";
import { problemSchema } from "../api-model/schemas.ts";
import type { AdminRoute } from "./routes.ts";

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 document of the API, generated from the schemas that check its requests. */
export function openApi(routes: readonly AdminRoute[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Bootlace",
      version,
      description:
        "Administration of one Bootlace. Times are UTC. Requests that change something need the content type application/json. If a token is configured, each request must carry it as Bearer token.",
    },
    paths: { ...paths, ...others },
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      responses: {
        problem: content("What went wrong.", "application/problem+json", jsonSchema(problemSchema, "output")),
      },
    },
    security: [{}, { token: [] }],
  };
}

function operationOf(route: AdminRoute): Json {
  const { operation: operationId, summary, body, response } = route;
  const parameters = [...parametersOf(route.parameters, "path"), ...parametersOf(route.query, "query")];
  return {
    operationId,
    summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: jsonSchema(body, "input") } } } }),
    responses: {
      ...(response === undefined
        ? { 204: { description: "Done." } }
        : { 200: content(summary, "application/json", jsonSchema(response, "output")) }),
      default: { $ref: "#/components/responses/problem" },
    },
  };
}

function parametersOf(object: z.ZodObject, place: "path" | "query"): Json[] {
  const { properties = {}, required = [] } = jsonSchema(object, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}

function content(description: string, type: string, schema: Json): Json {
  return { description, content: { [type]: { schema } } };
}

const text = { schema: { type: "string" } };
const lastEventId = {
  name: "Last-Event-ID",
  in: "header",
  required: false,
  description: "Resume after this event.",
  schema: { type: "string" },
};

/** Routes whose response is not JSON of one schema. */
const others: Readonly<Record<string, Json>> = {
  "/api/v1/events": {
    get: {
      operationId: "streamEvents",
      summary: "Events as server-sent events: log, boot, verdict, and gap where older ones are gone.",
      parameters: [
        lastEventId,
        {
          name: "names",
          in: "query",
          required: false,
          description: "Only these events, separated by commas.",
          ...text,
        },
      ],
      responses: { 200: { description: "The stream.", content: { "text/event-stream": text } } },
    },
  },
  "/healthz": {
    get: {
      operationId: "isAlive",
      summary: "Liveness: the process responds.",
      responses: { 200: { description: "Alive." } },
    },
  },
  "/readyz": {
    get: {
      operationId: "isReady",
      summary: "Readiness: every listener is bound.",
      responses: { 200: { description: "Ready." }, 503: { description: "Not ready; the body has the reasons." } },
    },
  },
  "/metrics": {
    get: {
      operationId: "getMetrics",
      summary: "Metrics in the Prometheus text format.",
      responses: { 200: { description: "The metrics.", content: { "text/plain": text } } },
    },
  },
};
