import { type Case, goesWell } from "./case.ts";

/** A boot as `/api/v1/boots` lists it, as far as it is judged. */
export interface ListedBoot {
  readonly id: string;
  readonly mac?: string;
  readonly outcome: string;
  readonly verdict?: {
    readonly id: string;
    readonly severity: string;
    readonly confidence: string;
    readonly sentence: string;
    readonly fix?: string;
  };
}

export type Grade = "RIGHT" | "WRONG" | "VAGUE" | "MISSING";

export interface Graded {
  readonly grade: Grade;
  /** What was reported, for a person. */
  readonly said: string;
  /** A failure that is called a success. */
  readonly praised: boolean;
  /** A success that is called a failure. */
  readonly blamed: boolean;
}

const SUCCESS = ["booted", "delivered", "checked"];

/** What must not even have been logged before it was corrected. */
const BOOTED = ["booted", "checked"];

/**
 * Holds what was reported against what is right. The latest boot that has a verdict decides; an earlier attempt of the
 * same machine that ended otherwise counts only if it calls a failure a success. `VAGUE`: it names no cause. `logged` are the outcomes of every verdict in
 * the log, corrected ones too.
 */
export function grade(one: Case, boots: readonly ListedBoot[], logged: readonly string[] = []): Graded {
  const judged = boots.filter(({ outcome }) => outcome !== "running");
  const [latest] = judged;
  const well = goesWell(one);
  const praised =
    !well &&
    (judged.some(({ outcome }) => SUCCESS.includes(outcome) && !isAllowed(one, outcome)) ||
      logged.some((outcome) => BOOTED.includes(outcome)));
  const blamed = well && [...judged.map(({ outcome }) => outcome), ...logged].includes("failed");
  const verdict = (grade: Grade, said: string): Graded => ({ grade, said, praised, blamed });
  if (one.outcome.length === 0) {
    return latest === undefined ? verdict("RIGHT", "no boot") : verdict("WRONG", wordsOf(latest));
  }
  if (latest === undefined) return verdict("MISSING", boots.length === 0 ? "no boot" : "no verdict");
  const said = wordsOf(latest);
  if (praised || blamed) return verdict("WRONG", [...judged.map(wordsOf), `logged: ${logged.join(", ")}`].join(" | "));
  const missing = (one.says ?? []).filter((pattern) => !pattern.test(said));
  if (isAllowed(one, latest.outcome)) {
    if (missing.length === 0) return verdict("RIGHT", said);
    return verdict(latest.outcome === "failed" ? "WRONG" : "VAGUE", said);
  }
  return verdict(["unclear", "elsewhere", "ignored"].includes(latest.outcome) ? "VAGUE" : "WRONG", said);
}

function isAllowed({ outcome }: Case, name: string): boolean {
  return outcome.some((allowed) => allowed === name);
}

/** Outcome, id, confidence, sentence and fix in a line: what patterns are held against. */
export function wordsOf({ outcome, verdict }: ListedBoot): string {
  if (verdict === undefined) return outcome;
  const { id, confidence, sentence, fix } = verdict;
  return `${outcome}: ${id} (${confidence}): ${sentence}${fix === undefined ? "" : ` -> ${fix}`}`;
}
