import { checkChanges, checkOptions, drainWait, lifecycle, servedAddresses } from "@bootlace/boot-source";
import { broadcasts } from "./broadcasts.ts";
import type { Clock } from "./clock.ts";
import type { TftpEvent } from "./core/events.ts";
import { listen } from "./listener.ts";
import { changesTable, defaultLimits, optionsTable } from "./option-tables.ts";
import { requestsOf } from "./requests.ts";
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
  let { settingsFor } = options;
  let endPolling = () => {};

  const requests = requestsOf({
    options,
    limits,
    clock,
    isAllowed: (address) => places.allows(address),
    settingsFor: (client, file) => settingsFor?.(client, file),
    emit,
    setSegmentSize: options.segmentation ? setSize : undefined,
  });

  const places = servedAddresses({
    options,
    usualPort: 69,
    bind: (address, port) => listen(address, port, singlePort, requests.onPacket),
    async unbind(listener) {
      // Transfers go on: a cable that is pulled out comes back. In single-port mode they have no other socket.
      if (singlePort) requests.stopAll(listener);
      requests.forget(listener);
      await listener.close();
    },
    onBound: requests.prepare,
    emit,
    now: clock.wall,
  });

  const ears = broadcasts({ isAllowed: (address) => places.allows(address), emit, now: clock.wall });
  let wantedEars = options.broadcasts ?? [];

  /** Where nothing listens, nothing need be heard. */
  function followBroadcasts(): Promise<void> {
    return ears.follow(wantedEars, places.bound()[0]?.port);
  }

  function emit(event: TftpEvent): void {
    count(counts, event);
    options.onEvent?.(event);
  }

  const wait = drainWait((ms, work) => clock.every(ms, work));
  const life = lifecycle({
    async open(signal) {
      requests.accept(true);
      try {
        await places.start({ signal });
      } catch (error) {
        requests.accept(false);
        requests.stopAll();
        throw error;
      }
      await ears.start();
      await followBroadcasts();
      endPolling = clock.every(pollInterval, () => {
        places.refresh();
        void followBroadcasts();
      });
    },
    async close({ drain, timeout }) {
      endPolling();
      requests.accept(false);
      if (drain) await wait.until(new Promise<void>((resolve) => requests.whenIdle(resolve)), timeout);
      requests.stopAll();
      await places.close();
      await ears.close();
      requests.cache.clear();
      emit({ type: "stopped", time: clock.wall() });
    },
    hurry: wait.within,
  });

  return {
    start: life.start,
    stop: life.stop,
    async configure(given) {
      const changes = checkChanges("TftpServer.configure", given, changesTable, optionsTable);
      settingsFor = changes.settingsFor ?? settingsFor;
      Object.assign(limits, changes.limits);
      requests.cache.resize(limits.cacheSize);
      wantedEars = changes.broadcasts ?? wantedEars;
      const failures = await places.change(changes, !life.stopping);
      if (!life.stopping) await followBroadcasts();
      return failures;
    },
    addresses: places.bound,
    statistics: () => ({
      requests: requests.requests,
      transfersActive: requests.active,
      ...counts,
      cache: { ...requests.cache.statistics },
    }),
    [Symbol.asyncDispose]: () => life.stop(),
  };
}
