import {
  type BoundAddress,
  checkOptions,
  clientFilter,
  followAddresses,
  lifecycle,
  ownAddresses,
} from "@bootlace/boot-source";
import type { Clock } from "./clock.ts";
import type { TftpEvent } from "./core/events.ts";
import { type Listener, listen } from "./listener.ts";
import { changesTable, defaultLimits, optionsTable } from "./option-tables.ts";
import { type Requests, requestsOf } from "./requests.ts";
import { setSegmentSize } from "./segment-size.ts";
import type { TftpServer, TftpServerOptions } from "./server-options.ts";
import { count, noCounts } from "./statistics.ts";

/** How often addresses are looked at: those of the interfaces, and those that could not be bound. */
const pollInterval = 2000;

/** A server on a clock of its own; see `createTftpServer`. */
export function tftpServer(given: TftpServerOptions, clock: Clock, setSize = setSegmentSize): TftpServer {
  const options = checkOptions("createTftpServer", given, optionsTable);
  const { singlePort = false } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const counts = noCounts();
  let { port = 69, addresses: chosen, clients: allowed = [], settingsFor } = options;
  let filter = filterNow();
  let endPolling = () => {};

  const requests = requestsOf({
    options,
    limits,
    clock,
    isAllowed: (address) => filter.allows(address),
    settingsFor: (client, file) => settingsFor?.(client, file),
    emit,
    setSegmentSize: options.segmentation ? setSize : undefined,
  });

  const places = followAddresses<BoundAddress, Listener>({
    key: ({ address }) => address,
    bind: (wanted) => listen(wanted.address, wanted.port, singlePort, requests.onPacket),
    fits: ({ endpoint }, wanted) => wanted.port === 0 || wanted.port === endpoint.port,
    async unbind(listener) {
      // Transfers go on: a cable that is pulled out comes back. In single-port mode they have no other socket.
      if (singlePort) requests.stopAll(listener);
      requests.forget(listener);
      await listener.close();
    },
    onBound(listener) {
      requests.prepare(listener);
      emit({ type: "listening", time: clock.wall(), ...listener.endpoint });
    },
    onUnbound: ({ endpoint }) => emit({ type: "unlistening", time: clock.wall(), ...endpoint }),
    onFailure: ({ address, port, code }) => emit({ type: "listen-failed", time: clock.wall(), address, port, code }),
    holderOf: options.holderOf,
  });

  function emit(event: TftpEvent): void {
    count(counts, event);
    options.onEvent?.(event);
  }

  function filterNow() {
    return clientFilter(allowed.length === 0 ? undefined : allowed);
  }

  function wantedNow(): readonly BoundAddress[] {
    return (chosen ?? ownAddresses()).map((address) => ({ address, port }));
  }

  function poll(): void {
    if (allowed.length === 0) filter = filterNow();
    void places.follow(wantedNow());
  }

  const { start, stop } = lifecycle({
    async open(signal) {
      requests.accept(true);
      try {
        await places.start(wantedNow(), { signal });
      } catch (error) {
        requests.accept(false);
        requests.stopAll();
        throw error;
      }
      endPolling = clock.every(pollInterval, poll);
    },
    async close({ drain, timeout }) {
      endPolling();
      requests.accept(false);
      if (drain) await drained(requests, timeout, clock);
      requests.stopAll();
      await places.close();
      requests.cache.clear();
      emit({ type: "stopped", time: clock.wall() });
    },
    hurry: () => requests.stopAll(),
  });

  return {
    start,
    stop,
    async configure(given) {
      const changes = checkOptions("configure", given, changesTable);
      chosen = changes.addresses ?? chosen;
      port = changes.port ?? port;
      allowed = changes.clients ?? allowed;
      filter = filterNow();
      settingsFor = changes.settingsFor ?? settingsFor;
      Object.assign(limits, changes.limits);
      requests.cache.resize(limits.cacheSize);
      return places.follow(wantedNow());
    },
    addresses: () => places.bound().map(({ endpoint }) => endpoint),
    statistics: () => ({
      requests: requests.requests,
      transfersActive: requests.active,
      ...counts,
      cache: { ...requests.cache.statistics },
    }),
    [Symbol.asyncDispose]: () => stop(),
  };
}

/** Waits until no transfer is left, or for `timeout` ms. */
function drained(requests: Requests, timeout: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const end = clock.every(timeout, finish);
    function finish(): void {
      end();
      resolve();
    }
    requests.whenIdle(finish);
  });
}
