import type { Boot } from "./boot.ts";
import { type Conclusion, conclusionOf } from "./verdicts/verdict.ts";

/** What a boot has only as long as it goes on. */
type Passing = "attemptFrom" | "earlier" | "reported";

/** A boot as it is kept: every boot is one. Its verdicts are what was said, without what they were drawn from. */
export interface Session extends Omit<Boot, "verdicts" | Passing> {
  readonly verdicts: readonly Conclusion[];
}

export function sessionOf(boot: Session & Partial<Pick<Boot, Passing>>): Session {
  const { attemptFrom: _attemptFrom, earlier: _earlier, reported: _reported, ...kept } = boot;
  return { ...kept, verdicts: kept.verdicts.map(conclusionOf) };
}
