import type { IncomingHttpHeaders } from "node:http";
import { checkConditions, rangeApplies, type Validators } from "./boot-conditions.ts";
import type { ByteRange, HttpRefusal } from "./boot-events.ts";
import { readRange } from "./boot-ranges.ts";
import type { Target } from "./boot-target.ts";

/** Why a client gets no file. */
export interface Refusal {
  readonly reason: HttpRefusal;
  readonly detail?: string;
}

/** What a request for a file that exists gets. */
export type Answer =
  | { readonly kind: "found"; readonly range: ByteRange | undefined }
  | { readonly kind: "not-modified" }
  | ({ readonly kind: "refused" } & Refusal);

/** No boot client sends more than a dozen. */
const mostHeaders = 100;

/** What is wrong with a request before any file is looked up. @param raw names and values in turns */
export function refusalOf(
  method: string,
  headers: IncomingHttpHeaders,
  raw: readonly string[],
  target: Target,
): Refusal | undefined {
  if (method !== "GET" && method !== "HEAD") return { reason: "method", detail: method };
  const length = headers["content-length"];
  if (headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0")) return { reason: "body" };
  if (raw.length > 2 * mostHeaders) return { reason: "headers-too-large", detail: "too many headers" };
  return target.ok ? undefined : target;
}

/** Preconditions first, then the range, which counts for GET alone (RFC 9110 sections 13.2.2 and 14.2). */
export function decideAnswer(
  method: string,
  headers: IncomingHttpHeaders,
  size: number,
  validators: Validators,
): Answer {
  const condition = checkConditions(headers, validators);
  if (condition === "failed") return { kind: "refused", reason: "precondition-failed" };
  if (condition === "not-modified") return { kind: "not-modified" };
  const header = headers.range;
  if (
    method !== "GET" ||
    header === undefined ||
    !rangeApplies(headers["if-range"] as string | undefined, validators)
  ) {
    return { kind: "found", range: undefined };
  }
  const wanted = readRange(header, size);
  switch (wanted.kind) {
    case "whole":
      return { kind: "found", range: undefined };
    case "part":
      return { kind: "found", range: wanted.range };
    case "malformed":
      return { kind: "refused", reason: "malformed-range", detail: `${header}: ${wanted.detail}` };
    case "not-satisfiable":
      return { kind: "refused", reason: "range-not-satisfiable", detail: `${header}: ${wanted.detail}` };
  }
}
