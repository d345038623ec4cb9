import { stepsOf } from "./boot.ts";
import type { Session } from "./session.ts";
import { primaryOf } from "./verdicts/verdict.ts";

/**
 * How a boot ended, in one word. `booted`: the operating system was seen. `delivered`: all that was asked for arrived,
 * and what comes next is not visible here.
 */
export const outcomes = [
  "running",
  "booted",
  "delivered",
  "failed",
  "checked",
  "unclear",
  "ignored",
  "elsewhere",
] as const;
export type Outcome = (typeof outcomes)[number];

export function outcomeOf(boot: Pick<Session, "verdicts" | "steps" | "ended">): Outcome {
  const primary = primaryOf(boot.verdicts);
  if (primary?.id === "booted") return "booted";
  if (primary?.id === "delivered") return "delivered";
  // A second proxy with nothing else wrong is what kept the client away.
  if (primary?.severity === "failure" || primary?.severity === "warning") return "failed";
  if (primary?.id === "checked") return "checked";
  if (primary?.id === "unanswered") return "ignored";
  if (primary !== undefined && stepsOf(boot, "offer").some(({ elsewhere }) => elsewhere)) return "elsewhere";
  return boot.ended || primary !== undefined ? "unclear" : "running";
}
