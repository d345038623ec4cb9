import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import type { Refusal } from "./backend.ts";

export interface GuardOptions {
  /** Required in every request. Absent: no token needed. */
  readonly token?: string;
  /** Host names of the API, besides localhost and addresses. */
  readonly allowedHosts: readonly string[];
  /** A socket for changes: without a token, nothing changes by another way. */
  readonly changesBy?: string;
}

export interface GuardedRequest {
  readonly method: string;
  /** As it stands in the request line (RFC 9112 section 3.2); the path when absent. */
  readonly target?: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** Probes of a supervisor, and the page for browsers: they reveal nothing and need no token. */
export const openPaths: ReadonlySet<string> = new Set(["/", "/healthz", "/readyz"]);
/** Asks by POST, and changes nothing. */
const computing: ReadonlySet<string> = new Set(["/api/v1/explain"]);
const harmless: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Checks whether a request may pass. The Host header must be an address, localhost or an allowed name: a page whose
 * own name resolves to this machine (DNS rebinding) sends that name. It must not come from a page of another origin: on
 * loopback there may be no token, so that a page could change something (CSRF); and what a page may not read costs this machine work all the
 * same. A request that changes something must be JSON. Every account of this machine reaches loopback, so where a socket
 * is served, without a token nobody changes anything but by it.
 */
export function createGuard({
  token,
  allowedHosts,
  changesBy,
}: GuardOptions): (request: GuardedRequest) => Refusal | undefined {
  const names = new Set(["localhost", ...allowedHosts.map((name) => name.toLowerCase())]);
  const expected = token === undefined ? undefined : digest(token);
  return ({ method, target, path, headers }) => {
    const hosts = [headers.host, ...authorityOf(target)].map(hostName);
    if (hosts.includes(undefined))
      return { status: 400, code: "host-missing", title: "The Host header is missing or malformed" };
    if (hosts.some((host = "") => isIP(host) === 0 && !names.has(host))) {
      const detail = "Call the API by its address, or add the name to admin.allowedHosts.";
      return { status: 421, code: "host-not-allowed", title: "This host name is not served", detail };
    }
    if (isForeign(headers)) return { status: 403, code: "cross-site", title: "Cross-site request refused" };
    if (expected !== undefined && !openPaths.has(path) && !showsToken(headers.authorization, expected)) {
      return { status: 401, code: "token-required", title: "A valid token is required" };
    }
    if (changesBy !== undefined && expected === undefined && !harmless.has(method) && !computing.has(path)) {
      const detail = `Use ${changesBy} as a member of its group, or set admin.tokenFile`;
      return { status: 403, code: "socket-required", title: "Without a token, changes need the API's socket", detail };
    }
    return harmless.has(method) ? undefined : refuseForm(method, headers);
  };
}

/** Of a target in absolute form the authority counts, whatever the Host header says (RFC 9112 section 3.2.2). */
function authorityOf(target = "/"): readonly string[] {
  const [, authority] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(target) ?? [];
  return authority === undefined ? [] : [authority];
}

/** The host of a Host header (RFC 9110 §7.2), lower case, without port and brackets. */
function hostName(header: string | undefined): string | undefined {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header ?? "") ?? [];
  return (bracketed ?? plain)?.toLowerCase().replace(/\.$/, "");
}

/** Digests have equal length, so that the comparison takes equal time. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function showsToken(authorization: string | undefined, expected: Buffer): boolean {
  const [, shown] = /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? "") ?? [];
  return timingSafeEqual(digest(shown ?? ""), expected) && shown !== undefined;
}

/** Sent by browsers alone (Fetch Metadata; Fetch, "Origin header"). */
function isForeign({ origin, host, "sec-fetch-site": site }: IncomingHttpHeaders): boolean {
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  return origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
}

function refuseForm(method: string, { "content-type": type }: IncomingHttpHeaders): Refusal | undefined {
  if (method === "DELETE" || /^application\/json *(;|$)/i.test(type ?? "")) return undefined;
  return { status: 415, code: "not-json", title: "The content type must be application/json" };
}
