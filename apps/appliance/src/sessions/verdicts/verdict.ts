import type { Confidence, Severity, VerdictId } from "../../catalogue/verdicts.ts";
import type { Cause, FactsOf } from "./causes/table.ts";
import type { Words } from "./causes/words.ts";

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
