import { type Boot, stepsOf } from "./boot.ts";
import type { Fact } from "./step.ts";
import { judge } from "./verdicts/judge.ts";
import { primaryOf } from "./verdicts/verdict.ts";
import type { JudgeContext } from "./verdicts/view.ts";

/** Longest gap between a boot option that failed and the next one. */
const within = 60_000;

/**
 * Firmware whose boot failed goes on with its next boot option, from PXE to HTTP or back: that is no new boot, and what
 * the first one failed of stays said. Undefined: it is something else.
 */
export function nextOption(boot: Boot, fact: Fact, time: number, context: JudgeContext): Boot | undefined {
  const before = stepsOf(boot, "discover").at(-1);
  if (fact.kind !== "discover" || fact.firmware === "ipxe" || before?.http === fact.http) return undefined;
  if (time - boot.lastAt > within || boot.ended || stepsOf(boot, "file").length === 0) return undefined;
  const fault = primaryOf(judge({ ...boot, running: 0, givenUp: true }, context));
  if (fault?.severity !== "failure") return undefined;
  return {
    ...boot,
    running: 0,
    attemptFrom: boot.next,
    earlier: boot.earlier ?? fault,
    offered: [],
    verdicts: [fault],
  };
}
