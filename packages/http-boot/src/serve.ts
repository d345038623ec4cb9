import { checkChanges, checkOptions, drainWait, lifecycle, servedAddresses } from "@bootlace/boot-source";
import { writeRawRefusal } from "./answer.ts";
import { chunkBytes, chunkCache } from "./chunks.ts";
import type { Clock } from "./clock.ts";
import { connectionTable } from "./connections.ts";
import { type HttpBootClient, type HttpBootEvent, type HttpRefusal, statusOf } from "./core/events.ts";
import { reporter } from "./core/report.ts";
import { followDeliveries } from "./deliveries.ts";
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

/** A server on a clock of its own; see `createHttpBootServer`. */
export function httpBootServer(given: HttpBootServerOptions, clock: Clock): HttpBootServer {
  const options = checkOptions("createHttpBootServer", given, optionsTable);
  const limits = { ...defaultLimits, ...options.limits };
  const reports = reporter((event: HttpBootEvent) => options.onEvent?.(event), chunkBytes, clock.wall, clock.ticks);
  const emit = reports.report;
  const cache = chunkCache(limits.cacheSize);
  /** Closed listeners with responses under way. */
  const closing = new Set<Listener>();
  let ends: (() => void)[] = [];
  let lastRequest = 0;
  let requests = 0;

  const connections = connectionTable(limits, (address) => places.allows(address), clock.ticks, unanswered);
  const deliveries = followDeliveries({ unacknowledged: options.unacknowledged, clock, connections: connections.all });
  const transfers = transferTable(limits.lifetime, clock, deliveries, emit);
  /** Closed without a word, as there is no room for one. */
  function unanswered(client: HttpBootClient, reason: HttpRefusal): void {
    emit({ type: "refused", time: clock.wall(), client, request: undefined, reason, status: 0, detail: "no answer" });
  }

  const answer = bootRequests({
    source: options.source,
    cache,
    nextId: () => ++requests,
    connectionOf: (message) => connections.of(message.socket),
    emit,
    now: clock.wall,
    ticks: clock.ticks,
    onSending: transfers.add,
    deliveries,
    unanswered,
  });
  const hooks: ListenerHooks = {
    connections,
    deliveries,
    onRequest(request, response) {
      lastRequest = clock.ticks();
      answer(request, response);
    },
    onUnreadable(socket, { reason, detail, line, userAgent }) {
      const connection = connections.of(socket);
      writeRawRefusal(socket, reason);
      if (connection === undefined) return;
      const { client } = connection;
      const status = statusOf(reason);
      const request = line && requestOf({ id: ++requests, client, ...line, userAgent }).request;
      emit({ type: "refused", time: clock.wall(), client, request, reason, status, detail });
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
    if (clock.ticks() - lastRequest > cacheIdle && transfers.active === 0) cache.clear();
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
      const gone = places.close().then(answered);
      if (drain) await wait.until(gone, timeout);
      else await places.close();
      for (const end of ends) end();
      deliveries.settle();
      for (const connection of connections.all()) deliveries.abort(connection, "stopped");
      await gone;
      reports.flush();
      cache.clear();
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
      return places.change(changes, !life.stopping);
    },
    addresses: places.bound,
    statistics: () => ({
      requests,
      connections: connections.size,
      transfersActive: transfers.active,
      cache: { ...cache.statistics },
    }),
    [Symbol.asyncDispose]: () => life.stop(),
  };
}

function timer(ms: number, work: () => void): () => void {
  const timeout = setTimeout(work, ms);
  return () => clearTimeout(timeout);
}
