import { totalmem } from "node:os";
import { ServerStartError, type Source } from "@bootlace/boot-source";
import {
  createHttpBootServer,
  type HttpBootChanges,
  type HttpBootEvent,
  type HttpBootServer,
} from "@bootlace/http-boot";
import type { ServedInterface } from "@bootlace/proxy-dhcp";
import type { Config } from "../../config/schema.ts";
import { noInterfaces, type Service } from "./service.ts";

export interface HttpBootServiceDeps {
  readonly source: Source;
  readonly onEvent: (event: HttpBootEvent) => void;
  readonly create?: typeof createHttpBootServer | undefined;
}

export interface HttpBootService extends Service {
  /** Bodies on their way. */
  active(): number;
}

/** Milliseconds that running answers get at a stop. */
const drainAtStop = 3_000;
/** And after HTTP was switched off in the config. */
const drainAtReload = 900_000;

/**
 * File contents kept in memory while machines boot: an eighth of the machine's memory, at most 512 MiB. What lies there
 * already costs half the CPU of what is read for each client.
 */
function cacheSize(): number {
  return Math.min(512 * 1024 * 1024, Math.floor(totalmem() / 8));
}

/** The boot file listener, as the config wants it. Answers under way outlive a change of the config. */
export function httpBootService(first: Config, deps: HttpBootServiceDeps): HttpBootService {
  let config = first;
  let served = noInterfaces;
  let server: HttpBootServer | undefined;
  /** Servers that take no more requests and still have answers under way. */
  const ending = new Set<HttpBootServer>();

  async function start(): Promise<void> {
    if (!config.http.enabled) return;
    const { limits, ...changes } = changesOf(config, served);
    const next = (deps.create ?? createHttpBootServer)({
      source: deps.source,
      ...changes,
      limits: { ...limits, cacheSize: cacheSize() },
      onEvent: deps.onEvent,
    });
    await next.start();
    server = next;
  }

  /** Gives the port up at once, and lets the answers end. */
  async function retire(): Promise<void> {
    const last = server;
    server = undefined;
    if (last === undefined) return;
    ending.add(last);
    await last.configure({ addresses: [] });
    void last.stop({ drain: true, timeout: drainAtReload }).finally(() => ending.delete(last));
  }

  return {
    name: "http",
    independent: true,
    drains: true,
    start,
    async stop() {
      const last = server;
      server = undefined;
      await Promise.all([
        ...[...ending].map((one) => one.stop({ drain: false })),
        last?.stop({ drain: true, timeout: drainAtStop }),
      ]);
    },
    async adopt(next, interfaces) {
      config = next;
      served = interfaces;
      if (!next.http.enabled) return retire();
      if (server === undefined) return start();
      const [failure, ...others] = await server.configure(changesOf(next, interfaces));
      if (failure !== undefined) throw new ServerStartError([failure, ...others]);
    },
    async follow(interfaces) {
      served = interfaces;
      await server?.configure({ addresses: interfaces.map(({ address }) => address) });
    },
    endpoints: () =>
      (server?.addresses() ?? []).map(({ address, port }) => ({ service: "http" as const, address, port })),
    active: () =>
      [...ending, ...(server === undefined ? [] : [server])]
        .map((one) => one.statistics().transfersActive)
        .reduce((sum, active) => sum + active, 0),
  };
}

function changesOf({ http, subnets }: Config, served: readonly ServedInterface[]): HttpBootChanges {
  const { port, maxConnections, maxConnectionsPerClient } = http;
  return {
    addresses: served.map(({ address }) => address),
    port,
    clients: subnets,
    limits: { maxConnections, maxConnectionsPerClient },
  };
}
