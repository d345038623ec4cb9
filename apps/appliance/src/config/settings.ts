import { z } from "zod";
import { configSchema } from "./schema.ts";

/** One setting outside of rules, hosts and menus: what the environment and flags can set. */
export interface Setting {
  /** Such as `["tftp", "maxBlockSize"]`. */
  readonly path: readonly string[];
  /** Such as `BOOTLACE_TFTP_MAX_BLOCK_SIZE`. */
  readonly variable: string;
  readonly kind: "text" | "number" | "boolean" | "list";
}

/** Every setting, in the order of the schema. */
export const settings: readonly Setting[] = walk(configSchema, []);

function walk(schema: z.ZodType, path: readonly string[]): Setting[] {
  const inner = bare(schema);
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape).flatMap(([key, value]) => walk(value as z.ZodType, [...path, key]));
  }
  const kind = kindOf(inner);
  return kind === undefined ? [] : [{ path, variable: variableOf(path), kind }];
}

function variableOf(path: readonly string[]): string {
  const words = path.map((key) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase());
  return `BOOTLACE_${words.join("_")}`;
}

function kindOf(schema: z.ZodType): Setting["kind"] | undefined {
  if (schema instanceof z.ZodNumber) return "number";
  if (schema instanceof z.ZodBoolean) return "boolean";
  if (schema instanceof z.ZodString || schema instanceof z.ZodEnum) return "text";
  return schema instanceof z.ZodUnion ? "list" : undefined;
}

/** The schema without defaults and, of a transformation, its input side. */
export function bare(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return bare(schema.def.innerType as z.ZodType);
  }
  return schema instanceof z.ZodPipe ? bare(schema.def.in as z.ZodType) : schema;
}

/**
 * The value of a text: numbers and switches are parsed, a list is split at commas. Any other text
 * stays unchanged, and the schema reports it.
 */
export function readSetting({ kind }: Setting, text: string): unknown {
  switch (kind) {
    case "number":
      return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    case "list":
      return text.trim() === "" ? [] : text.split(",").map((item) => item.trim());
    case "text":
      return text;
  }
}
