import type { Boot } from "./boot.ts";
import { primaryOf, sameVerdict, type Verdict } from "./verdicts/verdict.ts";

/** A boot that went a step further. */
export interface BootChange {
  readonly boot: Boot;
  /** What the boot came to, when that is new or another than before. */
  readonly verdict?: Verdict;
  /** What was reported before, where the new verdict says otherwise. */
  readonly corrects?: Verdict;
}

/** The same boot with what is to be reported of it, where that is not what was reported last. */
export function withReported(boot: Boot): Boot {
  const primary = primaryOf(boot.verdicts);
  return primary === undefined || sameVerdict(primary, boot.reported) ? boot : { ...boot, reported: primary };
}

/** @param before the boot before its verdict was reported */
export function reportedOf(boot: Boot, { reported: before }: Boot): BootChange {
  const verdict = boot.reported;
  if (verdict === undefined) return { boot };
  const another = before !== undefined && before.severity !== verdict.severity;
  return { boot, verdict, ...(another ? { corrects: before } : {}) };
}
