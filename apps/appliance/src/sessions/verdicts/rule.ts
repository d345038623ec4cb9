import { type Confidence, type VerdictId, verdicts } from "../../catalogue/verdicts.ts";
import type { Step } from "../step.ts";
import { type Cause, type FactsOf, wordsOf } from "./causes/table.ts";
import type { Verdict } from "./verdict.ts";
import type { BootView } from "./view.ts";

/** One way in which a boot comes to a verdict. */
export interface Rule {
  readonly id: VerdictId;
  /** What it rests on; undefined where it does not apply, or not yet. Pure. */
  readonly when: (view: BootView) => Found | undefined;
}

/** What a rule found. */
export interface Found {
  readonly cause: Cause;
  readonly facts: FactsOf<Cause>;
  readonly confidence: Confidence;
  readonly evidence: readonly (Step | undefined)[];
}

/** @param evidence the steps it rests on; repeated ones are named once */
export function found<C extends Cause>(
  cause: C,
  confidence: Confidence,
  evidence: readonly (Step | undefined)[],
  facts: FactsOf<C>,
): Found {
  return { cause, facts, confidence, evidence };
}

/** The verdict of a rule on a boot. */
export function applied({ id, when }: Rule, view: BootView): Verdict | undefined {
  const seen = when(view);
  if (seen === undefined) return undefined;
  const { cause, facts, confidence, evidence } = seen;
  const numbers = evidence.flatMap((step) => (step === undefined ? [] : [step.number]));
  return {
    id,
    severity: verdicts[id].severity,
    confidence,
    cause,
    facts,
    ...wordsOf(cause, facts),
    evidence: [...new Set(numbers)].sort((a, b) => a - b),
  };
}
