import type { VerdictId } from "../verdicts.ts";

/** What the words of a reason may name. Texts of the network are escaped by whoever fills them in. */
export interface ReasonFacts {
  /** The client's architecture. */
  readonly arch?: string;
  /** A file, as the client wrote it and in plain form. */
  readonly file?: string;
}

type Words = string | ((facts: ReasonFacts) => string);

/** Why something was ignored, refused or broken off: all that hangs on the code. */
export interface Reason {
  /** For people: a clause without a full stop. */
  readonly text: Words;
  /** Of the line in the log. */
  readonly level: "error" | "warn" | "info" | "debug";
  /** What a boot came to that ended so, where nothing else says more. */
  readonly verdict?: VerdictId;
  /** What to do about it, as an imperative. */
  readonly fix?: Words;
}

/** Why a request got no reply. */
export interface SilenceReason extends Reason {
  /** Whether the rules had been asked when it was decided. */
  readonly stage: "before-rules" | "after-rules";
}

export function textOf({ text }: Pick<Reason, "text">, facts: ReasonFacts = {}): string {
  return typeof text === "string" ? text : text(facts);
}

export function fixOf({ fix }: Pick<Reason, "fix">, facts: ReasonFacts = {}): string | undefined {
  return typeof fix === "function" ? fix(facts) : fix;
}

/** An architecture in a sentence, also where the client names none. */
export function archWord(arch: string | undefined): string {
  return arch ?? "this architecture";
}
