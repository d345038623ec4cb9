import type { IncomingMessage, ServerResponse } from "node:http";
import type { OpenResult, Source, SourceFault } from "@bootlace/tftp-serve";
import { validatorsOf, writeFound, writeNotModified, writeRefusal } from "./boot-answer.ts";
import { type BodyEnd, closeSource, type Sending, sendBody } from "./boot-body.ts";
import { type CachedFile, type ChunkCache, chunkOctets } from "./boot-chunks.ts";
import type { Connection } from "./boot-connections.ts";
import { decideAnswer, type Refusal, refusalOf } from "./boot-decide.ts";
import type { ByteRange, HttpAbort, HttpBootClient, HttpBootEvent, HttpBootRequest } from "./boot-events.ts";
import { longestTarget, readTarget } from "./boot-target.ts";

export interface ExchangeDeps {
  readonly source: Source;
  readonly cache: ChunkCache;
  /** Counts up from 1. */
  readonly nextId: () => number;
  readonly emit: (event: HttpBootEvent) => void;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  /** Milliseconds of a steady clock. */
  readonly ticks: () => number;
  /** A body that does not leave at once begins; it is over when the returned function is called. */
  readonly onSending: (sending: Sending, request: HttpBootRequest, began: number) => () => void;
}

/** Stands for the client where there is no socket: requests that are injected. */
const nobody: HttpBootClient = { address: "127.0.0.1", port: 0, localAddress: "127.0.0.1", localPort: 0 };

/** An answer under way. */
export interface Running {
  /** To be called when the answer is over, well or not. */
  closed: (() => void) | undefined;
}

/** Answers one request; tells how it ended in exactly one event. */
export function exchange(
  deps: ExchangeDeps,
  message: IncomingMessage,
  response: ServerResponse,
  connection: Connection | undefined,
): Running {
  const running: Running = { closed: undefined };
  const { cache, emit, now, ticks } = deps;
  const began = ticks();
  const { headers, method = "GET" } = message;
  // The router saw another one, see `bootApp`.
  const sent = (message as { originalUrl?: string }).originalUrl ?? "/";
  const client = connection?.client ?? nobody;
  const last = connection?.last ?? false;
  const target = readTarget(sent, client.localAddress);
  const mac = target.ok && target.query !== undefined ? macIn(target.query) : undefined;
  const request: HttpBootRequest = {
    id: deps.nextId(),
    client,
    method,
    target: sent.slice(0, longestTarget),
    file: target.ok ? target.file : "",
    userAgent: headers["user-agent"],
    mac,
  };
  let attempts = 0;

  function refuse({ reason, detail }: Refusal, size?: number): void {
    if (response.destroyed) {
      aborted("client-closed", 0, 0, undefined, undefined);
      return;
    }
    writeRefusal(response, reason, last, size);
    emit({ type: "refused", at: now(), client, request, reason, status: response.statusCode, detail });
  }

  function aborted(
    reason: HttpAbort,
    size: number,
    bytes: number,
    range: ByteRange | undefined,
    detail: string | undefined,
  ): void {
    const status = response.headersSent ? response.statusCode : 0;
    emit({ type: "aborted", at: now(), request, reason, status, bytes, size, range, ms: ticks() - began, detail });
  }

  function done(size: number, bytes: number, range: ByteRange | undefined): void {
    const status = response.statusCode;
    emit({ type: "done", at: now(), request, status, bytes, size, range, ms: ticks() - began });
  }

  function open(): void {
    attempts++;
    // Scripts are made for whom the query names; to all else a query is no part of the name.
    const name = mac === undefined ? request.file : `${request.file}${sent.slice(sent.indexOf("?"))}`;
    const opened = openQuietly(deps.source, name, client);
    if (opened instanceof Promise) void opened.then(answer);
    else answer(opened);
  }

  function answer(opened: OpenResult): void {
    if (!opened.ok) {
      refuse(refusalFor(opened.fault));
      return;
    }
    const file = cache.open(opened.file);
    const { size } = opened.file;
    const validators = validatorsOf(file);
    const decided = decideAnswer(method, headers, size, validators);
    if (decided.kind === "found" && !response.destroyed) {
      send(file, decided.range, () => writeFound(response, request.file, size, decided.range, validators, last));
      return;
    }
    closeSource(file);
    if (response.destroyed) aborted("client-closed", size, 0, undefined, undefined);
    else if (decided.kind === "refused") refuse(decided, size);
    else {
      writeNotModified(response, validators, last);
      done(size, 0, undefined);
    }
  }

  function send(file: CachedFile, range: ByteRange | undefined, begin: () => void): void {
    const { size } = file.source;
    const [first, total] = range === undefined ? [0, size] : [range.first, range.last - range.first + 1];
    if (method === "HEAD" || total === 0) {
      begin();
      response.end();
      closeSource(file);
      done(size, 0, range);
      return;
    }
    let over = () => {};
    const ended = (how: BodyEnd) => {
      over();
      if (how.ok) done(size, total, range);
      else if (response.headersSent || response.destroyed) aborted(how.reason, size, sending.bytes, range, how.detail);
      // The name led to another state of the file a moment ago.
      else if (how.reason === "file-changed" && attempts === 1) open();
      else refuse({ reason: "source-failed", ...(how.detail === undefined ? {} : { detail: how.detail }) });
    };
    if (total > chunkOctets) emit({ type: "start", at: now(), request, size, range });
    const sending = sendBody(cache, response, { file, first, total, begin, ended });
    running.closed = sending.closed;
    if (connection !== undefined) connection.abort = (reason) => sending.abort(reason);
    if (total > chunkOctets) over = deps.onSending(sending, request, began);
  }

  const refusal =
    connection?.refusal === undefined
      ? refusalOf(method, headers, message.rawHeaders, target)
      : { reason: connection.refusal };
  if (refusal === undefined) open();
  else refuse(refusal);
  return running;
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

/** What a source throws is a fault of the source, not of the server. */
function openQuietly(source: Source, name: string, client: HttpBootClient): OpenResult | Promise<OpenResult> {
  const failed = (error: unknown): OpenResult => {
    const detail = error instanceof Error ? error.message : String(error);
    return { ok: false, fault: { reason: "source-failed", detail } };
  };
  try {
    const opened = source.open(name, client);
    return opened instanceof Promise ? opened.catch(failed) : opened;
  } catch (error) {
    return failed(error);
  }
}
