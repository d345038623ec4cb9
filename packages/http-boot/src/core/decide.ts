import { checkConditions, rangeApplies, type Validators } from "./conditions.ts";
import type { ByteRange, HttpRefusal } from "./events.ts";
import { readRange } from "./ranges.ts";
import type { RequestHeaders } from "./request-headers.ts";
import type { Target } from "./target.ts";

/** Why a client gets no file. */
export interface Refusal {
  readonly reason: HttpRefusal;
  readonly detail?: string;
}

/** The decision about a request for an existing file. */
export type Answer =
  | { readonly kind: "found"; readonly range: ByteRange | undefined }
  | { readonly kind: "not-modified" }
  | ({ readonly kind: "refused" } & Refusal);

/** No boot client sends more than a dozen. */
const mostHeaders = 100;

/** The fault of a request, found before any file is looked up. @param raw names and values in turns */
export function refusalOf(
  method: string,
  headers: RequestHeaders,
  raw: readonly string[],
  target: Target,
): Refusal | undefined {
  if (method !== "GET" && method !== "HEAD") return { reason: "method", detail: method };
  const length = headers["content-length"];
  if (headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0")) return { reason: "body" };
  if (raw.length > 2 * mostHeaders) return { reason: "headers-too-large", detail: "too many headers" };
  return target.ok ? undefined : target;
}

/**
 * Preconditions first, then the range, which counts for GET alone (RFC 9110 sections 13.2.2 and 14.2).
 * @param file its size in bytes; a sequential one is a stream, of which a server may ignore ranges (section 14.3)
 */
export function decideAnswer(
  method: string,
  headers: RequestHeaders,
  { size, sequential = false }: { readonly size: number; readonly sequential?: boolean },
  validators: Validators,
): Answer {
  const condition = checkConditions(headers, validators);
  if (condition === "failed") return { kind: "refused", reason: "precondition-failed" };
  if (condition === "not-modified") return { kind: "not-modified" };
  const header = headers.range;
  if (
    method !== "GET" ||
    header === undefined ||
    sequential ||
    !rangeApplies(headers["if-range"]?.toString(), validators)
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
      return { kind: "refused", reason: "malformed-range", detail: `${shown(header)}: ${wanted.detail}` };
    case "not-satisfiable":
      return { kind: "refused", reason: "range-not-satisfiable", detail: `${shown(header)}: ${wanted.detail}` };
  }
}

/** For the log: a header may have 8 KB. */
function shown(header: string): string {
  return header.length > 100 ? `${header.slice(0, 100)}…` : header;
}
