import type { Boot } from "./boot.ts";
import type { Conclusion } from "./verdicts/verdict.ts";

/** A boot as it is kept: every boot is one. Its verdicts are what was said, without what they were drawn from. */
export interface Session extends Omit<Boot, "verdicts" | "attemptFrom" | "earlier" | "reported"> {
  readonly verdicts: readonly Conclusion[];
}
