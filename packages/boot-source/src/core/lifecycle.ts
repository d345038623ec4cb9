import type { StartOptions, StopOptions, StopSignal } from "./stop-signal.ts";

/** How a server starts and stops; see {@link lifecycle}. */
export interface LifecycleSteps {
  /**
   * Binds all. It may look at `signal` between two steps, and must leave nothing bound when it rejects. An abort that it
   * did not see is dealt with by the lifecycle.
   */
  open(signal: StopSignal | undefined): Promise<void>;
  /** Gives all back. It is called once for each `open` that was fulfilled. */
  close(how: { readonly drain: boolean; readonly timeout: number }): Promise<void>;
  /** A stop without `drain` came while `close` drains: end now what it waits for. */
  hurry?(): void;
}

/** The states of a server, as every server of Bootlace has them. */
export interface Lifecycle {
  /** Twice while running: does nothing. Waits for a stop under way. */
  start(options?: StartOptions): Promise<void>;
  /** Safe at any time: before a start, after one that failed, and twice. */
  stop(options?: StopOptions): Promise<void>;
  /** From the end of a start to the beginning of its stop. */
  readonly running: boolean;
}

const drainTimeout = 30_000;

/** Makes `start` and `stop` of a server out of the steps that open and close it. */
export function lifecycle(steps: LifecycleSteps): Lifecycle {
  let running = false;
  let closing: Promise<void> | undefined;
  let detach = () => {};
  /** Stops without `drain` that wait for their turn: what comes before them does not drain either. */
  let urgent = 0;
  /** Starts and stops, one after the other. */
  let last: Promise<unknown> = Promise.resolve();

  function inTurn(step: () => Promise<void>): Promise<void> {
    const result = last.then(step);
    last = result.catch(() => undefined);
    return result;
  }

  async function open(signal: StopSignal | undefined): Promise<void> {
    if (running) return;
    if (signal?.aborted) throw signal.reason;
    await steps.open(signal);
    if (signal?.aborted) {
      await steps.close({ drain: false, timeout: 0 });
      throw signal.reason;
    }
    running = true;
    if (signal === undefined) return;
    const onAbort = () => void stop().catch(() => undefined);
    signal.addEventListener("abort", onAbort);
    detach = () => signal.removeEventListener("abort", onAbort);
  }

  async function close({ drain = false, timeout = drainTimeout }: StopOptions): Promise<void> {
    if (!running) return;
    running = false;
    detach();
    detach = () => {};
    closing = steps.close({ drain: drain && urgent === 0, timeout });
    try {
      await closing;
    } finally {
      closing = undefined;
    }
  }

  function stop(options: StopOptions = {}): Promise<void> {
    if (options.drain) return inTurn(() => close(options));
    urgent++;
    if (closing !== undefined) steps.hurry?.();
    return inTurn(() => {
      urgent--;
      return close(options);
    });
  }

  return {
    start: (options = {}) => inTurn(() => open(options.signal)),
    stop,
    get running() {
      return running;
    },
  };
}
