import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { Readable } from "node:stream";

export interface ApiRequest {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** A Unix socket to connect to, instead of the host of the URL. */
  readonly socketPath?: string;
}

/** A Response with one of these takes no body (Fetch, "null body status"). */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Sends a request to the API. Not with fetch(), which refuses ports (Fetch, "port blocking") that an API may be on. Redirects
 * are not followed: a token is meant for one address.
 * @throws the error of the system, with its `code`, when nothing answers
 */
export function askApi(url: string, request: ApiRequest): Promise<Response> {
  const { method = "GET", headers, body, signal, socketPath } = request;
  const send = url.toLowerCase().startsWith("https:") ? secureRequest : plainRequest;
  const length: Record<string, string> =
    body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const options = { method, headers: { ...headers, ...length }, signal, agent: false, socketPath };
    const asking = send(url, options, (answer) => {
      resolve(responseOf(answer));
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

function responseOf(answer: IncomingMessage): Response {
  const { statusCode = 0, headers } = answer;
  // A Response cannot have this status, and no HTTP server sends it.
  if (statusCode < 200 || statusCode > 599) throw new RangeError(`the server answered with status ${statusCode}`);
  const { "content-type": type } = headers;
  const init = { status: statusCode, headers: type === undefined ? {} : { "content-type": type } };
  if (bodiless.has(statusCode)) {
    answer.resume();
    return new Response(null, init);
  }
  return new Response(Readable.toWeb(answer) as ReadableStream<Uint8Array>, init);
}
