import type { ApiProblem } from "../api-model/types.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { type ApiRequest, askApi } from "./api-request.ts";
import { type ApiFailure, type ApiResult, type ApiTarget, closedSocketHint, targetOf } from "./api-target.ts";
import type { Arguments, OptionRow, Surroundings } from "./command.ts";
import { configOption } from "./config-options.ts";
import { printError } from "./output.ts";

export type { ApiFailure, ApiResult } from "./api-target.ts";

/** Options of every command that talks to the daemon. */
export const apiOptions: readonly OptionRow[] = [
  {
    name: "api",
    value: "URL",
    description:
      "URL of the API, or unix:SOCKET. Default: the socket of the config file or the service, else its address.",
  },
  {
    name: "token-file",
    value: "FILE",
    description: "File with the API token, for its URL. Default: from the config file.",
  },
  configOption,
];

/** Milliseconds after which a silent daemon counts as unreachable. */
const patience = 10_000;

export interface Api {
  /** @param body makes it a request with JSON */
  call<T>(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<ApiResult<T>>;
  /** A request for server-sent events, which are read as they arrive. */
  openEvents(
    path: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<ApiResult<Response>>;
}

/** The API of the daemon that this command line means. */
export function connectApi(args: Arguments, surroundings: Surroundings): ApiResult<Api> {
  const target = targetOf(args, surroundings);
  return target.ok ? { ok: true, value: apiOf(target.value) } : target;
}

/** Prints a failure and returns its exit code. */
export function failWith(
  { error, exit }: ApiFailure,
  command: string,
  json: boolean,
  surroundings: Surroundings,
): number {
  printError(surroundings, command, error, json);
  return exit;
}

/** Errors of a socket that is not there, or not for us. */
const notOpened: ReadonlySet<string> = new Set(["ENOENT", "ECONNREFUSED", "ENOTSOCK", "EACCES", "EPERM"]);

function apiOf(first: ApiTarget): Api {
  let target = first;
  /** What lets somebody in whom the socket did not. */
  let closed: string | undefined;

  async function open(path: string, request: ApiRequest): Promise<ApiResult<Response>> {
    const { url, token, socketPath, hint, otherwise } = target;
    const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const base = socketPath === undefined ? url : "http://localhost";
    try {
      const headers = { ...authorization, ...request.headers };
      const response = await askApi(`${base}${path}`, { ...request, headers, ...(socketPath && { socketPath }) });
      return response.ok ? { ok: true, value: response } : await refused(target, response, closed);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (socketPath === undefined || code === undefined || !notOpened.has(code)) return unreachable(url, hint, error);
      if (code === "EACCES" || code === "EPERM") closed = closedSocketHint(socketPath);
      if (otherwise === undefined) return unreachable(url, closed ?? hint, error);
      const next = otherwise();
      if (!next.ok) return closed === undefined ? next : { ...next, error: { ...next.error, hint: closed } };
      target = next.value;
      const answer = await open(path, request);
      const nobody = !answer.ok && answer.error.code === "unreachable" && closed !== undefined;
      return nobody ? unreachable(url, closed ?? hint, error) : answer;
    }
  }

  return {
    async call<T>(method: string, path: string, body?: unknown): Promise<ApiResult<T>> {
      const json = body === undefined ? {} : { "content-type": "application/json" };
      const opened = await open(path, {
        method,
        headers: json,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(patience),
      });
      if (!opened.ok) return opened;
      try {
        const text = await opened.value.text();
        const value = text === "" ? undefined : JSON.parse(text);
        return method === "GET" && !isOurs(value) ? foreign(target, "no version") : { ok: true, value: value as T };
      } catch (error) {
        return error instanceof SyntaxError ? foreign(target, "no JSON") : unreachable(target.url, target.hint, error);
      }
    },
    async openEvents(path, headers, signal) {
      const opened = await open(path, { headers, signal });
      const isStream = !opened.ok || /^text\/event-stream\b/i.test(opened.value.headers.get("content-type") ?? "");
      return isStream ? opened : foreign(target, "no stream of events");
    },
  };
}

/** Each answer to a GET says its version. */
function isOurs(value: unknown): boolean {
  return typeof value === "object" && value !== null && "schema" in value && value.schema === 1;
}

/**
 * RFC 9457; an error in any other shape is not from Bootlace.
 * @param closed what lets somebody in whom the socket did not
 */
async function refused(target: ApiTarget, response: Response, closed: string | undefined): Promise<ApiFailure> {
  const problem = (await response.json().catch(() => undefined)) as Partial<ApiProblem> | undefined;
  const { title, detail, code } = problem ?? {};
  const noToken = response.status === 401;
  if (typeof title !== "string" && !noToken) return foreign(target, `HTTP status ${response.status}`);
  const message = typeof title === "string" ? title : `HTTP status ${response.status}`;
  const notAllowed = noToken || code === "socket-required";
  const wanted = noToken ? (target.token === undefined ? tokenHint : otherTokenHint) : undefined;
  const hint = (notAllowed ? closed : undefined) ?? (typeof detail === "string" ? detail : wanted);
  const error = {
    code: typeof code === "string" ? code : "refused",
    message: noToken ? `the daemon at ${target.url} requires its token (${message})` : message,
    ...(hint === undefined ? {} : { hint }),
  };
  return { ok: false, exit: notAllowed ? exitCodes.unreachable : exitCodes.findings, error };
}

const tokenHint = "Name its file with --token-file, or set admin.tokenFile in the config named by --config";

// After a change of the token file the daemon still has the old token, so the API cannot be used to reload it.
const otherTokenHint =
  "The daemon has a different token. If the file changed since the daemon read it, make the daemon read it again: bootlace reload --pid PID, systemctl reload bootlace, or a SIGHUP";

function foreign({ url, hint }: ApiTarget, why: string): ApiFailure {
  const message = `${url} replies, but not as Bootlace does (${why})`;
  return { ok: false, exit: exitCodes.unreachable, error: { code: "unreachable", message, hint } };
}

function unreachable(url: string, hint: string, error: unknown): ApiFailure {
  const { code, name } = error as NodeJS.ErrnoException;
  // A time limit of ours comes as an abort.
  const why = code === undefined || code === "ABORT_ERR" ? name : code;
  return {
    ok: false,
    exit: exitCodes.unreachable,
    error: { code: "unreachable", message: `no reply from the daemon at ${url} (${why})`, hint },
  };
}
