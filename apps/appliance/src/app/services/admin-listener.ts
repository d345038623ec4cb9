import type { AdminServer } from "../../admin/server.ts";
import { AdminConfigError } from "../../admin/token.ts";
import type { Config } from "../../config/schema.ts";
import type { Log } from "../../log/log.ts";
import { ApplianceStartError } from "./service.ts";

/** One of the places where the API is served, as a config wants it. */
export interface AdminPlan {
  /** For people, such as `127.0.0.1 port 8067`. Different places have different names. */
  readonly where: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Whether two listeners cannot be there at the same time. */
  overlaps(other: AdminPlan): boolean;
  /** @throws AdminConfigError */
  create(): AdminServer;
  /** Makes the tokens and names of this plan those of a server. @throws AdminConfigError */
  protect(server: AdminServer): void;
  /** What people are told of a place that cannot be had; a bug comes back unchanged. */
  failure(error: unknown): Promise<unknown>;
}

export interface AdminListenerDeps {
  readonly log: Log;
  /** Calls `work` every `milliseconds` until the returned function is called. */
  readonly every: (milliseconds: number, work: () => void) => () => void;
  /** Undefined: not wanted. */
  readonly planOf: (config: Config) => AdminPlan | undefined;
}

export interface AdminListener {
  /** Tries again for as long as it takes where somebody else has the place. @throws ApplianceStartError for the config */
  start(config: Config): Promise<void>;
  stop(): Promise<void>;
  /** @throws ApplianceStartError; it gets the old config again then */
  adopt(config: Config): Promise<void>;
  server(): AdminServer | undefined;
  /** A place that is wanted and not served. */
  missing(): string | undefined;
}

/** Milliseconds between attempts to bind a place that somebody else has. */
const retryEvery = 4_000;

/** Milliseconds that a closing listener has to finish its responses, among them perhaps that to a reload. */
const grace = 1_000;

/** A listener of the API. A change of tokens and names keeps it. */
export function adminListener({ log, every, planOf }: AdminListenerDeps): AdminListener {
  let wanted: AdminPlan | undefined;
  let bound: { readonly server: AdminServer; readonly plan: AdminPlan } | undefined;
  /** Ends the attempts to bind what somebody else has. */
  let giveUp: (() => void) | undefined;

  /** Any account of this machine can take the place first: that stops no machine from booting. */
  async function startOrRetry(): Promise<void> {
    try {
      await bind();
    } catch (error) {
      if (!(error instanceof ApplianceStartError) || error.cause instanceof AdminConfigError) throw error;
      const message = `${error.message}. Bootlace keeps trying`;
      log({ level: "warn", scope: "bootlace", event: "admin.listen-failed", message, fields: { ...wanted?.fields } });
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
      await bind();
    } catch {
      // Logged when it failed first.
      return;
    }
    // It was stopped or changed meanwhile.
    if (end === undefined || end !== giveUp) return void (await stop());
    end();
    giveUp = undefined;
  }

  async function bind(): Promise<void> {
    if (wanted === undefined) return;
    const plan = wanted;
    try {
      const server = plan.create();
      await server.start();
      bound = { server, plan };
      const message = `the API listens on ${plan.where}`;
      log({ level: "info", scope: "bootlace", event: "admin.listening", message, fields: { ...plan.fields } });
    } catch (error) {
      throw await failureOf(plan, error);
    }
  }

  async function stop(): Promise<void> {
    giveUp?.();
    giveUp = undefined;
    const last = bound;
    bound = undefined;
    await last?.server.stop();
  }

  return {
    async start(config) {
      wanted = planOf(config);
      await startOrRetry();
    },
    stop,
    async adopt(config) {
      const tried = giveUp === undefined ? undefined : wanted?.where;
      wanted = planOf(config);
      if (tried !== undefined && tried === wanted?.where) return;
      giveUp?.();
      giveUp = undefined;
      const last = bound;
      if (last !== undefined && last.plan.where === wanted?.where) {
        try {
          wanted.protect(last.server);
        } catch (error) {
          throw await failureOf(wanted, error);
        }
        return;
      }
      if (last !== undefined && wanted?.overlaps(last.plan) === true) await stop();
      await bind();
      if (bound === last) bound = undefined;
      if (last !== undefined) setTimeout(() => void last.server.stop(), grace);
    },
    server: () => bound?.server,
    missing: () => (wanted === undefined || bound !== undefined ? undefined : wanted.where),
  };
}

async function failureOf(plan: AdminPlan, error: unknown): Promise<unknown> {
  if (error instanceof AdminConfigError) return new ApplianceStartError(error.message, { cause: error });
  return await plan.failure(error);
}
