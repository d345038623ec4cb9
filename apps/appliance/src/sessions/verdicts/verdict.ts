import type { Step } from "../step.ts";
import { type Confidence, catalogue, type Severity, type VerdictId } from "./catalogue.ts";

/** Why a boot stopped, or that it went well. Texts of the network are escaped in it. */
export interface Verdict {
  readonly id: VerdictId;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly sentence: string;
  readonly fix?: string;
  /** Numbers of the steps it rests on. */
  readonly evidence: readonly number[];
}

/** @param evidence the steps it rests on; repeated ones are named once */
export function verdict(
  id: VerdictId,
  confidence: Confidence,
  evidence: readonly (Step | undefined)[],
  sentence: string,
  fix?: string,
): Verdict {
  const numbers = evidence.flatMap((step) => (step === undefined ? [] : [step.number]));
  return {
    id,
    severity: catalogue[id].severity,
    confidence,
    sentence,
    ...(fix === undefined ? {} : { fix }),
    evidence: [...new Set(numbers)].sort((a, b) => a - b),
  };
}

/** Whether two verdicts tell a person the same. */
export function sameVerdict(one: Verdict | undefined, other: Verdict | undefined): boolean {
  return one?.id === other?.id && one?.confidence === other?.confidence && one?.sentence === other?.sentence;
}

/** The verdict that says what a boot came to; size probes and searches alone say nothing. */
export function primaryOf(verdicts: readonly Verdict[]): Verdict | undefined {
  return verdicts.find(({ id }) => id !== "B07" && id !== "B11");
}
