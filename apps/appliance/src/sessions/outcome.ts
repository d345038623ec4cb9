import { stepsOf } from "./boot.ts";
import type { Session } from "./session.ts";
import { primaryOf } from "./verdicts/verdict.ts";

/** How a boot ended, in one word. */
export const outcomes = ["running", "booted", "failed", "checked", "unclear", "ignored", "elsewhere"] as const;
export type Outcome = (typeof outcomes)[number];

export function outcomeOf(boot: Session): Outcome {
  const primary = primaryOf(boot.verdicts);
  if (primary?.severity === "success") return "booted";
  // A second proxy with nothing else wrong is what kept the client away.
  if (primary?.severity === "failure" || primary?.severity === "warning") return "failed";
  if (primary?.id === "checked") return "checked";
  if (primary?.id === "unanswered") return "ignored";
  if (primary !== undefined && stepsOf(boot, "offer").some(({ elsewhere }) => elsewhere)) return "elsewhere";
  return boot.ended || primary !== undefined ? "unclear" : "running";
}
