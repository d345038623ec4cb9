import type { AdminBackend } from "../../admin/backend.ts";
import { type AdminCommons, createAdminCommons, createAdminServer } from "../../admin/server.ts";
import { AdminConfigError, readToken } from "../../admin/token.ts";
import type { Config } from "../../config/schema.ts";
import type { Log } from "../../log/log.ts";
import { findPortHolder, holderText } from "../../os/port-holder.ts";
import { withAdvice } from "../../os/privileges.ts";
import { SocketError } from "../../os/unix-socket.ts";
import type { Observer } from "../../telemetry/observer.ts";
import type { Part } from "../order.ts";
import { version } from "../version.ts";
import { type AdminPlan, adminListener } from "./admin-listener.ts";
import { ApplianceStartError, type Service } from "./service.ts";

export interface AdminServiceDeps {
  readonly log: Log;
  readonly backend: AdminBackend;
  readonly observer: () => Observer;
  /** Calls `work` every `milliseconds` until the returned function is called. */
  readonly every: (milliseconds: number, work: () => void) => () => void;
}

export interface AdminService extends Service {
  /** Where the API is to be served and is not, for people. */
  missing(): readonly string[];
  /** Starts before all others: nothing is bound without the token. */
  readonly tokenPart: Part;
  /** @throws ApplianceStartError for a token that cannot be read */
  checkToken(config: Config): void;
}

/** The API as configured, by TCP and on its socket. A change of tokens and names keeps the listeners; readers of events reconnect. */
export function adminService(first: Config, { log, backend, observer, every }: AdminServiceDeps): AdminService {
  let commons: AdminCommons | undefined;
  const tcp = adminListener({ log, every, planOf: ({ admin }) => (admin.tcp ? tcpPlan(admin) : undefined) });
  const socket = adminListener({ log, every, planOf: ({ admin }) => socketPlan(admin) });
  const listeners = [tcp, socket];

  function parts() {
    const { stream, metrics } = observer();
    commons ??= createAdminCommons(stream);
    const onError = (error: unknown) => log(bug(error));
    return { version, backend, metrics, commons, onError };
  }

  function tcpPlan(admin: Config["admin"]): AdminPlan | undefined {
    const { enabled, address, port, tokenFile, allowedHosts } = admin;
    const protection = () => ({
      allowedHosts,
      ...(admin.socket === undefined ? {} : { socket: admin.socket }),
      ...(tokenFile === undefined ? {} : { token: readToken(tokenFile) }),
    });
    const plan: AdminPlan = {
      where: `${address} port ${port}`,
      fields: { address, port },
      overlaps: (other) => other.fields.port === port,
      create: () => createAdminServer({ place: { address, port }, ...parts(), ...protection() }),
      protect: (server) => server.protect(protection()),
      failure: (error) => tcpFailure(error, address, port),
    };
    return enabled ? plan : undefined;
  }

  function socketPlan({ enabled, socket: path, allowedHosts }: Config["admin"]): AdminPlan | undefined {
    if (!enabled || path === undefined) return undefined;
    return {
      where: `the socket ${path}`,
      fields: { socket: path },
      overlaps: () => false,
      create: () => createAdminServer({ place: { path }, ...parts(), allowedHosts }),
      protect: (server) => server.protect({ allowedHosts }),
      failure: async (error) => socketFailure(error, path),
    };
  }

  return {
    name: "admin",
    independent: true,
    async start() {
      for (const listener of listeners) await listener.start(first);
    },
    async stop() {
      commons?.readers.close();
      commons = undefined;
      await Promise.all(listeners.map((listener) => listener.stop()));
    },
    async adopt(next) {
      for (const listener of listeners) await listener.adopt(next);
    },
    async follow() {},
    endpoints() {
      const bound = tcp.server()?.endpoint();
      return bound === undefined ? [] : [{ service: "admin", ...bound }];
    },
    tokenPart: {
      name: "admin",
      async start() {
        checkToken(first);
      },
      async stop() {},
    },
    checkToken,
    missing: () => listeners.flatMap((listener) => listener.missing() ?? []),
  };
}

function checkToken({ admin: { enabled, tcp, tokenFile } }: Config): void {
  if (!enabled || !tcp || tokenFile === undefined) return;
  try {
    readToken(tokenFile);
  } catch (error) {
    if (error instanceof AdminConfigError) throw new ApplianceStartError(error.message, { cause: error });
    throw error;
  }
}

async function tcpFailure(error: unknown, address: string, port: number): Promise<unknown> {
  const code = systemCode(error);
  if (code === undefined) return error;
  const holder = code === "EADDRINUSE" ? await findPortHolder(address, port, "tcp") : undefined;
  const who = holder === undefined ? "another program" : holderText(holder);
  const why = code === "EADDRINUSE" ? `in use by ${who}` : withAdvice(code);
  const message = `the API cannot listen on ${address} port ${port}: ${why}. Set admin.port, or admin.enabled: false`;
  return new ApplianceStartError(message, { cause: error });
}

function socketFailure(error: unknown, path: string): unknown {
  const code = systemCode(error);
  if (code === undefined && !(error instanceof SocketError)) return error;
  const why =
    error instanceof SocketError
      ? error.message
      : `${path}: ${code === "EACCES" ? "permission denied" : withAdvice(code ?? "")}`;
  const mend = "Set admin.socket to a path in a folder that only the daemon's user can write, such as /run/bootlace";
  return new ApplianceStartError(`the API cannot listen on its socket ${why}. ${mend}`, { cause: error });
}

function systemCode(error: unknown): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  return code !== undefined && /^E[A-Z]+$/.test(code) ? code : undefined;
}

function bug(error: unknown): Parameters<Log>[0] {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { level: "error", scope: "bootlace", event: "admin.failed", message: `a request to the API failed: ${text}` };
}
