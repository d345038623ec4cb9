import type { IncomingMessage } from "node:http";
import type { Source } from "@bootlace/tftp-serve";
import { writeRawRefusal } from "./boot-answer.ts";
import type { Sending } from "./boot-body.ts";
import { type ChunkCache, chunkCache, chunkOctets } from "./boot-chunks.ts";
import { type Connections, connectionTable } from "./boot-connections.ts";
import { type HttpBootEvent, type HttpBootRequest, statusOf } from "./boot-events.ts";
import { type HttpBindFailure, type HttpEndpoint, type HttpTimes, type Listener, listen } from "./boot-listener.ts";
import { reporter } from "./boot-report.ts";
import { bootRequests } from "./boot-requests.ts";

export interface HttpBootOptions {
  readonly source: Source;
  /** Local addresses to serve on; each gets a listener of its own. */
  readonly addresses: readonly string[];
  /** TCP port; 0 lets the system choose, see `endpoints()`. */
  readonly port: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerClient: number;
  /** Whether a client is served; all are when absent. */
  readonly allows?: (address: string) => boolean;
  /** Octets of file contents kept in memory. */
  readonly cacheSize: number;
  readonly times?: Partial<HttpTimes>;
  readonly onEvent?: (event: HttpBootEvent) => void;
  /** Unix time in milliseconds; `Date.now` when absent. */
  readonly now?: () => number;
}

/** What may change while it runs; answers under way go on. */
export type HttpBootChanges = Pick<
  HttpBootOptions,
  "addresses" | "port" | "maxConnections" | "maxConnectionsPerClient"
>;

export interface HttpBootServer {
  /** Binds every address. @throws HttpBootStartError when one could not be bound; none stays bound then. */
  start(): Promise<void>;
  /** `drain`: take no new requests, but let the answers end, for at most `timeout` ms (default 30,000). */
  stop(how?: { readonly drain?: boolean; readonly timeout?: number }): Promise<void>;
  /**
   * Serves exactly these addresses from now on. Answers on an address that is gone still end; an address that cannot be
   * bound is reported by `listen-failed` and tried again.
   */
  setAddresses(addresses: readonly string[]): Promise<void>;
  /** Answers on a port that is given up still end. @returns addresses that could not be bound and are tried again */
  configure(changes: HttpBootChanges): Promise<readonly HttpBindFailure[]>;
  endpoints(): readonly HttpEndpoint[];
  /** Bodies on their way. */
  active(): number;
  statistics(): HttpBootStatistics;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface HttpBootStatistics {
  readonly connections: number;
  readonly active: number;
  readonly cache: Pick<ChunkCache, "bytes" | "limit" | "hits" | "misses">;
}

/** The listener did not start. `code`, `address` and `port` are those of the first of `failures`. */
export class HttpBootStartError extends Error {
  override readonly name = "HttpBootStartError";
  readonly failures: readonly HttpBindFailure[];

  constructor(failures: readonly HttpBindFailure[]) {
    super(failures.map((f) => `cannot bind TCP ${f.address} port ${f.port}: ${f.code}`).join("; "));
    this.failures = failures;
  }
}

const usualTimes: HttpTimes = { request: 10_000, stall: 60_000, keepAlive: 30_000 };
/** Milliseconds that any body may take, and octets a second below which a larger one is too slow. */
const lifetime = 900_000;
const slowest = 16 * 1024;
const sweepInterval = 1000;
const retryInterval = 2000;
/** Without requests for this long the memory of the cache goes back. */
const cacheIdle = 60_000;
const drainTimeout = 30_000;

/** The boot file listener. Nothing is bound before `start()`. It serves files and nothing else. */
export function createHttpBootServer(options: HttpBootOptions): HttpBootServer {
  const now = options.now ?? Date.now;
  const ticks = () => performance.now();
  const times = { ...usualTimes, ...options.times };
  const reports = reporter((event) => options.onEvent?.(event), chunkOctets, now, ticks);
  const emit = reports.report;
  const cache = chunkCache(options.cacheSize);
  let { port } = options;
  let wanted: readonly string[] = options.addresses;
  let state: "new" | "running" | "stopped" = "new";
  const listeners = new Map<string, Listener>();
  const closing = new Set<Listener>();
  /** Code of the last failure of each address that is wanted and not bound. */
  const failures = new Map<string, string>();
  const running = new Map<Sending, { readonly request: HttpBootRequest; readonly began: number; told: number }>();
  let changes: Promise<void> = Promise.resolve();
  let timers: NodeJS.Timeout[] = [];
  let lastRequest = 0;
  let requests = 0;
  let sweeper: NodeJS.Timeout | undefined;

  const connections: Connections = connectionTable(options, options.allows ?? (() => true), ticks);
  const answer = bootRequests({
    source: options.source,
    cache,
    nextId: () => ++requests,
    connectionOf: (message: IncomingMessage) => connections.of(message.socket),
    emit,
    now,
    ticks,
    onSending(sending, request, began) {
      running.set(sending, { request, began, told: 0 });
      sweeper ??= setInterval(sweep, sweepInterval);
      return () => {
        running.delete(sending);
        if (running.size > 0) return;
        clearInterval(sweeper);
        sweeper = undefined;
      };
    },
  });

  function sweep(): void {
    for (const [sending, row] of running) {
      const { request, began } = row;
      const ms = ticks() - began;
      const { bytes, total } = sending;
      if (bytes !== row.told) emit({ type: "progress", at: now(), request, bytes, total, ms });
      row.told = bytes;
      if (ms > lifetime && bytes < (ms / 1000) * slowest) sending.abort("lifetime");
    }
  }

  async function bind(address: string): Promise<HttpBindFailure | undefined> {
    const bound = await listen(address, port, times, {
      connections,
      onRequest(request, response) {
        lastRequest = ticks();
        answer(request, response);
      },
      onUnreadable(socket, reason, detail) {
        const connection = connections.of(socket);
        writeRawRefusal(socket, reason);
        if (connection === undefined) return;
        const { client } = connection;
        emit({ type: "refused", at: now(), client, request: undefined, reason, status: statusOf(reason), detail });
      },
    });
    if (!bound.ok) return bound.fault;
    listeners.set(address, bound.listener);
    failures.delete(address);
    emit({ type: "listening", at: now(), ...bound.listener.endpoint });
    return undefined;
  }

  function unbind(address: string, listener: Listener): void {
    listeners.delete(address);
    closing.add(listener);
    void listener.closed.then(() => closing.delete(listener));
    listener.close();
    emit({ type: "unlistening", at: now(), ...listener.endpoint });
  }

  /** Brings the listeners to what is wanted, all of them anew when the port is another one. */
  function change(moved = false): Promise<readonly HttpBindFailure[]> {
    const faults: HttpBindFailure[] = [];
    changes = changes.then(async () => {
      const goal = new Set(state === "running" ? wanted : []);
      for (const [address, listener] of listeners) if (moved || !goal.has(address)) unbind(address, listener);
      for (const address of [...failures.keys()]) if (!goal.has(address)) failures.delete(address);
      for (const address of goal) {
        if (listeners.has(address)) continue;
        const fault = await bind(address);
        if (fault !== undefined) faults.push(fault);
        if (!fault || failures.get(address) === fault.code) continue;
        failures.set(address, fault.code);
        emit({ type: "listen-failed", at: now(), ...fault });
      }
    });
    return changes.then(() => faults);
  }

  async function start(): Promise<void> {
    if (state === "running") throw new Error("the boot file listener is running already");
    state = "running";
    const faults: HttpBindFailure[] = [];
    for (const address of new Set(wanted)) {
      const fault = await bind(address);
      if (fault) faults.push(fault);
    }
    if (faults.length > 0) {
      await stop();
      throw new HttpBootStartError(faults);
    }
    const retry = setInterval(() => failures.size > 0 && void change(), retryInterval);
    const forget = setInterval(
      () => ticks() - lastRequest > cacheIdle && running.size === 0 && cache.clear(),
      cacheIdle,
    );
    const tell = setInterval(reports.flush, sweepInterval);
    timers = [retry, forget, tell];
    for (const timer of timers) timer.unref();
  }

  async function stop({ drain = false, timeout = drainTimeout } = {}): Promise<void> {
    state = "stopped";
    for (const timer of timers) clearInterval(timer);
    await change();
    const gone = Promise.all([...[...closing].map(({ closed }) => closed), connections.drained()]);
    if (drain) {
      let timer: NodeJS.Timeout | undefined;
      const deadline = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, timeout);
      });
      await Promise.race([gone, deadline]);
      clearTimeout(timer);
    }
    for (const connection of connections.all()) {
      connection.sending?.abort("stopped");
      connection.socket.destroy();
    }
    await gone;
    reports.flush();
    cache.clear();
  }

  return {
    start,
    stop,
    async setAddresses(addresses) {
      wanted = [...new Set(addresses)];
      if (state === "running") await change();
    },
    async configure(next) {
      const moved = next.port !== port;
      port = next.port;
      wanted = [...new Set(next.addresses)];
      connections.setLimits(next);
      return state === "running" ? change(moved) : [];
    },
    endpoints: () => [...listeners.values()].map(({ endpoint }) => endpoint),
    active: () => running.size,
    statistics: () => ({
      connections: connections.size,
      active: running.size,
      cache: { bytes: cache.bytes, limit: cache.limit, hits: cache.hits, misses: cache.misses },
    }),
    [Symbol.asyncDispose]: () => stop(),
  };
}
