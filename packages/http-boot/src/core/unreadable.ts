import type { HttpRefusal } from "./events.ts";

/** A request that the parser refused, as far as it can be read all the same. Texts are the client's. */
export interface Unreadable {
  readonly reason: HttpRefusal;
  /** What is wrong, and how it is to be written; the parser's own code where that is not known. */
  readonly detail: string;
  /** Absent where not even the first line is one of HTTP. */
  readonly line?: { readonly method: string; readonly target: string };
  readonly userAgent?: string;
}

const longestTarget = 2048;

/**
 * Why a parser of HTTP refused these bytes.
 * @param code that of the parser, `HPE_…`
 * @param bytes what came, from the beginning of the request on
 */
export function readUnreadable(code: string, bytes: Uint8Array): Unreadable {
  const text = latin1(bytes);
  if (bytes[0] === 0x16 && bytes[1] === 0x03) {
    return { reason: "tls", detail: "the client speaks TLS: write http:// in place of https://" };
  }
  if (text.startsWith("PRI * HTTP/2")) {
    return { reason: "malformed", detail: "the client speaks HTTP/2: only HTTP/1.1 is served" };
  }
  const [first = "", ...headers] = text.split(/\r?\n/);
  const userAgent = headers.map((line) => /^user-agent:[ \t]*(.*)$/i.exec(line)?.[1]).find(Boolean);
  const read = /^([A-Za-z]+) +(.*?)(?: +(HTTP\/[0-9.]+))?[ \t]*$/s.exec(first);
  const [, method = "", target = "", version] = read ?? [];
  const more = {
    ...(read === null ? {} : { line: { method, target: target.slice(0, longestTarget) } }),
    ...(userAgent === undefined ? {} : { userAgent }),
  };
  const complete = headers.length > 0;
  if (/[ \t]/.test(target)) {
    return { reason: "blank-in-target", detail: `write ${quoted(target.replace(/[ \t]/g, "%20"))}`, ...more };
  }
  if (/[^\x21-\x7e]/.test(target)) {
    return { reason: "bad-path", detail: "write characters that are not ASCII as %XX, in UTF-8", ...more };
  }
  if (read !== null && version === undefined && complete) {
    return { reason: "malformed", detail: "no version of HTTP behind the name: write HTTP/1.1", ...more };
  }
  if (version !== undefined && !/^HTTP\/1\.[01]$/.test(version)) {
    return { reason: "malformed", detail: `the version ${version} is not HTTP/1.1`, ...more };
  }
  if (code === "HPE_INVALID_METHOD") {
    const detail = read === null ? "the first line is no request of HTTP" : `no such method: ${method}`;
    return { reason: read === null ? "malformed" : "method", detail, ...more };
  }
  return { reason: "malformed", detail: details[code] ?? code, ...more };
}

const details: Readonly<Record<string, string>> = {
  HPE_INVALID_HEADER_TOKEN: "a header has characters that no header may have",
  HPE_INVALID_CONTENT_LENGTH: "Content-Length is no number, or there are two",
  HPE_UNEXPECTED_CONTENT_LENGTH: "Content-Length stands beside Transfer-Encoding",
  HPE_INVALID_TRANSFER_ENCODING: "Transfer-Encoding cannot be read",
  HPE_LF_EXPECTED: "a line ends in CR alone: end it with CR LF",
  HPE_CR_EXPECTED: "a line ends in LF alone: end it with CR LF",
  HPE_INVALID_VERSION: "the version is not HTTP/1.1",
};

function quoted(target: string): string {
  return target.length > 100 ? "%20 for each blank" : target;
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes.subarray(0, 8192)) text += String.fromCharCode(byte);
  return text;
}
