import { isIP } from "node:net";
import { hostname } from "node:os";
import {
  type CacheStatistics,
  checkChanges,
  checkOptions,
  drainWait,
  lifecycle,
  servedAddresses,
} from "@bootlace/boot-source";
import { writeRawRefusal } from "./answer.ts";
import { blockBytes, chunkCache, usualChunkBytes } from "./chunks.ts";
import type { Clock } from "./clock.ts";
import { connectionTable } from "./connections.ts";
import { type HttpBootClient, type HttpBootEvent, type HttpRefusal, statusOf } from "./core/events.ts";
import { namesOfMachine } from "./core/hosts.ts";
import { penalties } from "./core/penalties.ts";
import { reporter } from "./core/report.ts";
import { readUnreadable, type Unreadable } from "./core/unreadable.ts";
import { followDeliveries } from "./deliveries.ts";
import { createDoor } from "./door.ts";
import { requestOf } from "./exchange.ts";
import { type Listener, type ListenerHooks, listen } from "./listener.ts";
import { changesTable, defaultLimits, optionsTable } from "./option-tables.ts";
import { bootRequests } from "./requests.ts";
import type { HttpBootServer, HttpBootServerOptions } from "./server-options.ts";
import { transferTable } from "./transfers.ts";

/** Milliseconds between checks of the addresses: those of the interfaces, and those that could not be bound. */
const pollInterval = 2000;
const sweepInterval = 1000;
/** After this time without requests the memory of the cache is freed. */
const cacheIdle = 60_000;
/** One of so many bytes of the cache is for small parts of files. */
const blocksPart = 8;

/** A server on a clock of its own; see `createHttpBootServer`. */
export function httpBootServer(given: HttpBootServerOptions, clock: Clock): HttpBootServer {
  const options = checkOptions("createHttpBootServer", given, optionsTable);
  const limits = { ...defaultLimits, ...options.limits };
  const reports = reporter(
    (event: HttpBootEvent) => options.onEvent?.(event),
    usualChunkBytes,
    clock.wall,
    clock.ticks,
  );
  const emit = (event: HttpBootEvent) => {
    if (event.type === "done" && event.bytes > 0) connections.fetched(event.request.client.address);
    reports.report(event);
  };
  const blocksSize = Math.floor(limits.cacheSize / blocksPart);
  const caches = { chunks: chunkCache(limits.cacheSize - blocksSize), blocks: chunkCache(blocksSize, blockBytes) };
  const clearCaches = () => {
    for (const cache of Object.values(caches)) cache.clear();
  };
  /** Closed listeners with responses under way. */
  const closing = new Set<Listener>();
  let ends: (() => void)[] = [];
  let lastRequest = 0;
  let hosts = hostsOf(options.hosts);
  let requests = 0;

  const door = createDoor((client, reason, bytes) => refused(client, reason, undefined, readUnreadable("", bytes)));
  const connections = connectionTable({
    limits,
    allows: (address) => places.allows(address),
    isKnown: options.isKnown,
    now: clock.ticks,
    refuse(socket, client, reason) {
      if (!door.refuse(socket, client, reason)) unanswered(client, reason);
    },
    closed: unanswered,
  });
  const deliveries = followDeliveries({ unacknowledged: options.unacknowledged, clock, connections: connections.all });
  const transfers = transferTable(limits.lifetime, clock, deliveries, emit);
  /** Closed without a word. */
  function unanswered(client: HttpBootClient, reason: HttpRefusal, detail = "no answer"): void {
    emit({ type: "refused", time: clock.wall(), client, request: undefined, reason, status: 0, detail });
  }

  function refused(
    client: HttpBootClient,
    reason: HttpRefusal,
    detail: string | undefined,
    { line, userAgent }: Partial<Unreadable>,
  ): void {
    const request = line && requestOf({ id: ++requests, time: clock.wall(), client, ...line, userAgent }).request;
    emit({ type: "refused", time: clock.wall(), client, request, reason, status: statusOf(reason), detail });
  }

  const answer = bootRequests({
    source: options.source,
    caches,
    nextId: () => ++requests,
    connectionOf: (message) => connections.of(message.socket),
    emit,
    now: clock.wall,
    ticks: clock.ticks,
    onSending: transfers.add,
    deliveries,
    penalties: penalties(clock.ticks),
    isOwnHost: (name) => hosts.has(name) || isIP(name) !== 0,
    unanswered,
  });
  const hooks: ListenerHooks = {
    connections,
    deliveries,
    onRequest(request, response) {
      lastRequest = clock.ticks();
      answer(request, response);
    },
    onUnreadable(socket, unreadable) {
      const connection = connections.of(socket);
      const { reason, detail } = unreadable;
      writeRawRefusal(socket, reason, () => socket.destroy());
      if (connection !== undefined) refused(connection.client, reason, detail, unreadable);
    },
  };

  const places = servedAddresses<Listener>({
    options,
    usualPort: 80,
    bind: (address, port) => listen(address, port, limits, hooks),
    unbind(listener) {
      closing.add(listener);
      void listener.closed.then(() => closing.delete(listener));
      listener.close();
    },
    emit,
    now: clock.wall,
  });

  function sweep(): void {
    deliveries.sweep();
    transfers.sweep();
    reports.flush();
  }

  function forget(): void {
    if (clock.ticks() - lastRequest > cacheIdle && transfers.active === 0) clearCaches();
  }

  /** Resolves when all connections have ended. */
  async function answered(): Promise<void> {
    await Promise.all([...[...closing].map(({ closed }) => closed), connections.drained()]);
  }

  const wait = drainWait(timer);
  const life = lifecycle({
    async open(signal) {
      await places.start({ signal });
      ends = [
        clock.every(pollInterval, places.refresh),
        clock.every(sweepInterval, sweep),
        clock.every(cacheIdle, forget),
      ];
    },
    async close({ drain, timeout }) {
      const closed = places.close().then(door.clear);
      const gone = closed.then(answered);
      if (drain) await wait.until(gone, timeout);
      else await closed;
      for (const end of ends) end();
      deliveries.settle();
      for (const connection of connections.all()) deliveries.abort(connection, "stopped");
      await gone;
      reports.flush();
      clearCaches();
      emit({ type: "stopped", time: clock.wall() });
    },
    hurry: wait.within,
  });

  return {
    start: life.start,
    stop: life.stop,
    async configure(given) {
      const changes = checkChanges("HttpBootServer.configure", given, changesTable, optionsTable);
      Object.assign(limits, changes.limits);
      if (changes.hosts !== undefined) hosts = hostsOf(changes.hosts);
      return places.change(changes, !life.stopping);
    },
    addresses: places.bound,
    statistics: () => ({
      requests,
      connections: connections.size,
      transfersActive: transfers.active,
      cache: sumOf(caches.chunks.statistics, caches.blocks.statistics),
    }),
    [Symbol.asyncDispose]: () => life.stop(),
  };
}

function timer(ms: number, work: () => void): () => void {
  const timeout = setTimeout(work, ms);
  return () => clearTimeout(timeout);
}

function hostsOf(more: readonly string[] = []): ReadonlySet<string> {
  return new Set([...namesOfMachine(hostname()), ...more.map((name) => name.toLowerCase())]);
}

function sumOf(one: CacheStatistics, other: CacheStatistics): CacheStatistics {
  return {
    bytes: one.bytes + other.bytes,
    limit: one.limit + other.limit,
    hits: one.hits + other.hits,
    misses: one.misses + other.misses,
  };
}
