import { resolve } from "node:path";
import { quote } from "@bootlace/dhcp-core";
import type { ApiProblem } from "../api-model/types.ts";
import { type ConfigRequest, findConfig, foreignFault, loadAdmin } from "../config/load.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { readTokenFile, tokenFault } from "../os/token-file.ts";
import { type ApiRequest, askApi } from "./api-request.ts";
import { type Arguments, lastValue, type OptionRow, type Surroundings } from "./command.ts";
import { configOption } from "./config-options.ts";
import { type CommandError, printError } from "./output.ts";

/** Options of every command that talks to the daemon. */
export const apiOptions: readonly OptionRow[] = [
  {
    name: "api",
    value: "URL",
    description: "URL of the API. Default: from the config file.",
  },
  {
    name: "token-file",
    value: "FILE",
    description: "File with the API token. Default: from the config file.",
  },
  configOption,
];

interface ApiTarget {
  readonly url: string;
  readonly token?: string;
  /** The hint when the API does not answer. */
  readonly hint: string;
}

/** A failure, with the exit code it leads to. */
export interface ApiFailure {
  readonly ok: false;
  readonly exit: number;
  readonly error: CommandError;
}

export type ApiResult<T> = { readonly ok: true; readonly value: T } | ApiFailure;

/** Milliseconds after which a silent daemon counts as unreachable. */
const patience = 10_000;

export interface Api {
  readonly url: string;
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

function targetOf(args: Arguments, surroundings: Surroundings): ApiResult<ApiTarget> {
  const { cwd, env } = surroundings;
  const named = lastValue(args, "api");
  // A password must not come back in a message, nor in a log of it.
  if (named !== undefined && /^[a-z]+:\/\/[^/]*@/i.test(named))
    return usage("--api takes no user and password; name the file of the daemon's token with --token-file");
  const port = /^https?:\/\/(?:\[[^\]]*\]|[^/:?#]*):(\d+)(?=[/?#]|$)/i.exec(named ?? "")?.[1];
  if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65_535))
    return usage(`--api ${quote(named ?? "")}: ${port} is not a port; ports are 1 to 65535`);
  if (named !== undefined && !(/^https?:\/\//i.test(named) && URL.canParse(named)))
    return usage(`--api ${quote(named)} is not an http or https URL`);
  const file = lastValue(args, "config");
  const request = { cwd, env, ...(file === undefined ? {} : { file }) };
  const foreign = named === undefined ? foreignFault(request) : undefined;
  if (foreign !== undefined) {
    const { file: found, problem, allowed } = foreign;
    const error = {
      code: "config-untrusted",
      message: `${quote(found)}: ${problem}`,
      ...(allowed && { hint: allowed }),
    };
    return { ok: false, exit: exitCodes.config, error };
  }
  const admin = loadAdmin(request);
  // 0.0.0.0 is every address of the machine; from the machine itself loopback reaches it.
  const host = admin.address === "0.0.0.0" ? "127.0.0.1" : admin.address;
  const url = (named ?? `http://${host}:${admin.port}`).replace(/\/+$/, "");
  const ownFile = lastValue(args, "token-file");
  // The token in the config is only for the address in the config.
  const tokenFile = ownFile === undefined ? (named === undefined ? admin.tokenFile : undefined) : resolve(cwd, ownFile);
  const hint = named === undefined ? absenceHint(admin.enabled, findConfig(request).file) : namedHint;
  if (tokenFile === undefined) return { ok: true, value: { url, hint } };
  const goesElsewhere = named === undefined && !isNear(host, surroundings) && !isNamed(request);
  if (goesElsewhere) {
    const message = `the token goes to no other machine (${quote(host)}) by a config that was found and not named`;
    const error = { code: "config-untrusted", message, hint: "Name the config with --config if it is meant" };
    return { ok: false, exit: exitCodes.config, error };
  }
  try {
    const token = readTokenFile(tokenFile, env);
    const fault = tokenFault(quote(tokenFile), token);
    if (fault === undefined) return { ok: true, value: { url, hint, token } };
    return { ok: false, exit: exitCodes.unreachable, error: { code: "token-unreadable", message: fault } };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message = `the token file ${quote(tokenFile)} is not readable (${code})`;
    const may = code === "EACCES" ? "Run this as a user who may read it" : "It must hold the daemon's token";
    const read = { code: "token-unreadable", message, hint: `${may}, or name another file with --token-file` };
    return { ok: false, exit: exitCodes.unreachable, error: read };
  }
}

function isNamed(request: ConfigRequest): boolean {
  return findConfig(request).named;
}

/** Loopback, and the addresses of this machine, which lead to it as well. */
function isNear(host: string, { networkInterfaces }: Surroundings): boolean {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return /^127\./.test(host) || own.some(({ address }) => address === host);
}

const namedHint = "Check that bootlace serve runs there, with that port as admin.port";

function absenceHint(enabled: boolean, file: string | undefined): string {
  const source = file === undefined ? "the default: no config file was found" : `set in ${quote(file)}`;
  if (!enabled)
    return `admin.enabled is false (${source}), so the daemon has no API. Set it to true and restart the daemon; to reload only, send it a SIGHUP`;
  return `Check that bootlace serve runs. The address is ${source}; name another config with --config, another address with --api`;
}

function usage(message: string): ApiFailure {
  return { ok: false, exit: exitCodes.usage, error: { code: "usage", message } };
}

function apiOf({ url, token, hint }: ApiTarget): Api {
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };

  async function open(path: string, request: ApiRequest): Promise<ApiResult<Response>> {
    try {
      const response = await askApi(`${url}${path}`, request);
      return response.ok ? { ok: true, value: response } : await refused(url, hint, response, token !== undefined);
    } catch (error) {
      return unreachable(url, hint, error);
    }
  }

  return {
    url,
    async call<T>(method: string, path: string, body?: unknown): Promise<ApiResult<T>> {
      const json = body === undefined ? {} : { "content-type": "application/json" };
      const opened = await open(path, {
        method,
        headers: { ...authorization, ...json },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(patience),
      });
      if (!opened.ok) return opened;
      try {
        const text = await opened.value.text();
        return { ok: true, value: (text === "" ? undefined : JSON.parse(text)) as T };
      } catch (error) {
        return error instanceof SyntaxError ? foreign(url, hint, "no JSON") : unreachable(url, hint, error);
      }
    },
    async openEvents(path, headers, signal) {
      const opened = await open(path, { headers: { ...authorization, ...headers }, signal });
      const isStream = !opened.ok || /^text\/event-stream\b/i.test(opened.value.headers.get("content-type") ?? "");
      return isStream ? opened : foreign(url, hint, "no stream of events");
    },
  };
}

/** RFC 9457; an error in any other shape is not from Bootlace. */
async function refused(url: string, absence: string, response: Response, shown: boolean): Promise<ApiFailure> {
  const problem = (await response.json().catch(() => undefined)) as Partial<ApiProblem> | undefined;
  const { title, detail, code } = problem ?? {};
  const noToken = response.status === 401;
  if (typeof title !== "string" && !noToken) return foreign(url, absence, `HTTP status ${response.status}`);
  const message = typeof title === "string" ? title : `HTTP status ${response.status}`;
  const hint = typeof detail === "string" ? detail : noToken ? (shown ? otherTokenHint : tokenHint) : undefined;
  const error = {
    code: typeof code === "string" ? code : "refused",
    message: noToken ? `the daemon at ${url} requires its token (${message})` : message,
    ...(hint === undefined ? {} : { hint }),
  };
  return { ok: false, exit: noToken ? exitCodes.unreachable : exitCodes.findings, error };
}

const tokenHint = "Name its file with --token-file, or set admin.tokenFile in the config named by --config";

// After a change of the token file the daemon still has the old token, so the API cannot be used to reload it.
const otherTokenHint =
  "The daemon has a different token. If the file changed since the daemon read it, make the daemon read it again: bootlace reload --pid PID, systemctl reload bootlace, or a SIGHUP";

function foreign(url: string, hint: string, why: string): ApiFailure {
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
