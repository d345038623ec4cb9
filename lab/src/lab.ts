import { setTimeout as delay } from "node:timers/promises";
import { LabFailure } from "./failure.ts";
import type { Row } from "./record/rows.ts";
import type { RunName } from "./run-name.ts";

/** What a scenario gets: its folder, its place in the run, and the means to undo what it did. */
export interface Lab {
  readonly run: RunName;
  /** Tells the scenarios of a run apart; stands in the names of their namespaces. */
  readonly counter: number;
  readonly folder: string;
  /** The run writes what it sees into the pages of docs/. */
  readonly record: boolean;
  /** Whether this part of the scenario runs: each does, unless the run is a share. Throws for one that is not declared. */
  part(id: string): boolean;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Called when the scenario is over, last one first, whatever happened. */
  defer(undo: () => Promise<void>): void;
  /** Called after a scenario that went well, before anything is undone; may still fail it. */
  afterwards(check: () => Promise<void>): void;
  /** Notes what proved a step. */
  proof(text: string): void;
  /**
   * Shows a row that the scenario has declared: the text or the figures that prove it, and the seconds from switching
   * the machine on. It is noted as a proof too. Throws a LabFailure for a row that is not declared, or shown twice.
   */
  row(id: string, shown: string, seconds?: number): void;
}

export interface Scenario {
  readonly name: string;
  /** What it proves, in a line, for `list`. */
  readonly proves: string;
  /** `all` leaves it out: it takes long, and measures instead of judging. */
  readonly onlyByName?: true;
  /** It measures: nothing runs beside it, whatever `--jobs` says. */
  readonly alone?: true;
  /** The lines of docs/matrix.md and docs/reliability.md that it stands for; each must be shown. */
  readonly rows?: readonly Row[];
  /**
   * What can run without the rest: with `--share` a run of all takes a share of the parts, and the scenario asks which
   * (`lab.part`). A row that belongs to one part alone has its name.
   */
  readonly parts?: readonly string[];
  readonly run: (lab: Lab) => Promise<void>;
}

/**
 * Asks `condition` every 20 ms until it gives something other than undefined. Throws a LabFailure that says `what`
 * was awaited when `seconds` pass.
 */
export async function eventually<T>(
  lab: Lab,
  what: string,
  seconds: number,
  condition: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    if (lab.signal.aborted) throw new LabFailure(`interrupted while waiting for ${what}`);
    const value = await condition();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new LabFailure(`${what}: not within ${seconds} s`);
    await delay(20);
  }
}

/** Does `body` to each of the list in its order, so many at once. */
export async function inLanes<T>(lanes: number, list: readonly T[], body: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...list];
  const lane = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await body(one);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
