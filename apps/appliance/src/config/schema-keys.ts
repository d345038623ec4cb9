import { z } from "zod";
import { configSchema } from "./schema.ts";
import { bare } from "./settings.ts";

/** The schema of the value at a path such as `["boot", 0, "when"]`; undefined where the schema ends before it. */
function schemaAt(path: readonly PropertyKey[]): z.ZodType | undefined {
  let schema: z.ZodType = configSchema;
  for (const step of path) {
    const inner = bare(schema);
    if (inner instanceof z.ZodArray) schema = inner.element as z.ZodType;
    else if (inner instanceof z.ZodRecord) schema = inner.valueType as z.ZodType;
    else if (inner instanceof z.ZodObject && Object.hasOwn(inner.shape, step)) {
      schema = inner.shape[String(step)] as z.ZodType;
    } else return undefined;
  }
  return bare(schema);
}

/** The keys of the mapping at a path in the schema; empty when it is not a mapping. */
export function keysAt(path: readonly PropertyKey[]): string[] {
  const found = schemaAt(path);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

/** A range of allowed numbers, limits included. */
export interface NumberRange {
  readonly minimum: number;
  readonly maximum: number;
  /** Without a fraction. */
  readonly whole: boolean;
}

/** The range allowed at a path; undefined when it is not a number. */
export function rangeAt(path: readonly PropertyKey[]): NumberRange | undefined {
  const found = schemaAt(path);
  if (!(found instanceof z.ZodNumber)) return undefined;
  const { minValue, maxValue, isInt } = found;
  return minValue === null || maxValue === null ? undefined : { minimum: minValue, maximum: maxValue, whole: isInt };
}
