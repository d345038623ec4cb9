import type { Socket } from "node:net";
import type { CachedFile } from "./chunks.ts";
import type { Validators } from "./core/conditions.ts";
import { type ByteRange, type HttpRefusal, statusOf } from "./core/events.ts";
import { mediaType } from "./core/media-types.ts";
import { type ServerResponse, STATUS_CODES } from "./messages.ts";

/** Headers that say to the client what to do next, by refusal. */
const advice: Partial<Record<HttpRefusal, readonly string[]>> = {
  method: ["Allow", "GET, HEAD"],
  // iPXE waits and retries.
  "too-many-connections": ["Retry-After", "1"],
  "too-many-connections-of-client": ["Retry-After", "1"],
  busy: ["Retry-After", "1"],
  "no-answer": ["Retry-After", "2"],
};

/** A browser must not guess what a file is, and run what claims to be no script. */
const safe = ["X-Content-Type-Options", "nosniff"];

/** Said to whoever can act on it. */
const words: Partial<Record<HttpRefusal, string>> = {
  "host-not-allowed": "this name is not one of the server: use its address, or allow the name in its configuration",
};

/** After these the connection is closed: its next bytes cannot be parsed, or must not be served. */
const closing: ReadonlySet<HttpRefusal> = new Set([
  "body",
  "method",
  "malformed",
  "host-not-allowed",
  "request-timeout",
  "headers-too-large",
  "client-not-allowed",
  "too-many-connections",
  "too-many-connections-of-client",
  "stopping",
]);

/** The tag and date of a file. A file without version is still being written: it has no valid tag. */
export function validatorsOf({ source, shared }: CachedFile): Validators {
  const { version, modified } = source;
  shared.validators ??= {
    etag: version === undefined ? undefined : `"${shorten(version)}"`,
    lastModified: modified === undefined ? undefined : new Date(modified).toUTCString(),
  };
  return shared.validators;
}

/** Numbers in base 36 only: all valid in an entity tag. */
function shorten(version: string): string {
  return version
    .split(" ")
    .map((word) => (/^\d{1,40}$/.test(word) ? BigInt(word).toString(36) : word.replace(/[^\w.-]/g, "_")))
    .join("-");
}

/** Status line and headers of 200 and 206. There is no transfer coding and no content coding. */
export function writeFound(
  response: ServerResponse,
  name: string,
  file: CachedFile,
  range: ByteRange | undefined,
  last: boolean,
): void {
  const { shared } = file;
  if (range !== undefined || last) response.writeHead(range === undefined ? 200 : 206, headOf(name, file, range, last));
  else {
    if (shared.head?.name !== name) shared.head = { name, lines: headOf(name, file, undefined, false) };
    response.writeHead(200, shared.head.lines as string[]);
  }
}

function headOf(name: string, file: CachedFile, range: ByteRange | undefined, last: boolean): string[] {
  const { size, sequential = false } = file.source;
  const length = range === undefined ? size : range.last - range.first + 1;
  const headers = [
    "Content-Type",
    mediaType(name),
    ...safe,
    "Content-Length",
    String(length),
    "Accept-Ranges",
    sequential ? "none" : "bytes",
  ];
  if (range !== undefined) headers.push("Content-Range", `bytes ${range.first}-${range.last}/${size}`);
  addValidators(headers, validatorsOf(file), last);
  return headers;
}

export function writeNotModified(response: ServerResponse, validators: Validators, last: boolean): void {
  const headers: string[] = [];
  addValidators(headers, validators, last);
  response.writeHead(304, headers);
  response.end();
}

function addValidators(headers: string[], { etag, lastModified }: Validators, last: boolean): void {
  if (etag !== undefined) headers.push("ETag", etag);
  if (lastModified !== undefined) headers.push("Last-Modified", lastModified);
  if (last) headers.push("Connection", "close");
}

/** A refusal with a line of text, which curl and iPXE may show. @param size of the file, for 416 */
export function writeRefusal(response: ServerResponse, reason: HttpRefusal, last: boolean, size?: number): void {
  const status = statusOf(reason);
  const text = textOf(reason);
  const headers = refusalHeaders(reason, text);
  if (status === 416 && size !== undefined) headers.push("Content-Range", `bytes */${size}`);
  if (last || closing.has(reason)) headers.push("Connection", "close");
  response.writeHead(status, headers);
  response.end(text);
}

/** The same on a connection without a readable request; `sent` is called when the operating system has it. */
export function writeRawRefusal(socket: Socket, reason: HttpRefusal, sent: () => void): void {
  const status = statusOf(reason);
  const text = textOf(reason);
  const headers = refusalHeaders(reason, text);
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`;
  for (let at = 0; at < headers.length; at += 2) head += `${headers[at]}: ${headers[at + 1]}\r\n`;
  socket.end(`${head}Connection: close\r\n\r\n${text}`, sent);
}

function refusalHeaders(reason: HttpRefusal, text: string): string[] {
  const length = ["Content-Length", String(text.length)];
  return ["Content-Type", "text/plain", ...safe, ...length, ...(advice[reason] ?? [])];
}

function textOf(reason: HttpRefusal): string {
  const status = statusOf(reason);
  const more = words[reason];
  return `${status} ${STATUS_CODES[status]}${more === undefined ? "" : `: ${more}`}\n`;
}
