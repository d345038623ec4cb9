import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { LabFailure } from "./failure.ts";
import type { Lab, Scenario } from "./lab.ts";
import { openRowBook, type Seen } from "./record/rows.ts";
import type { Outcome } from "./report.ts";
import type { RunName } from "./run-name.ts";

export interface RunOptions {
  readonly run: RunName;
  readonly folder: string;
  readonly keep: boolean;
  readonly record: boolean;
  readonly jobs: number;
  /** The parts that run, by scenario; all of them where it says nothing. */
  readonly parts?: ReadonlyMap<string, readonly string[]>;
  readonly signal: AbortSignal;
  readonly onOutcome: (outcome: Outcome) => void;
}

/**
 * Runs the scenarios, `jobs` at once, in their order, then those that must be alone one by one; gives their outcomes in
 * the order of the scenarios. Interrupted, it starts no more.
 */
export async function runScenarios(
  scenarios: readonly Scenario[],
  options: RunOptions,
  runOne = runScenario,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const runAll = async (numbers: number[], jobs: number) => {
    const worker = async () => {
      for (let at = numbers.shift(); at !== undefined && !options.signal.aborted; at = numbers.shift()) {
        const scenario = scenarios[at];
        if (scenario === undefined) return;
        const outcome = await runOne(scenario, at, options);
        outcomes[at] = outcome;
        options.onOutcome(outcome);
      }
    };
    await Promise.all(Array.from({ length: jobs }, worker));
  };
  const numbers = [...scenarios.keys()];
  const alone = (at: number) => scenarios[at]?.alone === true;
  await runAll(
    numbers.filter((at) => !alone(at)),
    options.jobs,
  );
  await runAll(numbers.filter(alone), 1);
  return outcomes.filter((outcome) => outcome !== undefined);
}

async function runScenario(scenario: Scenario, counter: number, options: RunOptions): Promise<Outcome> {
  const folder = join(options.folder, scenario.name);
  mkdirSync(folder, { recursive: true });
  const began = performance.now();
  const undo = new AsyncDisposableStack();
  const checks: (() => Promise<void>)[] = [];
  const proofs: string[] = [];
  const failures: unknown[] = [];
  const all = scenario.parts ?? [];
  const parts = options.parts?.get(scenario.name) ?? all;
  const absent = all.filter((part) => !parts.includes(part));
  const asked = new Set<string>();
  const book = openRowBook(scenario.rows ?? [], absent);
  let rows: readonly Seen[] = [];
  const note = (text: string) => void proofs.push(`${((performance.now() - began) / 1000).toFixed(1)} s: ${text}`);
  const lab: Lab = {
    run: options.run,
    counter,
    folder,
    record: options.record,
    part(id) {
      if (!all.includes(id)) throw new Error(`${scenario.name} declares no part "${id}"`);
      asked.add(id);
      return parts.includes(id);
    },
    signal: options.signal,
    defer: (step) => undo.defer(step),
    afterwards: (check) => void checks.push(check),
    proof: note,
    row(id, shown, seconds) {
      book.show(id, shown, seconds);
      note(`${id}: ${shown.trim()}`);
    },
  };
  try {
    await scenario.run(lab);
    const forgotten = parts.filter((part) => !asked.has(part));
    if (forgotten.length > 0) throw new Error(`parts that the scenario never asked for: ${forgotten.join(", ")}`);
    for (const check of checks) await check();
    rows = book.close();
  } catch (error) {
    failures.push(error);
  }
  try {
    await undo.disposeAsync();
  } catch (error) {
    failures.push(error);
  }
  const seconds = (performance.now() - began) / 1000;
  const keep = failures.length > 0 || options.keep;
  const kept = keep ? { folder: relative(process.cwd(), folder) } : {};
  if (failures.length === 0) {
    if (!keep) rmSync(folder, { recursive: true });
    return { name: scenario.name, seconds, proofs, rows, ...kept };
  }
  const failure = failures.map(describe).join("\n");
  writeFileSync(join(folder, "failure.txt"), `${failure}\n`);
  return { name: scenario.name, seconds, proofs, rows: [], failure, ...kept };
}

/** A LabFailure speaks for itself; of anything else the stack is worth reading. */
function describe(error: unknown): string {
  if (error instanceof LabFailure) return error.message;
  if (error instanceof SuppressedError) return `${describe(error.error)}\n${describe(error.suppressed)}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
