import { kindOf } from "./core/option-error.ts";
import type { SourceFile } from "./core/source.ts";
import { type Spool, spool } from "./core/spool.ts";

/** What is used of a web `ReadableStream`; the declarations must do without those of Node.js. */
export interface WebStream {
  getReader(): { read(): Promise<{ done: boolean; value?: unknown }>; cancel(reason?: unknown): Promise<void> };
}

/** A `Readable` of Node.js, an async generator, or anything else that gives pieces one after the other. */
export type Pieces = AsyncIterable<Uint8Array | string>;

/** The pieces of a stream, and the one way to end it. */
interface Tap {
  /** The next piece; undefined at the end. */
  next(): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

const utf8 = new TextEncoder();

/**
 * A stream as a file. It is read once and in order, as far as someone asks; its last `spoolSize` bytes can be read again.
 * @param size bytes of the stream. What comes after them is not read; a stream that ends before them fails to be read.
 */
export function streamFile(stream: Pieces | WebStream, size: number, spoolSize: number): SourceFile {
  const tap = tapOf(stream);
  const kept = spool();
  let closing: Promise<void> | undefined;

  async function fill(to: number, position: number): Promise<void> {
    while (kept.end < to) {
      const piece = await tap.next();
      if (piece === undefined) throw new Error(`the stream ended after ${kept.end} of ${size} bytes`);
      kept.push(piece.subarray(0, size - kept.end));
      kept.trim(spoolSize, position);
    }
  }

  return {
    size,
    version: undefined,
    sequential: true,
    async read(target, position) {
      if (closing !== undefined) throw new Error("the stream is closed");
      if (position < kept.start) throw goneError(kept, position);
      await fill(Math.min(position + target.length, size), position);
      return kept.copy(target, position);
    },
    close() {
      // What goes wrong now concerns nobody: the bytes have been read, or nobody wants them.
      closing ??= tap.close().catch(() => {});
      return closing;
    },
  };
}

function goneError(kept: Spool, position: number): Error {
  return new Error(`byte ${position} of a stream is gone: only those from ${kept.start} on can be read again`);
}

function tapOf(stream: Pieces | WebStream): Tap {
  return "getReader" in stream ? webTap(stream) : iterableTap(stream);
}

function webTap(stream: WebStream): Tap {
  const reader = stream.getReader();
  return {
    async next() {
      const { done, value } = await reader.read();
      return done ? undefined : bytesOf(value);
    },
    close: () => reader.cancel(),
  };
}

/** What a `Readable` has and an iterable has not. */
interface MaybeReadable {
  destroy?(): unknown;
  on?(event: "error", listener: () => void): unknown;
}

function iterableTap(stream: Pieces & MaybeReadable): Tap {
  let iterator: AsyncIterator<unknown> | undefined;
  // It may fail before anybody reads, and an error event without a listener ends the process. The next read rejects.
  stream.on?.("error", () => {});
  return {
    async next() {
      iterator ??= stream[Symbol.asyncIterator]();
      const { done, value } = await iterator.next();
      return done ? undefined : bytesOf(value);
    },
    async close() {
      // A Readable that nobody has read from stays open when its iterator returns.
      if (stream.destroy) stream.destroy();
      else await (iterator ?? stream[Symbol.asyncIterator]()).return?.();
    },
  };
}

function bytesOf(piece: unknown): Uint8Array {
  if (typeof piece === "string") return utf8.encode(piece);
  if (piece instanceof Uint8Array) return piece;
  throw new TypeError(`a stream gave ${kindOf(piece)} instead of bytes or text`);
}
