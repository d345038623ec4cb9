import { z } from "zod";
import { configSchema, mayBeEmpty } from "./schema.ts";

/** The part of JSON Schema (draft 2020-12) that the config needs. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly additionalProperties?: JsonSchema | false;
}

/** The config file as JSON Schema, for editors: what may be written, with defaults and descriptions. */
export function configJsonSchema(): JsonSchema & { readonly $schema: string; readonly title: string } {
  const { $schema, ...rest } = z.toJSONSchema(configSchema, { io: "input" }) as JsonSchema & { $schema: string };
  const properties = Object.fromEntries(
    Object.entries(rest.properties ?? {}).map(([key, value]) => [key, mayBeEmpty(key) ? orEmpty(value) : value]),
  );
  return { $schema, title: "bootlace.yaml", ...rest, properties };
}

function orEmpty(schema: JsonSchema): JsonSchema {
  const { type, anyOf } = schema;
  if (anyOf !== undefined) return { ...schema, anyOf: [...anyOf, { type: "null" }] };
  return typeof type === "string" ? { ...schema, type: [type, "null"] } : schema;
}
