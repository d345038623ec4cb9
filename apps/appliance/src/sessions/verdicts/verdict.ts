import type { Confidence, Severity, VerdictId } from "../../catalogue/verdicts.ts";
import type { Cause, FactsOf } from "./causes/table.ts";
import type { Words } from "./causes/words.ts";

/** Why a boot stopped, or that it went well, in the words it was said in. Texts of the network are escaped in them. */
export interface Conclusion extends Words {
  readonly id: VerdictId;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** Numbers of the steps it rests on. */
  readonly evidence: readonly number[];
}

/** A conclusion with what it was drawn from. */
export interface Verdict extends Conclusion {
  /** The row of the table of causes that made the words, and of what. */
  readonly cause: Cause;
  readonly facts: FactsOf<Cause>;
}

/** What a verdict says, without what it was drawn from. */
export function conclusionOf({ id, severity, confidence, sentence, fix, evidence }: Conclusion): Conclusion {
  return { id, severity, confidence, sentence, ...(fix === undefined ? {} : { fix }), evidence };
}

/** Whether two verdicts say the same to people: the same cause with the same facts. */
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
export function primaryOf<V extends Conclusion>(found: readonly V[]): V | undefined {
  return found.find(({ id }) => id !== "B07" && id !== "B11");
}
