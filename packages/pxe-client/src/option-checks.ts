import { parseIpv4 } from "@bootlace/dhcp-core";
import type { Check } from "./option-error.ts";

/** A whole number from `least` to `most`. */
export function integer(least: number, most: number): Check {
  return [
    (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
    `an integer from ${least} to ${most}`,
  ];
}

/** An object that has these functions. */
export function objectWith(what: string, ...methods: readonly string[]): Check {
  const holds = (value: unknown) =>
    isObject(value) && methods.every((name) => typeof (value as Record<string, unknown>)[name] === "function");
  return [holds, what];
}

export function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

export const port: Check = [integer(1, 65_535)[0], "a port from 1 to 65535"];
export const portOrFree: Check = [integer(0, 65_535)[0], "a port from 0 to 65535"];
export const ipv4: Check = [(value) => typeof value === "string" && parseIpv4(value) !== undefined, "an IPv4 address"];
export const flag: Check = [(value) => typeof value === "boolean", "true or false"];
export const callback: Check = [(value) => typeof value === "function", "a function"];
export const clock: Check = objectWith("a clock with now() and after()", "now", "after");

/** As long as a timer of Node.js can be. */
export const milliseconds: Check = [
  (value) => typeof value === "number" && value > 0 && value < 2 ** 31,
  "milliseconds above 0",
];

export const signal: Check = [
  (value) =>
    typeof (value as { readonly aborted?: unknown } | null)?.aborted === "boolean" &&
    objectWith("", "throwIfAborted", "addEventListener", "removeEventListener")[0](value),
  "an AbortSignal",
];
