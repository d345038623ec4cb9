import type { AdminBackend } from "../../admin/backend.ts";
import { type AdminServer, createAdminServer } from "../../admin/server.ts";
import { AdminConfigError, readToken } from "../../admin/token.ts";
import type { Config } from "../../config/schema.ts";
import type { Log } from "../../log/log.ts";
import { findPortHolder, holderText } from "../../os/port-holder.ts";
import type { Observer } from "../../telemetry/observer.ts";
import { version } from "../version.ts";
import { ApplianceStartError, type Service } from "./service.ts";

export interface AdminServiceDeps {
  readonly log: Log;
  readonly backend: AdminBackend;
  readonly observer: () => Observer;
  /** Calls `work` every `milliseconds` until the returned function is called. */
  readonly every: (milliseconds: number, work: () => void) => () => void;
}

/** Milliseconds between attempts to bind a port that somebody else has. */
const retryEvery = 4_000;

/** Milliseconds that a closing listener has to finish its responses, among them perhaps that to a reload. */
const grace = 1_000;

/** The API as configured. A change of tokens and names keeps the listener; readers of events reconnect. */
export function adminService(first: Config, { log, backend, observer, every }: AdminServiceDeps): Service {
  let config = first;
  let server: AdminServer | undefined;
  /** Ends the attempts to bind a port that somebody else has. */
  let giveUp: (() => void) | undefined;

  function protection() {
    const { tokenFile, allowedHosts } = config.admin;
    const token = tokenFile === undefined ? undefined : readToken(tokenFile);
    return { allowedHosts, ...(token === undefined ? {} : { token }) };
  }

  /** Any account of this machine can take the port first: that stops no machine from booting. */
  async function startOrRetry(): Promise<void> {
    try {
      await start();
    } catch (error) {
      if (!(error instanceof ApplianceStartError) || error.cause instanceof AdminConfigError) throw error;
      const { address, port } = config.admin;
      const message = `${error.message}. Bootlace keeps trying`;
      log({ level: "warn", scope: "bootlace", event: "admin.listen-failed", message, fields: { address, port } });
      let trying = false;
      giveUp = every(retryEvery, () => {
        if (trying) return;
        trying = true;
        void retry().finally(() => {
          trying = false;
        });
      });
    }
  }

  async function retry(): Promise<void> {
    const end = giveUp;
    try {
      await start();
    } catch {
      // Logged when it failed first.
      return;
    }
    // It was stopped or changed meanwhile.
    if (end === undefined || end !== giveUp) return void (await stop());
    end();
    giveUp = undefined;
  }

  async function start(): Promise<void> {
    const { enabled, address, port } = config.admin;
    if (!enabled) return;
    const { stream, metrics } = observer();
    const onError = (error: unknown) => log(bug(error));
    try {
      const next = createAdminServer({
        address,
        port,
        version,
        backend,
        stream,
        metrics,
        onError,
        ...protection(),
      });
      await next.start();
      server = next;
      const message = `the API listens on ${address} port ${next.endpoint()?.port ?? port}`;
      log({ level: "info", scope: "bootlace", event: "admin.listening", message, fields: { address, port } });
    } catch (error) {
      throw await startErrorOf(error, address, port);
    }
  }

  async function stop(): Promise<void> {
    giveUp?.();
    giveUp = undefined;
    const last = server;
    server = undefined;
    await last?.stop();
  }

  async function replace(before: Config): Promise<void> {
    const last = server;
    const { port, enabled } = config.admin;
    // Two addresses with one port may overlap.
    if (enabled && port === before.admin.port) await stop();
    else if (last !== undefined) setTimeout(() => void last.stop(), grace);
    server = undefined;
    await start();
  }

  return {
    name: "admin",
    independent: true,
    start: startOrRetry,
    stop,
    async adopt(next) {
      const before = config;
      config = next;
      const { enabled, address, port } = next.admin;
      const same = address === before.admin.address && port === before.admin.port;
      if (same && enabled && giveUp !== undefined) return;
      giveUp?.();
      giveUp = undefined;
      if (server === undefined || !enabled || !same) return replace(before);
      try {
        server.protect(protection());
      } catch (error) {
        throw await startErrorOf(error, address, port);
      }
    },
    async follow() {},
    endpoints() {
      const bound = server?.endpoint();
      return bound === undefined ? [] : [{ service: "admin", ...bound }];
    },
  };
}

async function startErrorOf(error: unknown, address: string, port: number): Promise<unknown> {
  if (error instanceof AdminConfigError) return new ApplianceStartError(error.message, { cause: error });
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  const holder = code === "EADDRINUSE" ? await findPortHolder(address, port, "tcp") : undefined;
  const who = holder === undefined ? "another program" : holderText(holder);
  const why = code === "EADDRINUSE" ? `in use by ${who}` : code;
  const message = `the API cannot listen on ${address} port ${port}: ${why}. Set admin.port, or admin.enabled: false`;
  return new ApplianceStartError(message, { cause: error });
}

function bug(error: unknown): Parameters<Log>[0] {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { level: "error", scope: "bootlace", event: "admin.failed", message: `a request to the API failed: ${text}` };
}
