import { architectures, quote } from "@bootlace/dhcp-core";
import type { z } from "zod";
import type { Problem } from "./faults.ts";
import { nearest } from "./nearest.ts";
import { suggestKey } from "./other-words.ts";
import { keysAt, type NumberRange, rangeAt } from "./schema-keys.ts";

/** A problem at a path of the value. `at`: whether its place is the key or the value there. */
export interface PlacedProblem extends Problem {
  readonly path: readonly PropertyKey[];
  readonly at: "key" | "value";
}

type Issue = z.core.$ZodIssue;

const typeNames: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping with keys",
  record: "a mapping with keys",
};

const architectureNames = architectures.map(({ name }) => name);

/** Other common names of an architecture. */
const architectureAliases: Readonly<Record<string, string>> = {
  bios: "x86-bios",
  x86: "x86-bios",
  x86pc: "x86-bios",
  pcbios: "x86-bios",
  efi: "x64-uefi",
  uefi: "x64-uefi",
  efi64: "x64-uefi",
  bcefi: "x64-uefi",
  x8664efi: "x64-uefi",
  x8664: "x64-uefi",
  amd64: "x64-uefi",
  x64: "x64-uefi",
  efi32: "ia32-uefi",
  ia32: "ia32-uefi",
  ia32efi: "ia32-uefi",
  i386uefi: "ia32-uefi",
  arm64: "arm64-uefi",
  aarch64: "arm64-uefi",
  arm64efi: "arm64-uefi",
  arm: "arm64-uefi",
  pi: "arm-rpiboot",
  rpi: "arm-rpiboot",
  raspberrypi: "arm-rpiboot",
};

/** The name that an architecture has here, by one under which people know it. */
export function architectureNamed(text: string): string {
  return architectureAliases[text.toLowerCase().replaceAll(/[^a-z0-9]/g, "")] ?? text;
}

/** Turns one complaint of the schema into problems for people. `value` is the whole value that was checked. */
export function explainIssue(issue: Issue, value: unknown): PlacedProblem[] {
  const found = valueAt(value, issue.path);
  const place = { path: issue.path, at: "value" } as const;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(key, issue.path));
    case "invalid_union": {
      const branch = issue.errors[Array.isArray(found) ? 1 : 0] ?? [];
      return branch.flatMap((inner) => explainIssue({ ...inner, path: [...issue.path, ...inner.path] }, value));
    }
    case "custom":
      return [{ ...(issue.params as unknown as Problem), ...place }];
    case "invalid_type":
      return [{ ...wrongType(found, issue.expected, rangeAt(issue.path)), ...place }];
    case "invalid_value":
      return [{ ...wrongWord(found, issue.values.map(String)), ...place }];
    case "too_big":
      // Above the largest exact integer, the limit of the setting is reported as well.
      if (issue.maximum === Number.MAX_SAFE_INTEGER) return [];
      return [{ ...outOfRange(`${show(found)} is above ${issue.maximum}`, rangeAt(issue.path)), ...place }];
    case "too_small":
      if (issue.minimum === Number.MIN_SAFE_INTEGER) return [];
      return [{ ...outOfRange(`${show(found)} is below ${issue.minimum}`, rangeAt(issue.path)), ...place }];
    default:
      return [{ code: "E010", problem: `${show(found)} is not allowed: ${issue.message}`, ...place }];
  }
}

function unknownKey(key: string, path: readonly PropertyKey[]): PlacedProblem {
  const keys = keysAt(path);
  const suggestion = suggestKey(key, path);
  return {
    code: "E003",
    problem: `unknown key ${quote(key)}`,
    allowed: `Known keys: ${keys.join(", ")}`,
    ...(suggestion === undefined ? {} : { suggestion: quote(suggestion) }),
    path: [...path, key],
    at: "key",
  };
}

function outOfRange(problem: string, range: NumberRange | undefined): Problem {
  return { code: "E012", problem, ...(range === undefined ? {} : { allowed: `Allowed: ${rangeText(range)}` }) };
}

function wrongType(found: unknown, expected: string, range: NumberRange | undefined): Problem {
  const type = typeNames[expected] ?? expected;
  const allowed = `Allowed: ${range === undefined ? type : rangeText(range)}`;
  if (found === null || found === undefined) return { code: "E013", problem: "the value is missing", allowed };
  if (expected === "string" && (typeof found === "number" || typeof found === "boolean")) {
    return { code: "E010", problem: `${show(found)} is not text`, allowed: "Write it in quotes" };
  }
  // The complaint about text in place of a number does not say whether a fraction would do.
  const kind = range === undefined ? type : typeNames[range.whole ? "int" : "number"];
  return { code: "E010", problem: `${show(found)} is not ${kind}`, allowed };
}

function rangeText({ minimum, maximum, whole }: NumberRange): string {
  return whole ? `${minimum} to ${maximum}` : `a number from ${minimum} to ${maximum}`;
}

/** An unknown name of an architecture. */
export function wrongArchitecture(name: string): Problem {
  const allowed = `Allowed: a number from 0 to 65535, or ${architectureNames.join(", ")}`;
  return { ...wrongWord(name, architectureNames), problem: `${show(name)} is not an architecture`, allowed };
}

function wrongWord(found: unknown, words: readonly string[]): Problem {
  if (found === null || found === undefined) {
    return { code: "E013", problem: "the value is missing", allowed: `Allowed: ${words.join(", ")}` };
  }
  const suggestion = typeof found === "string" ? suggestWord(found, words) : undefined;
  return {
    code: "E011",
    problem: `${show(found)} is not one of the allowed words`,
    allowed: `Allowed: ${words.join(", ")}`,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function suggestWord(found: string, words: readonly string[]): string | undefined {
  const alias = architectureAliases[found.toLowerCase().replaceAll(/[^a-z0-9]/g, "")];
  if (alias !== undefined && words.includes(alias)) return alias;
  return nearest(found, words, 3) ?? words.find((word) => word.length > 2 && found.toLowerCase().startsWith(word));
}

function show(value: unknown): string {
  if (typeof value === "string") return quote(value.slice(0, 80));
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a mapping";
  return String(value);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Record<PropertyKey, unknown>)[step];
  }
  return current;
}
