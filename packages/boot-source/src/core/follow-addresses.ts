import { type BindFailure, type HolderOf, ServerStartError, withAdvice, withHolders } from "./bind-failure.ts";
import type { StopSignal } from "./stop-signal.ts";

export type BindResult<Bound> =
  | { readonly ok: true; readonly bound: Bound }
  | { readonly ok: false; readonly failures: readonly BindFailure[] };

export interface FollowedAddresses<Wanted, Bound> {
  /** Names the place: one listener for each key. */
  key(wanted: Wanted): string;
  /** Binds one place: all that belongs to it, or nothing. */
  bind(wanted: Wanted): Promise<BindResult<Bound>>;
  /** Closes what `bind` gave. */
  unbind(bound: Bound): void | Promise<void>;
  /** False when what is bound has to be bound anew, for another port or netmask. Default: it fits. */
  fits?(bound: Bound, wanted: Wanted): boolean;
  /** A place was bound. When a start fails, neither this nor `onUnbound` is called for it. */
  onBound?(bound: Bound): void;
  onUnbound?(bound: Bound): void;
  /** A place could not be bound: called once, and again when its code changes. Never called for a start that fails. */
  onFailure?(failure: BindFailure, wanted: Wanted): void;
  /** Adds to failures, where people read them, who holds the ports. */
  readonly holderOf?: HolderOf | undefined;
}

export interface FollowStart {
  readonly signal?: StopSignal | undefined;
  /** Failures from elsewhere that make this start fail as well. */
  readonly failures?: readonly BindFailure[];
  /** A failure with which the server starts all the same; it is reported and tried again. Default: none. */
  readonly tolerates?: (failure: BindFailure) => boolean;
}

/** Bound listeners that follow a list of wanted places. Changes happen one after the other. */
export interface AddressFollower<Wanted, Bound> {
  /**
   * Binds every place, or none: all are tried, and when one fails the others are closed.
   * @throws ServerStartError with every failure; the reason of the signal when it was aborted meanwhile
   */
  start(wanted: readonly Wanted[], options?: FollowStart): Promise<void>;
  /**
   * Brings what is bound to this list: closes what is not in it, and binds what is missing, also what failed before. Call it
   * again at each tick with the list as it is by then. Before `start` and after `close` it does nothing.
   * @returns what could not be bound
   */
  follow(wanted: readonly Wanted[]): Promise<readonly BindFailure[]>;
  /** Closes all. */
  close(): Promise<void>;
  /** What is bound now, in the order of binding. */
  bound(): readonly Bound[];
  get(key: string): Bound | undefined;
  /** Places that are wanted and could not be bound. */
  failing(): readonly BindFailure[];
  /** These failures as people are to read them: with who holds the port, and what to do about it. */
  explained(failures: readonly BindFailure[]): Promise<readonly BindFailure[]>;
}

/** The one machine by which servers bind addresses, keep to a list of them, and retry those that fail. */
export function followAddresses<Wanted, Bound>(
  places: FollowedAddresses<Wanted, Bound>,
): AddressFollower<Wanted, Bound> {
  const { key, fits = () => true } = places;
  const bound = new Map<string, Bound>();
  const failing = new Map<string, readonly BindFailure[]>();
  let open = false;
  let work: Promise<unknown> = Promise.resolve();

  function inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = work.then(change);
    work = result.catch(() => undefined);
    return result;
  }

  async function unbindAll(): Promise<void> {
    const all = [...bound.values()];
    bound.clear();
    failing.clear();
    for (const one of all) await places.unbind(one);
  }

  async function bind(name: string, place: Wanted): Promise<readonly BindFailure[]> {
    const result = await places.bind(place);
    if (!result.ok) return result.failures;
    bound.set(name, result.bound);
    return [];
  }

  async function start(wanted: readonly Wanted[], options: FollowStart): Promise<void> {
    const { signal, failures = [], tolerates = () => false } = options;
    const fatal: BindFailure[] = [...failures];
    const tolerated: [name: string, place: Wanted, failures: readonly BindFailure[]][] = [];
    try {
      for (const [name, place] of byKey(wanted)) {
        if (signal?.aborted) throw signal.reason;
        const faults = await bind(name, place);
        fatal.push(...faults.filter((failure) => !tolerates(failure)));
        if (faults.length > 0) tolerated.push([name, place, faults]);
      }
      if (signal?.aborted) throw signal.reason;
      const [first, ...others] = await unlessAborted(explained(fatal), signal);
      if (first !== undefined) throw new ServerStartError([first, ...others]);
    } catch (error) {
      await unbindAll();
      throw error;
    }
    open = true;
    for (const one of bound.values()) places.onBound?.(one);
    for (const [name, place, faults] of tolerated) report(name, place, faults);
  }

  function report(name: string, place: Wanted, faults: readonly BindFailure[]): void {
    const before = failing.get(name) ?? [];
    failing.set(name, faults);
    for (const failure of faults) {
      const known = before.some(({ port, code }) => port === failure.port && code === failure.code);
      if (!known) places.onFailure?.(failure, place);
    }
  }

  async function follow(wanted: readonly Wanted[]): Promise<readonly BindFailure[]> {
    if (!open) return [];
    const goal = byKey(wanted);
    for (const [name, one] of [...bound]) {
      const place = goal.get(name);
      if (place !== undefined && fits(one, place)) continue;
      bound.delete(name);
      await places.unbind(one);
      places.onUnbound?.(one);
    }
    for (const name of [...failing.keys()]) if (!goal.has(name)) failing.delete(name);
    for (const [name, place] of goal) {
      if (bound.has(name)) continue;
      const faults = await bind(name, place);
      if (faults.length > 0) {
        report(name, place, faults);
        continue;
      }
      failing.delete(name);
      const one = bound.get(name);
      if (one !== undefined) places.onBound?.(one);
    }
    return [...failing.values()].flat();
  }

  async function explained(failures: readonly BindFailure[]): Promise<readonly BindFailure[]> {
    const found = await withHolders(failures, places.holderOf);
    return found.map(withAdvice);
  }

  async function close(): Promise<void> {
    open = false;
    const all = [...bound.values()];
    await unbindAll();
    for (const one of all) places.onUnbound?.(one);
  }

  function byKey(wanted: readonly Wanted[]): Map<string, Wanted> {
    return new Map(wanted.map((place) => [key(place), place]));
  }

  return {
    start: (wanted, options = {}) => inTurn(() => start(wanted, options)),
    follow: (wanted) => inTurn(() => follow(wanted)),
    close: () => inTurn(close),
    bound: () => [...bound.values()],
    get: (name) => bound.get(name),
    failing: () => [...failing.values()].flat(),
    explained,
  };
}

/** Rejects with the reason of the signal when it is aborted first. */
async function unlessAborted<T>(work: Promise<T>, signal: StopSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort);
    // The work may have begun with the abort.
    if (signal.aborted) onAbort();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
