import { type OpenResult, openSource, type Source, type SourceFault } from "@bootlace/boot-source";
import { validatorsOf, writeFound, writeNotModified, writeRefusal } from "./answer.ts";
import { type BodyCaches, type BodyEnd, closeSource, type Sending, sendBody } from "./body.ts";
import type { CachedFile } from "./chunks.ts";
import type { Connection } from "./connections.ts";
import { decideAnswer, type Refusal, refusalOf } from "./core/decide.ts";
import type { ByteRange, HttpAbort, HttpBootClient, HttpBootEvent, HttpBootRequest } from "./core/events.ts";
import { hostFault } from "./core/hosts.ts";
import type { Penalties } from "./core/penalties.ts";
import { longestTarget, readTarget, type Target } from "./core/target.ts";
import { type Deliveries, largeBody } from "./deliveries.ts";
import { type Delivery, newDelivery } from "./delivery.ts";
import type { IncomingMessage, ServerResponse } from "./messages.ts";

export interface ExchangeDeps {
  readonly source: Source;
  readonly caches: BodyCaches;
  /** Counts up from 1. */
  readonly nextId: () => number;
  readonly emit: (event: HttpBootEvent) => void;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  /** Milliseconds of a steady clock. */
  readonly ticks: () => number;
  /** A body that takes its time is on its way; it is over when the returned function is called. */
  readonly onSending: (delivery: Delivery, connection: Connection, request: HttpBootRequest) => () => void;
  readonly deliveries: Deliveries;
  readonly penalties: Penalties;
  /** Whether clients may call this server by this name, which is in lower case. */
  readonly isOwnHost: (name: string) => boolean;
}

/** One request and its response. A plain record: closures for many small responses are work for the GC. */
interface Exchange {
  readonly deps: ExchangeDeps;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: Connection;
  readonly request: HttpBootRequest;
  /** On the steady clock. */
  readonly began: number;
  /** How often the file was opened. */
  attempts: number;
  range: ByteRange | undefined;
  /** Called when the response has ended in any way. */
  sending: Sending | undefined;
}

/** Answers one request and reports its end in exactly one event. */
export function exchange(
  deps: ExchangeDeps,
  message: IncomingMessage,
  response: ServerResponse,
  connection: Connection,
): Exchange {
  const { headers, method = "GET", url = "/" } = message;
  const { client } = connection;
  const seen = { id: deps.nextId(), time: deps.now(), client, method, target: url, userAgent: headers["user-agent"] };
  const { request, target } = requestOf(seen);
  const one: Exchange = {
    deps,
    message,
    response,
    connection,
    request,
    began: deps.ticks(),
    attempts: 0,
    range: undefined,
    sending: undefined,
  };
  const { httpVersion, rawHeaders } = message;
  const fault =
    hostFault(httpVersion, headers.host, rawHeaders, deps.isOwnHost) ?? refusalOf(method, headers, rawHeaders, target);
  if (fault === undefined) open(one);
  else refuse(one, fault);
  return one;
}

/** A request as events have it, and what its target names. */
export function requestOf({ client, target: url, ...seen }: Omit<HttpBootRequest, "file" | "mac">): {
  readonly request: HttpBootRequest;
  readonly target: Target;
} {
  const target = readTarget(url, client.localAddress);
  const request = {
    ...seen,
    client,
    target: url.length > longestTarget ? url.slice(0, longestTarget) : url,
    file: target.ok ? target.file : "",
    mac: target.ok && target.query !== undefined ? macIn(target.query) : undefined,
  };
  return { request, target };
}

function refuse(one: Exchange, refusal: Refusal, size?: number): void {
  const wait = one.deps.penalties.of(one.connection.client.address);
  if (wait === 0) refuseNow(one, refusal, size);
  else setTimeout(refuseNow, wait, one, refusal, size);
}

function refuseNow(one: Exchange, { reason, detail }: Refusal, size?: number): void {
  const { deps, response, connection, request } = one;
  if (response.destroyed) {
    aborted(one, "client-closed", 0, 0, undefined);
    return;
  }
  writeRefusal(response, reason, connection.last, size);
  const { client } = connection;
  deps.emit({ type: "refused", time: deps.now(), client, request, reason, status: response.statusCode, detail });
}

function aborted(one: Exchange, reason: HttpAbort, size: number, bytes: number, detail: string | undefined): void {
  const { deps, response, request, range, began } = one;
  const status = response.headersSent ? response.statusCode : 0;
  const ms = deps.ticks() - began;
  deps.emit({ type: "aborted", time: deps.now(), request, reason, status, bytes, size, range, ms, detail });
}

function done(one: Exchange, size: number, bytes: number, completedAt: number, confirmed = true): void {
  const { deps, response, request, range, began } = one;
  const status = response.statusCode;
  const ms = completedAt - began;
  deps.emit({ type: "done", time: deps.now(), request, status, confirmed, bytes, size, range, ms });
}

function open(one: Exchange): void {
  one.attempts++;
  const { deps, message, connection, request } = one;
  const { file, mac } = request;
  const { url = "/" } = message;
  // Scripts are generated for the machine named in the query; for all other files a query is not part of the name.
  const name = mac === undefined ? file : `${file}${url.slice(url.indexOf("?"))}`;
  const opened = openQuietly(deps.source, name, connection.client);
  if (opened instanceof Promise) void opened.then((result) => answer(one, result));
  else answer(one, opened);
}

function answer(one: Exchange, opened: OpenResult): void {
  if (!opened.ok) {
    refuse(one, refusalFor(opened.fault));
    return;
  }
  const { deps, message, response, connection, request } = one;
  const file = deps.caches.chunks.open(opened.file);
  const { size } = opened.file;
  const decided = decideAnswer(request.method, message.headers, opened.file, validatorsOf(file));
  if (decided.kind === "found" && !response.destroyed) {
    one.range = decided.range;
    send(one, file);
    return;
  }
  closeSource(file);
  if (response.destroyed) aborted(one, "client-closed", size, 0, undefined);
  else if (decided.kind === "refused") refuse(one, decided, size);
  else {
    writeNotModified(response, validatorsOf(file), connection.last);
    done(one, size, 0, deps.ticks());
  }
}

function send(one: Exchange, file: CachedFile): void {
  const { deps, response, connection, request, range, began } = one;
  const { size } = file.source;
  const first = range?.first ?? 0;
  const total = range === undefined ? size : range.last - first + 1;
  const begin = () => writeFound(response, request.file, file, range, connection.last);
  if (request.method === "HEAD" || total === 0) {
    begin();
    response.end();
    closeSource(file);
    done(one, size, 0, deps.ticks());
    return;
  }
  const { deliveries } = deps;
  let over: (() => void) | undefined;
  const announce = () => {
    deps.emit({ type: "start", time: deps.now(), request, size, range });
    over = deps.onSending(delivery, connection, request);
  };
  const broken = (reason: HttpAbort, bytes: number, detail?: string) => {
    over?.();
    aborted(one, reason, size, bytes, detail);
  };
  const ended = (how: BodyEnd) => {
    if (how.ok) deliveries.handedOver(connection, delivery);
    else if (response.headersSent || response.destroyed) {
      broken(how.reason, deliveries.arrived(delivery), how.detail);
    } else if (how.reason === "file-changed" && one.attempts === 1) {
      // The file changed a moment ago.
      over?.();
      open(one);
    } else {
      over?.();
      refuse(one, { reason: "source-failed", ...(how.detail === undefined ? {} : { detail: how.detail }) });
    }
  };
  const sending = sendBody(deps.caches, response, { file, first, total, begin, ended });
  const delivery = newDelivery(sending, began, {
    announce,
    done(completedAt, confirmed) {
      over?.();
      done(one, size, total, completedAt, confirmed);
    },
    aborted: broken,
  });
  one.sending = sending;
  connection.current = delivery;
  if (total <= largeBody) return;
  deliveries.watch(connection, delivery);
  announce();
}

function refusalFor({ reason, detail }: SourceFault): Refusal {
  const more = detail === undefined ? {} : { detail };
  if (reason === "bad-name") return { reason: "bad-path", ...more };
  return { reason: reason === "too-large" ? "source-failed" : reason, ...more };
}

function macIn(query: string): string | undefined {
  const text = /(?:^|&)mac=([0-9a-f]{2}(?:(?:[:-]|%3a)[0-9a-f]{2}){5})(?=&|$)/i.exec(query)?.[1];
  return text?.replace(/%3a|-/gi, ":").toLowerCase();
}

/** An exception of a source is a fault of the source, not of the server. */
function openQuietly(source: Source, name: string, client: HttpBootClient): OpenResult | Promise<OpenResult> {
  const failed = (error: unknown): OpenResult => {
    const detail = error instanceof Error ? error.message : String(error);
    return { ok: false, fault: { reason: "source-failed", detail } };
  };
  try {
    const opened = openSource(source, name, client);
    return opened instanceof Promise ? opened.catch(failed) : opened;
  } catch (error) {
    return failed(error);
  }
}
