import { SourceChangedError } from "@bootlace/boot-source";
import { type CachedFile, type Chunk, type ChunkCache, ShortFileError } from "./chunks.ts";
import type { HttpAbort } from "./core/events.ts";
import type { ServerResponse } from "./messages.ts";

/** How the body of an answer ended. */
export type BodyEnd =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: HttpAbort; readonly detail: string | undefined };

/** Node joins header lines and text into one string and one write, but writes bytes as a list of two. */
const longestText = 4096;

/** A body being sent. */
export interface Sending {
  /** Call it when the response has ended in any way: the system has released the bytes. */
  closed(): void;
  /** Bytes that the operating system has taken, by whole writes. */
  readonly bytes: number;
  /** Bytes that were written, whoever has them now. */
  readonly given: number;
  readonly total: number;
  /** Closes the connection; `ended` is called with this reason. */
  abort(reason: HttpAbort): void;
}

export interface Body {
  readonly file: CachedFile;
  /** Offset of the first byte. */
  readonly first: number;
  /** Bytes, at least 1. */
  readonly total: number;
  /** Writes the headers: the first bytes are available. */
  readonly begin: () => void;
  /**
   * Called once: the system took the last byte, or the connection is gone, or, before `begin`, the source failed and another
   * response can be sent.
   */
  readonly ended: (end: BodyEnd) => void;
}

/** Pieces of files in memory: large ones for whole files, small ones for small parts of files. */
export interface BodyCaches {
  readonly chunks: ChunkCache;
  readonly blocks: ChunkCache;
}

/** Sends bytes of a file as the body of an answer. Closes the source. */
export function sendBody({ chunks, blocks }: BodyCaches, response: ServerResponse, body: Body): Sending {
  const { file, first, total } = body;
  const { source } = file;
  const chunk = chunks.takeNow(file, first, total);
  if (chunk !== undefined) return sendAtOnce(chunks, response, body, chunk);
  const small = total < source.size && total <= blocks.chunkBytes && source.sequential !== true;
  if (!small) return sendChunks(chunks, response, body);
  const inBlocks = { ...body, file: blocks.open(source) };
  const block = blocks.takeNow(inBlocks.file, first, total);
  return block === undefined ? sendChunks(blocks, response, inBlocks) : sendAtOnce(blocks, response, inBlocks, block);
}

/** All bytes are in this chunk: the whole response is sent in one write. */
function sendAtOnce(cache: ChunkCache, response: ServerResponse, body: Body, chunk: Chunk): Sending {
  const { file, first, total, ended } = body;
  let failure: HttpAbort | undefined;
  const sending = {
    bytes: 0,
    given: total,
    total,
    closed() {
      cache.release(chunk);
      closeSource(file);
      const ok = sending.bytes === total;
      ended(ok ? { ok } : { ok, reason: failure ?? "client-closed", detail: undefined });
    },
    abort(reason: HttpAbort) {
      failure ??= reason;
      response.destroy();
    },
  };
  body.begin();
  // Only "finish" shows success: after a broken connection nothing is left to write either.
  response.on("finish", () => {
    sending.bytes = total;
  });
  const { bytes } = chunk;
  if (total === bytes.length && total <= longestText) {
    chunk.text ??= Buffer.from(bytes.buffer, bytes.byteOffset, total).toString("latin1");
    response.end(chunk.text, "latin1");
  } else {
    const from = first % cache.chunkBytes;
    response.end(total === bytes.length ? bytes : bytes.subarray(from, from + total));
  }
  return sending;
}

/**
 * Writes bytes of a file as the body of an answer, chunk by chunk: the next one is requested when the operating system
 * has taken the one before.
 */
function sendChunks(cache: ChunkCache, response: ServerResponse, body: Body): Sending {
  const { file, first, total } = body;
  const { chunkBytes } = cache;
  // A getter here would cost more than everything else: V8 creates a hidden class for each object that has one.
  const sending = {
    bytes: 0,
    given: 0,
    total,
    closed: end,
    abort(reason: HttpAbort) {
      failure ??= { reason, detail: undefined };
      response.destroy();
    },
  };
  let held: Chunk | undefined;
  let reading: Promise<unknown> | undefined;
  let begun = false;
  let closed = false;
  let failure: { readonly reason: HttpAbort; readonly detail: string | undefined } | undefined;

  function next(): void {
    if (closed) return;
    const taken = cache.take(file, Math.floor((first + sending.bytes) / chunkBytes));
    if (!(taken instanceof Promise)) {
      write(taken);
      return;
    }
    reading = taken;
    taken.then(
      (chunk) => {
        reading = undefined;
        if (closed) cache.release(chunk);
        else write(chunk);
      },
      (error: unknown) => {
        reading = undefined;
        fail(error);
      },
    );
  }

  function write(chunk: Chunk): void {
    held = chunk;
    if (!begun) {
      begun = true;
      body.begin();
    }
    const from = (first + sending.bytes) % chunkBytes;
    const length = Math.min(chunk.bytes.length - from, total - sending.bytes);
    const part = length === chunk.bytes.length ? chunk.bytes : chunk.bytes.subarray(from, from + length);
    sending.given = sending.bytes + length;
    if (sending.given === total) {
      // Only "finish" shows success: after a broken connection nothing is left to write either.
      response.prependOnceListener("finish", () => {
        sending.bytes = total;
      });
      response.end(part);
      return;
    }
    response.write(part, (error) => {
      // The connection is gone; the event "close" follows and handles it.
      if (error || closed) return;
      sending.bytes += length;
      letGo();
      next();
    });
    lookAhead(Math.floor((first + sending.bytes + length) / chunkBytes));
  }

  /** A source reads one piece at a time. */
  function lookAhead(index: number): void {
    if (file.source.sequential === true) return;
    const prefetching = cache.prefetch(file, index);
    if (prefetching === undefined) return;
    reading = prefetching;
    void prefetching.then(() => {
      if (reading === prefetching) reading = undefined;
    });
  }

  function letGo(): void {
    if (held !== undefined) cache.release(held);
    held = undefined;
  }

  function fail(error: unknown): void {
    const changed = error instanceof SourceChangedError || error instanceof ShortFileError;
    const detail = error instanceof Error ? error.message : String(error);
    failure ??= { reason: changed ? "file-changed" : "io-failed", detail };
    if (begun) response.destroy();
    else end();
  }

  function end(): void {
    if (closed) return;
    closed = true;
    letGo();
    closeSource(file, reading);
    const ok = sending.bytes === total;
    body.ended(ok ? { ok } : { ok, reason: "client-closed", detail: undefined, ...failure });
  }

  next();
  return sending;
}

/** Closes a source when its last read is over. */
export function closeSource({ source }: Pick<CachedFile, "source">, reading?: Promise<unknown>): void {
  const close = () => {
    const closing = source.close();
    if (closing !== undefined) closing.catch(() => undefined);
  };
  if (reading === undefined) close();
  else reading.then(close, close);
}
