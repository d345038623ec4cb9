import { clientFilter, ownAddresses } from "@bootlace/boot-source";
import type { Clock } from "./clock.ts";
import type { TftpEvent } from "./core/events.ts";
import { type Listener, listen } from "./listener.ts";
import { type Requests, requestsOf } from "./requests.ts";
import { setSegmentSize } from "./segment-size.ts";
import {
  type TftpBindFailure,
  type TftpLimits,
  type TftpServer,
  type TftpServerOptions,
  TftpStartError,
} from "./server-options.ts";
import { count, noCounts } from "./statistics.ts";

export const defaultLimits: TftpLimits = {
  maxBlockSize: 1468,
  maxWindowSize: 16,
  maxTransfers: 1024,
  maxTransfersPerClient: 64,
  unacknowledgedPerSecond: 500,
  unacknowledgedPerSecondPerClient: 10,
  cacheSize: 32 * 1024 * 1024,
  idleLimit: 30_000,
  lifetime: 900_000,
};

/** How often addresses are looked at: those of the interfaces, and those that could not be bound. */
const pollInterval = 2000;
const drainTimeout = 30_000;

/** A server on a clock of its own; see `createTftpServer`. */
export function tftpServer(options: TftpServerOptions, clock: Clock, setSize = setSegmentSize): TftpServer {
  const limits = { ...defaultLimits, ...options.limits };
  let port = options.port ?? 69;
  const counts = noCounts();
  const listeners = new Map<string, Listener>();
  /** Code of the last failure of each address that is wanted and not bound. */
  const failures = new Map<string, string>();
  let follows = options.addresses === undefined;
  let wanted: readonly string[] = options.addresses ?? [];
  let allowed = options.clients;
  let filter = clientFilter(allowed);
  const segments = options.segmentation ? setSize : undefined;
  const requests = requestsOf(options, limits, clock, () => filter, emit, segments);
  let state: "new" | "running" | "stopped" = "new";
  let endPolling: (() => void) | undefined;
  let stopping: Promise<void> | undefined;
  /** Changes of addresses, one after the other. */
  let changes: Promise<void> = Promise.resolve();

  function emit(event: TftpEvent): void {
    count(counts, event);
    options.onEvent?.(event);
  }

  async function bind(address: string): Promise<TftpBindFailure | undefined> {
    const bound = await listen(address, port, options.singlePort ?? false, (listener, packet, from) =>
      requests.onPacket(listener, packet, from),
    );
    if (!bound.ok) return bound.fault;
    const { listener } = bound;
    listeners.set(address, listener);
    failures.delete(address);
    requests.prepare(listener);
    emit({ type: "listening", at: clock.wall(), ...listener.endpoint });
    return undefined;
  }

  async function unbind(address: string): Promise<void> {
    const listener = listeners.get(address);
    if (!listener) return;
    listeners.delete(address);
    // Transfers go on: a cable that is pulled out comes back. In single-port mode they have no other socket.
    if (options.singlePort) requests.stopAll(listener);
    requests.forget(listener);
    await listener.close();
    emit({ type: "unlistening", at: clock.wall(), ...listener.endpoint });
  }

  function change(): Promise<void> {
    changes = changes.then(async () => {
      const goal = new Set(state === "running" ? wanted : []);
      for (const [address, { endpoint }] of [...listeners]) {
        const moved = port !== 0 && endpoint.port !== port;
        if (moved || !goal.has(address)) await unbind(address);
      }
      for (const address of [...failures.keys()]) if (!goal.has(address)) failures.delete(address);
      for (const address of goal) {
        if (listeners.has(address)) continue;
        const fault = await bind(address);
        if (!fault || failures.get(address) === fault.code) continue;
        failures.set(address, fault.code);
        emit({ type: "listen-failed", at: clock.wall(), ...fault });
      }
    });
    return changes;
  }

  function poll(): void {
    if (follows) wanted = ownAddresses();
    if (allowed === undefined) filter = clientFilter(undefined);
    if (failures.size > 0 || wanted.length !== listeners.size || wanted.some((address) => !listeners.has(address))) {
      void change();
    }
  }

  async function start(): Promise<void> {
    await stopping;
    if (state === "running") throw new Error("the TFTP server is running already");
    state = "running";
    requests.accept(true);
    if (follows) wanted = ownAddresses();
    const faults: TftpBindFailure[] = [];
    for (const address of new Set(wanted)) {
      const fault = await bind(address);
      if (fault) faults.push(fault);
    }
    const [first, ...others] = faults;
    if (first) {
      state = "stopped";
      for (const address of [...listeners.keys()]) await unbind(address);
      throw new TftpStartError([first, ...others]);
    }
    endPolling = clock.every(pollInterval, poll);
  }

  async function end(drain: boolean, timeout: number): Promise<void> {
    state = "stopped";
    endPolling?.();
    requests.accept(false);
    if (drain) await drained(requests, timeout, clock);
    requests.stopAll();
    await change();
    requests.cache.clear();
    stopping = undefined;
  }

  function stop(how: { readonly drain?: boolean; readonly timeout?: number } = {}): Promise<void> {
    if (stopping && !how.drain) requests.stopAll();
    if (!stopping && state === "running") stopping = end(how.drain ?? false, how.timeout ?? drainTimeout);
    return stopping ?? changes;
  }

  return {
    start,
    stop,
    async setAddresses(addresses) {
      follows = false;
      wanted = [...new Set(addresses)];
      if (state === "running") await change();
    },
    async configure(next) {
      Object.assign(limits, next.limits);
      if (next.clients !== undefined) {
        allowed = next.clients.length === 0 ? undefined : next.clients;
        filter = clientFilter(allowed);
      }
      port = next.port ?? port;
      if (next.addresses !== undefined) {
        follows = false;
        wanted = [...new Set(next.addresses)];
      }
      if (state !== "running") return [];
      await change();
      return [...failures].map(([address, code]) => ({ address, port, code }));
    },
    endpoints: () => [...listeners.values()].map(({ endpoint }) => endpoint),
    active: () => requests.active,
    statistics: () => ({
      requests: requests.requests,
      transfersActive: requests.active,
      ...counts,
      cache: {
        bytes: requests.cache.bytes,
        limit: requests.cache.limit,
        hits: requests.cache.hits,
        misses: requests.cache.misses,
      },
    }),
    [Symbol.asyncDispose]: stop,
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
