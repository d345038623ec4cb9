import { check } from "./core/option-checks.ts";
import { checkArgument, checkOptions, type OptionTable } from "./core/option-error.ts";
import type { OpenResult, SourceFile } from "./core/source.ts";
import { type Pieces, streamFile, type WebStream } from "./stream-file.ts";

/** What is used of a `Blob`; the declarations must do without those of Node.js. */
export interface BlobContent {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** Content whose size is known, and whose bytes can be read in any order. */
export type WholeContent = string | Uint8Array | BlobContent;

/** Content that is read once, in order: a `Readable`, a web `ReadableStream`, any `AsyncIterable` of bytes or text. */
export type StreamContent = Pieces | WebStream;

export interface StreamOptions {
  /** Bytes of the stream, which TFTP and HTTP say before they send it. What comes after them is not read. */
  readonly size: number;
  /** When the bytes were last written, in milliseconds of Unix time. */
  readonly modified?: number;
  /** Bytes at the end of what was read that can be read again, for what is lost on its way. Default 1 MiB. */
  readonly spoolSize?: number;
}

const streamTable: OptionTable<StreamOptions> = {
  size: check.required(check.integer(0)),
  modified: check.amount,
  spoolSize: check.integer(0),
};

const dataCheck = check.mustBe(
  "text, a Uint8Array, a Blob or a stream",
  (data) => typeof data === "string" || data instanceof Uint8Array || isBlob(data) || isStream(data),
);

const versionCheck = check.mustBe("text", (value) => value === undefined || typeof value === "string");

function isBlob(data: unknown): data is BlobContent {
  const { size, slice } = (data ?? {}) as { size?: unknown; slice?: unknown };
  return typeof size === "number" && typeof slice === "function";
}

/** Lists and typed arrays can be iterated too, though not as a stream. */
function isStream(data: unknown): boolean {
  const { getReader } = (data ?? {}) as { getReader?: unknown };
  return typeof getReader === "function" || (typeof data === "object" && data !== null && Symbol.asyncIterator in data);
}

/** A window of TFTP has 64 KiB, and a server may be two pieces of 64 KiB ahead of what was acknowledged. */
const usualSpoolSize = 1024 * 1024;
const utf8 = new TextEncoder();

/**
 * A file from memory, for sources that make their content. Text is sent as UTF-8.
 * @param version equal versions must mean equal bytes; leave it out for content made for one client
 */
export function content(data: WholeContent, version?: string): OpenResult;
/**
 * A file from a stream, made anew at each `open`. The stream is closed once, when the file is; an error of it ends the
 * transfer, and so does its end before `size`.
 * @throws OptionError without a size, and for content or a version that cannot be
 */
export function content(stream: StreamContent, options: StreamOptions): OpenResult;
export function content(data: WholeContent | StreamContent, more?: string | StreamOptions): OpenResult {
  checkArgument("content", "data", data, dataCheck);
  if (typeof data === "string" || data instanceof Uint8Array || isBlob(data)) {
    checkArgument("content", "version", more, versionCheck);
  }
  if (typeof data === "string") return { ok: true, file: bytesFile(utf8.encode(data), versionOf(more)) };
  if (data instanceof Uint8Array) return { ok: true, file: bytesFile(data, versionOf(more)) };
  if (isBlob(data)) return { ok: true, file: blobFile(data, versionOf(more)) };
  const given = more === undefined ? ({} as StreamOptions) : (more as StreamOptions);
  const { size, modified, spoolSize = usualSpoolSize } = checkOptions("content", given, streamTable);
  const file = streamFile(data, size, spoolSize);
  return { ok: true, file: modified === undefined ? file : { ...file, modified } };
}

function versionOf(more: string | StreamOptions | undefined): string | undefined {
  return typeof more === "string" ? more : undefined;
}

function bytesFile(bytes: Uint8Array, version: string | undefined): SourceFile {
  return {
    size: bytes.length,
    version,
    read(target, position) {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    },
    close() {},
  };
}

function blobFile(blob: BlobContent, version: string | undefined): SourceFile {
  return {
    size: blob.size,
    version,
    async read(target, position) {
      const part = new Uint8Array(await blob.slice(position, position + target.length).arrayBuffer());
      target.set(part);
      return part.length;
    },
    close() {},
  };
}
