import { z } from "zod";
import { configSchema } from "./schema.ts";
import { bare } from "./settings.ts";

/** The keys the schema knows for the mapping at a path such as `["boot", 0, "when"]`; empty when it is none. */
export function keysAt(path: readonly PropertyKey[]): string[] {
  let schema: z.ZodType = configSchema;
  for (const step of path) {
    const inner = bare(schema);
    if (inner instanceof z.ZodArray) schema = inner.element as z.ZodType;
    else if (inner instanceof z.ZodRecord) schema = inner.valueType as z.ZodType;
    else if (inner instanceof z.ZodObject) schema = inner.shape[String(step)] as z.ZodType;
    else return [];
  }
  const found = bare(schema);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}
