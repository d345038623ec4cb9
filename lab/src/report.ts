import type { Seen } from "./record/rows.ts";

/** How one scenario ended. */
export interface Outcome {
  readonly name: string;
  readonly seconds: number;
  /** What proved it, one line each, in the order in which it was seen. */
  readonly proofs: readonly string[];
  /** The rows it showed; none when it failed. */
  readonly rows: readonly Seen[];
  /** Why it failed; undefined when it passed. */
  readonly failure?: string;
  /** Where its folder was kept. */
  readonly folder?: string;
}

/** The number of outcomes of each kind. */
export function totals(outcomes: readonly Outcome[]): { passed: number; failed: number } {
  const failed = outcomes.filter((outcome) => outcome.failure !== undefined).length;
  return { passed: outcomes.length - failed, failed };
}

/** The table at the end of a run: one line a scenario, the last proof or the first line of the failure beside it. */
export function formatTable(outcomes: readonly Outcome[]): string {
  const width = Math.max(8, ...outcomes.map((outcome) => outcome.name.length));
  return outcomes
    .map((outcome) => {
      const mark = outcome.failure === undefined ? "ok  " : "FAIL";
      const said = outcome.failure?.split("\n")[0] ?? outcome.proofs.at(-1) ?? "";
      return `${mark} ${outcome.name.padEnd(width)} ${outcome.seconds.toFixed(1).padStart(6)} s  ${said}`.trimEnd();
    })
    .join("\n");
}

/** The last line of a run. */
export function formatTotals(outcomes: readonly Outcome[]): string {
  const { passed, failed } = totals(outcomes);
  return `${passed} passed, ${failed} failed`;
}

/** 0 when something ran and nothing failed, else 1. */
export function exitCode(outcomes: readonly Outcome[]): number {
  return outcomes.length > 0 && totals(outcomes).failed === 0 ? 0 : 1;
}
