import { type Boot, isSame } from "./boot.ts";
import type { Step } from "./step.ts";
import { keyOf } from "./verdicts/asked.ts";
import { primaryOf, sameVerdict, type Verdict } from "./verdicts/verdict.ts";

export interface Standing {
  /**
   * What a boot comes to. A verdict that silence gave stays while the client only does again what it did before: a loader
   * that tries the same names every half minute has failed all the time. Anything new takes it back.
   * @param found what its steps come to now, by themselves
   * @returns the verdicts that it has already where they say the same
   */
  of(boot: Boot, found: readonly Verdict[]): readonly Verdict[];
}

export function createStanding(): Standing {
  /** The steps from which verdicts were drawn. */
  const drawnFrom = new WeakMap<readonly Verdict[], readonly Step[]>();
  return {
    of({ steps, verdicts }, found) {
      if (primaryOf(found) === undefined) {
        const before = drawnFrom.get(verdicts);
        if (before !== undefined && onlyRepeats(steps, before)) return verdicts;
      }
      const same = found.length === verdicts.length && found.every((one, at) => sameVerdict(one, verdicts[at]));
      const reached = same ? verdicts : found;
      if (primaryOf(reached) !== undefined) drawnFrom.set(reached, steps);
      return reached;
    },
  };
}

function onlyRepeats(steps: readonly Step[], before: readonly Step[]): boolean {
  const numbers = new Map(before.map((step) => [step.number, step]));
  return steps.every((step) => {
    const known = numbers.get(step.number);
    if (known === undefined) return before.some((other) => isAgain(step, other));
    return step === known || isAgain(step, known);
  });
}

/** A file that came whole before may be on its way again. */
function isAgain(step: Step, before: Step): boolean {
  if (step.kind !== "file" || before.kind !== "file") return isSame(before, factOf(step));
  if (keyOf(step.file) !== keyOf(before.file)) return false;
  return step.outcome === before.outcome || (step.outcome === "running" && before.outcome === "done");
}

function factOf({ number: _number, time: _time, lastAt: _lastAt, times: _times, ...fact }: Step) {
  return fact;
}
