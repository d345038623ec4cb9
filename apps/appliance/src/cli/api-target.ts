import { lstatSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { quote } from "@bootlace/dhcp-core";
import { type ConfigRequest, findConfig, foreignFault, loadAdmin, loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { listenerOwners } from "../os/listener-owner.ts";
import { readTokenFile, tokenFault, unreadReason } from "../os/token-file.ts";
import { findUser, groupName, serviceUser } from "../os/users.ts";
import { serviceConfig, serviceSocket } from "../service-files/request.ts";
import { type Arguments, lastValue, type Surroundings } from "./command.ts";
import type { CommandError } from "./output.ts";

/** Where a command finds the API. */
export interface ApiTarget {
  /** For people, and by TCP for requests: `http://…` or `unix:…`. */
  readonly url: string;
  /** The Unix socket, by which no token is needed. */
  readonly socketPath?: string;
  readonly token?: string;
  /** The hint when the API does not answer. */
  readonly hint: string;
  /** Where to go on if the socket cannot be opened. */
  readonly otherwise?: () => ApiResult<ApiTarget>;
}

/** A failure, with the exit code it leads to. */
export interface ApiFailure {
  readonly ok: false;
  readonly exit: number;
  readonly error: CommandError;
}

export type ApiResult<T> = { readonly ok: true; readonly value: T } | ApiFailure;

const socketForm = /^unix:(.*)$/is;

/**
 * The API that a command line means: what `--api` names; else the socket in the config, or that of the service; else the
 * address in the config. With `--token-file` it is the address, where a token is asked for.
 */
export function targetOf(args: Arguments, surroundings: Surroundings): ApiResult<ApiTarget> {
  const { cwd, env } = surroundings;
  const named = lastValue(args, "api");
  const [, socket] = socketForm.exec(named ?? "") ?? [];
  const wrong = named === undefined ? undefined : socket === undefined ? urlProblem(named) : socketNameProblem(socket);
  if (wrong !== undefined) return usage(wrong);
  if (socket !== undefined) return socketTarget(resolve(cwd, socket), namedSocketHint);
  const file = lastValue(args, "config");
  const request = { cwd, env, ...(file === undefined ? {} : { file }) };
  const foreign = named === undefined ? foreignFault(request) : undefined;
  if (foreign !== undefined) {
    const { file: found, problem, allowed } = foreign;
    const message = `${quote(found)}: ${problem}`;
    const error = { code: "config-untrusted", message, ...(allowed && { hint: allowed }) };
    return { ok: false, exit: exitCodes.config, error };
  }
  const admin = loadAdmin(request);
  const ownFile = lastValue(args, "token-file");
  const own = { named, tokenFile: ownFile && resolve(cwd, ownFile) };
  const byAddress = () => addressTarget(admin, request, own, surroundings);
  const path = named === undefined && ownFile === undefined ? socketOf(admin, request) : undefined;
  if (path === undefined) return byAddress();
  const hint = absenceHint(admin.enabled, findConfig(request).file, "socket");
  return socketTarget(path, hint, admin.tcp ? byAddress : undefined);
}

/**
 * The socket of the config; without one that of the service, if the config is the service's, or if there is none and so no
 * other port either.
 */
export function socketOf(
  { socket, address, port }: Config["admin"],
  request: ConfigRequest,
  service = { config: serviceConfig, socket: serviceSocket },
): string | undefined {
  if (socket !== undefined) return socket;
  const { file } = findConfig(request);
  const isUsual = file === undefined && address === "127.0.0.1" && port === 8067;
  const isServices = isUsual || (file !== undefined && resolve(request.cwd, file) === service.config);
  return isServices && lstatOf(service.socket) !== undefined ? service.socket : undefined;
}

function socketTarget(path: string, hint: string, otherwise?: () => ApiResult<ApiTarget>): ApiResult<ApiTarget> {
  const owner = lstatOf(path)?.uid;
  const folder = statSync(dirname(path), { throwIfNoEntry: false })?.uid;
  if (owner !== undefined && isStrangers(owner, folder, process.geteuid?.())) {
    const message = `the socket ${quote(path)} belongs to another user (${owner}), who could pretend to be the daemon`;
    const mend = "Remove it, or set admin.socket to a path in a folder that only the daemon's user can write";
    return { ok: false, exit: exitCodes.config, error: { code: "socket-untrusted", message, hint: mend } };
  }
  const target = { url: `unix:${path}`, socketPath: path, hint };
  return { ok: true, value: otherwise === undefined ? target : { ...target, otherwise } };
}

/** Whether a socket may be that of somebody who was there before the daemon, to be asked in its place. */
export function isStrangers(owner: number, ownerOfFolder: number | undefined, caller: number | undefined): boolean {
  return ![0, caller, ownerOfFolder].includes(owner);
}

/** What somebody can do whom a socket does not let in. */
export function closedSocketHint(path: string): string {
  const gid = lstatOf(path)?.gid;
  const whose = gid === undefined ? "its group" : `its group, ${groupName(gid)}`;
  const join = gid === undefined ? "" : ` (sudo usermod --append --groups ${groupName(gid)} USER, then log in again)`;
  return `The socket ${path} is open to root, the daemon's user and ${whose}: become a member${join}, or run this with sudo`;
}

function lstatOf(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    // The folder may be closed.
    return undefined;
  }
}

function addressTarget(
  admin: Config["admin"],
  request: ConfigRequest,
  own: { readonly named: string | undefined; readonly tokenFile: string | undefined },
  surroundings: Surroundings,
): ApiResult<ApiTarget> {
  const { named } = own;
  // 0.0.0.0 is every address of the machine; from the machine itself loopback reaches it.
  const host = admin.address === "0.0.0.0" ? "127.0.0.1" : admin.address;
  const url = (named ?? `http://${host}:${admin.port}`).replace(/\/+$/, "");
  // The token in the config is only for the address in the config.
  const tokenFile = own.tokenFile ?? (named === undefined ? admin.tokenFile : undefined);
  const hint = named === undefined ? absenceHint(admin.enabled, findConfig(request).file, "address") : namedHint;
  if (tokenFile === undefined) return { ok: true, value: { url, hint } };
  const goesElsewhere = named === undefined && !isNear(host, surroundings) && !findConfig(request).named;
  if (goesElsewhere) {
    const message = `the token goes to no other machine (${quote(host)}) by a config that was found and not named`;
    const error = { code: "config-untrusted", message, hint: "Name the config with --config if it is meant" };
    return { ok: false, exit: exitCodes.config, error };
  }
  try {
    const token = readTokenFile(tokenFile, surroundings.env);
    const stranger = named === undefined && isNear(host, surroundings) ? strangerOn(admin.port, request) : undefined;
    if (stranger !== undefined) return impostor(url, stranger);
    const fault = tokenFault(quote(tokenFile), token);
    if (fault === undefined) return { ok: true, value: { url, hint, token } };
    return { ok: false, exit: exitCodes.unreachable, error: { code: "token-unreadable", message: fault } };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message = `the token file ${quote(tokenFile)} is not readable (${unreadReason(error)})`;
    const may = code === "EACCES" ? "Run this as a user who may read it" : "It must hold the daemon's token";
    const read = { code: "token-unreadable", message, hint: `${may}, or name another file with --token-file` };
    return { ok: false, exit: exitCodes.unreachable, error: read };
  }
}

/**
 * The user of this machine, neither root nor the caller nor the daemon's, whose program has the daemon's port: it was there
 * before the daemon, or the daemon does not run.
 */
function strangerOn(port: number, request: ConfigRequest): number | undefined {
  const strangers = listenerOwners(port).filter((owner) => owner !== 0 && owner !== process.geteuid?.());
  if (strangers.length === 0) return undefined;
  const whole = loadConfig(request);
  const daemons = [serviceUser, ...(whole.ok && whole.loaded.config.user ? [whole.loaded.config.user] : [])];
  const known = daemons.map((name) => findUser(name)?.uid);
  return strangers.find((owner) => !known.includes(owner));
}

function impostor(url: string, owner: number): ApiFailure {
  const message = `the program at ${url} belongs to user ${owner}, who is neither root nor the daemon's user: it does not get the token`;
  const hint = "Stop that program and restart the daemon, or set admin.socket and use the socket";
  return { ok: false, exit: exitCodes.config, error: { code: "address-untrusted", message, hint } };
}

/** Why a text is no URL of an API. */
function urlProblem(named: string): string | undefined {
  // A password must not come back in a message, nor in a log of it.
  if (/^[a-z]+:\/\/[^/]*@/i.test(named))
    return "--api takes no user and password; name the file of the daemon's token with --token-file";
  const port = /^https?:\/\/(?:\[[^\]]*\]|[^/:?#]*):(\d+)(?=[/?#]|$)/i.exec(named)?.[1];
  if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65_535))
    return `--api ${quote(named)}: ${port} is not a port; ports are 1 to 65535`;
  if (/^https?:\/\//i.test(named) && URL.canParse(named)) return undefined;
  return `--api ${quote(named)} is neither an http or https URL nor a socket such as unix:${serviceSocket}`;
}

function socketNameProblem(path: string): string | undefined {
  return path === "" || path.startsWith("//")
    ? "--api unix: needs the path of a socket, such as unix:/run/x.sock"
    : undefined;
}

/** Loopback, and the addresses of this machine, which lead to it as well. */
function isNear(host: string, { networkInterfaces }: Surroundings): boolean {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return /^127\./.test(host) || own.some(({ address }) => address === host);
}

const namedHint = "Check that bootlace serve runs there, with that port as admin.port";
const namedSocketHint = "Check that bootlace serve runs there, with that path as admin.socket";

function absenceHint(enabled: boolean, file: string | undefined, what: "address" | "socket"): string {
  const source = file === undefined ? "the default: no config file was found" : `set in ${quote(file)}`;
  if (!enabled)
    return `admin.enabled is false (${source}), so the daemon has no API. Set it to true and restart the daemon; to reload only, send it a SIGHUP`;
  return `Check that bootlace serve runs. The ${what} is ${source}; name another config with --config, another ${what} with --api`;
}

function usage(message: string): ApiFailure {
  return { ok: false, exit: exitCodes.usage, error: { code: "usage", message } };
}
