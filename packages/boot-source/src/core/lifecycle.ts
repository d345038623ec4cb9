import { check } from "./option-checks.ts";
import { checkOptions, mustBe, OptionError, type OptionTable } from "./option-error.ts";
import type { StartOptions, StopOptions, StopSignal } from "./stop-signal.ts";

/** How a server starts and stops; see {@link lifecycle}. */
export interface LifecycleSteps {
  /**
   * Binds all. It may look at `signal` between two steps, and must leave nothing bound when it rejects. An abort that it
   * did not see is dealt with by the lifecycle.
   */
  open(signal: StopSignal | undefined): Promise<void>;
  /** Gives all back. It is called once for each `open` that was fulfilled. `timeout` may be `Infinity`. */
  close(how: { readonly drain: boolean; readonly timeout: number }): Promise<void>;
  /** Another stop came while `close` drains: wait for `within` ms more at most. 0, for a stop without `drain`: no longer. */
  hurry?(within: number): void;
}

/** The states of a server, as every server of Bootlace has them. */
export interface Lifecycle {
  /** Twice while running: does nothing. Waits for a stop under way. @throws OptionError before anything is opened */
  start(options?: StartOptions): Promise<void>;
  /** Safe at any time: before a start, after one that failed, and twice. @throws OptionError, and goes on as it was */
  stop(options?: StopOptions): Promise<void>;
  /** From the end of a start to the beginning of its stop. */
  readonly running: boolean;
  /** From the call of `stop` until it has stopped: what is changed meanwhile is for the next start. */
  readonly stopping: boolean;
}

const drainTimeout = 30_000;
/** The longest timer of Node.js. */
const longestTimer = 2 ** 31 - 1;

const startTable: OptionTable<StartOptions> = { signal: mustBe("an AbortSignal", isSignal) };

const stopTable: OptionTable<StopOptions> = {
  drain: check.flag,
  timeout: mustBe(
    `milliseconds from 0 to ${longestTimer}, or Infinity`,
    (value) => value === Infinity || (typeof value === "number" && value >= 0 && value <= longestTimer),
  ),
};

function isSignal(value: unknown): boolean {
  const { aborted, addEventListener, removeEventListener } = (value ?? {}) as Partial<StopSignal>;
  return (
    typeof aborted === "boolean" && typeof addEventListener === "function" && typeof removeEventListener === "function"
  );
}

function startOptions(given: StartOptions): StartOptions {
  // What a signal has is not its own, so that it would pass for an object without options.
  if (isSignal(given))
    throw new OptionError("start", "options", "must be { signal }, not the signal itself", "argument");
  return checkOptions("start", given, startTable);
}

/** Makes `start` and `stop` of a server out of the steps that open and close it. */
export function lifecycle(steps: LifecycleSteps): Lifecycle {
  let running = false;
  let closing: Promise<void> | undefined;
  let detach = () => {};
  /** Milliseconds to drain of each stop under way or waiting for its turn. The shortest is in force for all. */
  const patiences = new Set<{ readonly ms: number }>();
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

  async function close(drain: boolean): Promise<void> {
    if (!running) return;
    running = false;
    detach();
    detach = () => {};
    const timeout = Math.min(...[...patiences].map(({ ms }) => ms));
    closing = steps.close({ drain: drain && timeout > 0, timeout });
    try {
      await closing;
    } finally {
      closing = undefined;
    }
  }

  async function stop(given: StopOptions = {}): Promise<void> {
    const { drain = false, timeout = drainTimeout } = checkOptions("stop", given, stopTable);
    const patience = { ms: drain ? timeout : 0 };
    patiences.add(patience);
    if (closing !== undefined) steps.hurry?.(patience.ms);
    try {
      await inTurn(() => close(drain));
    } finally {
      patiences.delete(patience);
    }
  }

  return {
    async start(given = {}) {
      const { signal } = startOptions(given);
      await inTurn(() => open(signal));
    },
    stop,
    get running() {
      return running;
    },
    get stopping() {
      return patiences.size > 0;
    },
  };
}
