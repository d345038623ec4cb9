import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { Readable } from "node:stream";

export interface ApiRequest {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** A Response with one of these takes no body (Fetch, "null body status"). */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Asks the API. Not by fetch(), which refuses a list of ports (Fetch, "port blocking") that an API may well be on. Redirects
 * are not followed: a token is for the address that it was meant for.
 * @throws what the system says when nobody answers, with its `code`
 */
export function askApi(url: string, { method = "GET", headers, body, signal }: ApiRequest): Promise<Response> {
  const send = url.toLowerCase().startsWith("https:") ? secureRequest : plainRequest;
  const length: Record<string, string> =
    body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const asking = send(url, { method, headers: { ...headers, ...length }, signal, agent: false }, (answer) => {
      resolve(responseOf(answer));
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

function responseOf(answer: IncomingMessage): Response {
  const { statusCode = 0, headers } = answer;
  // Nothing that a Response could be made of: no server of HTTP says so.
  if (statusCode < 200 || statusCode > 599) throw new RangeError(`a server answered with the status ${statusCode}`);
  const { "content-type": type } = headers;
  const init = { status: statusCode, headers: type === undefined ? {} : { "content-type": type } };
  if (bodiless.has(statusCode)) {
    answer.resume();
    return new Response(null, init);
  }
  return new Response(Readable.toWeb(answer) as ReadableStream<Uint8Array>, init);
}
