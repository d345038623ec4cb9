import type { RequestHeaders } from "./request-headers.ts";

/** Validators: identify the bytes of a file for a client that has part of them. */
export interface Validators {
  /** Strong, with its quotes; undefined for a file that may still be written. */
  readonly etag: string | undefined;
  /** As an HTTP date. */
  readonly lastModified: string | undefined;
}

export type Condition =
  | "go-on"
  /** 304. */
  | "not-modified"
  /** 412. */
  | "failed";

/** Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of RFC 9110 section 13.2.2. */
export function checkConditions(headers: RequestHeaders, validators: Validators): Condition {
  const match = headers["if-match"];
  const unmodified = headers["if-unmodified-since"];
  if (match !== undefined) {
    if (!listNames(match, validators.etag, false)) return "failed";
  } else if (unmodified !== undefined && isLater(validators.lastModified, unmodified)) return "failed";

  const noneMatch = headers["if-none-match"];
  const modified = headers["if-modified-since"];
  if (noneMatch !== undefined) return listNames(noneMatch, validators.etag, true) ? "not-modified" : "go-on";
  if (modified === undefined || validators.lastModified === undefined) return "go-on";
  return Number.isNaN(parseDate(modified)) || isLater(validators.lastModified, modified) ? "go-on" : "not-modified";
}

/** Whether a Range counts: If-Range names these very bytes (RFC 9110 section 13.1.5), or there is none. */
export function rangeApplies(ifRange: string | undefined, { etag, lastModified }: Validators): boolean {
  if (ifRange === undefined) return true;
  const text = ifRange.trim();
  return text.startsWith('"') ? text === etag : text === lastModified;
}

/** Weak tags never match strongly (RFC 9110 section 8.8.3.2). This server sends none, but clients may send any. */
function listNames(header: string, etag: string | undefined, weakly: boolean): boolean {
  if (header.trim() === "*") return true;
  if (etag === undefined) return false;
  const tags = header.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return tags.some((tag) => tag === etag || (weakly && tag === `W/${etag}`));
}

/** An unreadable date never counts: edk2 sends a weak tag as If-Unmodified-Since. */
function isLater(lastModified: string | undefined, header: string): boolean {
  if (lastModified === undefined) return false;
  return parseDate(lastModified) > parseDate(header);
}

/** The three forms of RFC 9110 section 5.6.7; NaN for anything else, which Date.parse might accept. */
function parseDate(text: string): number {
  if (/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)) return Date.parse(text);
  if (/^\w{6,9}, \d\d-\w{3}-\d\d \d\d:\d\d:\d\d GMT$/.test(text)) return Date.parse(text);
  return /^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/.test(text) ? Date.parse(`${text} GMT`) : Number.NaN;
}
