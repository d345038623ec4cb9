/// <reference lib="esnext.disposable" preserve="true" />
import type { BoundAddress } from "./address-events.ts";
import type { BindFailure } from "./bind-failure.ts";
import type { StartOptions, StopOptions } from "./stop-signal.ts";

/**
 * What every server of Bootlace can do.
 *
 * @typeParam Changes what may change while it runs
 * @typeParam Statistics how it is now, and figures since it was created
 * @typeParam Bound what is bound
 */
export interface BootServer<Changes, Statistics, Bound extends BoundAddress = BoundAddress> {
  /**
   * Binds every address. All are tried, and when one cannot be bound none stays bound. Twice while running: does nothing.
   * @throws ServerStartError with every failure; the reason of `signal` when it was aborted meanwhile; OptionError, with
   * nothing bound, for an option that cannot be
   */
  start(options?: StartOptions): Promise<void>;
  /**
   * Closes all. `drain`: take no new requests, but let what runs come to its end, for at most `timeout` ms (default
   * 30,000; `Infinity`: no limit). Safe at any time: before a start, after one that failed, and twice; a stop during one
   * that drains ends it in its own time, where that is shorter.
   * @throws OptionError for an option that cannot be; the server then goes on
   */
  stop(options?: StopOptions): Promise<void>;
  /**
   * Changes what is given, and nothing else. New requests find the new settings; what runs goes on to its end, also on an
   * address or port that is given up. An address that stays keeps its socket. Before a start, and from the call of `stop`
   * on, a change is for the next start.
   * @returns the addresses that could not be bound, with their holders where `holderOf` finds them; they are reported by
   * `listen-failed` and tried again
   * @throws OptionError for an invalid value of an option; then nothing is changed
   */
  configure(changes: Changes): Promise<readonly BindFailure[]>;
  /** What is bound now, with the port the system chose. */
  addresses(): readonly Bound[];
  statistics(): Statistics;
  [Symbol.asyncDispose](): Promise<void>;
}
