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
const agent = "user-agent:";

/** Method, target and version of a first line, which may have blanks in its target. In steps, each linear in its length. */
function readLine(line: string) {
  const space = line.indexOf(" ");
  const method = line.slice(0, Math.max(0, space));
  if (!/^[A-Za-z]+$/.test(method)) return undefined;
  const rest = line.slice(space).trim();
  const last = rest.lastIndexOf(" ");
  const version = rest.slice(last + 1);
  if (!/^HTTP\/[0-9.]+$/.test(version)) return { method, target: rest, version: undefined };
  return { method, target: rest.slice(0, Math.max(0, last)).trimEnd(), version };
}

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
  const userAgent = headers
    .filter((line) => line.slice(0, agent.length).toLowerCase() === agent)
    .map((line) => line.slice(agent.length).trimStart())
    .find(Boolean);
  const read = readLine(first);
  const { method = "", target = "", version } = read ?? {};
  const more = {
    ...(read === undefined ? {} : { line: { method, target: target.slice(0, longestTarget) } }),
    ...(userAgent === undefined ? {} : { userAgent }),
  };
  const complete = headers.length > 0;
  if (/[ \t]/.test(target)) {
    return { reason: "blank-in-target", detail: `write ${quoted(target.replace(/[ \t]/g, "%20"))}`, ...more };
  }
  if (/[^\x21-\x7e]/.test(target)) {
    return { reason: "bad-path", detail: "write characters that are not ASCII as %XX, in UTF-8", ...more };
  }
  if (read !== undefined && version === undefined && complete) {
    return { reason: "malformed", detail: "no version of HTTP behind the name: write HTTP/1.1", ...more };
  }
  if (version !== undefined && !/^HTTP\/1\.[01]$/.test(version)) {
    return { reason: "malformed", detail: `the version ${version} is not HTTP/1.1`, ...more };
  }
  if (code === "HPE_INVALID_METHOD") {
    const detail = read === undefined ? "the first line is no request of HTTP" : `no such method: ${method}`;
    return { reason: read === undefined ? "malformed" : "method", detail, ...more };
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
