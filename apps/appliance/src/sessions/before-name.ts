import type { Boot } from "./boot.ts";
import { judge } from "./verdicts/judge.ts";
import { primaryOf, type Verdict } from "./verdicts/verdict.ts";
import type { JudgeContext } from "./verdicts/view.ts";

/** Longest gap between what a board did without a name and what it does with one. */
const within = 60_000;

/**
 * U-Boot fetches its script and what that names after a plain DHCP exchange, which says nothing of a boot. When nothing
 * came of it, it asks again as UEFI firmware: then its MAC address is known, and the fault is that of the first try.
 * @param nameless what came from the same address before
 */
export function faultBefore(boot: Boot, nameless: Boot | undefined, context: JudgeContext): Verdict | undefined {
  if (boot.firmware !== "u-boot" || boot.earlier !== undefined || nameless === undefined) return undefined;
  if (context.now - nameless.lastAt > within) return undefined;
  // A transfer that still runs was left: the board has begun anew.
  const fault = primaryOf(judge({ ...nameless, running: 0, givenUp: true }, context));
  // The steps that show it are those of the other boot.
  return fault?.severity === "failure" ? { ...fault, evidence: [] } : undefined;
}
