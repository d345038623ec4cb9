import { quote } from "@bootlace/dhcp-core";
import type { z } from "zod";

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  number: "a whole number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
};

/** The error in a part of a request, in plain words. */
export function issueText(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is missing" : `must be ${kinds[issue.expected] ?? issue.expected}`;
    case "too_small":
      return `must be at least ${issue.minimum}`;
    case "too_big":
      return issue.origin === "number" || issue.origin === "int"
        ? `must be at most ${issue.maximum}`
        : `may have at most ${issue.maximum} ${issue.origin === "string" ? "characters" : "entries"}`;
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    case "invalid_format":
      return issue.format === "datetime" ? "must be a time in UTC, such as 2026-11-22T12:00:00Z" : undefined;
    case "unrecognized_keys":
      return `unknown ${issue.keys.length === 1 ? "field" : "fields"} ${issue.keys.map(quote).join(", ")}`;
    case "invalid_union":
      return [...new Set(issue.errors.flat().map(({ message }) => message))].join(", or ");
    default:
      return undefined;
  }
}

/** Parameters given more than once in a query. */
export function repeatedIn(query: unknown): { readonly path: string; readonly message: string }[] {
  return Object.entries(query ?? {}).flatMap(([path, value]) =>
    Array.isArray(value) ? [{ path, message: "is given more than once" }] : [],
  );
}
