import { type Confidence, type Severity, type VerdictId, verdicts } from "../../catalogue/verdicts.ts";
import type { Step } from "../step.ts";
import { type Cause, type FactsOf, wordsOf } from "./causes/table.ts";
import type { Words } from "./causes/words.ts";
import type { BootView } from "./view.ts";

/** Why a boot stopped, or that it went well. Texts of the network are escaped in its words. */
export interface Verdict extends Words {
  readonly id: VerdictId;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** The row of the table of causes that made the words, and of what. */
  readonly cause: Cause;
  readonly facts: FactsOf<Cause>;
  /** Numbers of the steps it rests on. */
  readonly evidence: readonly number[];
}

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

/** Whether two verdicts tell a person the same: the same cause with the same facts. */
export function sameVerdict(one: Verdict | undefined, other: Verdict | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return (
    one.id === other.id &&
    one.confidence === other.confidence &&
    one.cause === other.cause &&
    JSON.stringify(one.facts) === JSON.stringify(other.facts)
  );
}

/** The verdict that says what a boot came to; size probes and searches alone say nothing. */
export function primaryOf(found: readonly Verdict[]): Verdict | undefined {
  return found.find(({ id }) => id !== "B07" && id !== "B11");
}
