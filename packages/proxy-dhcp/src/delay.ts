import type { OutgoingReply } from "./core/handle.ts";

/** Runs `work` at once, or as late as the reply's plan says. The timer keeps no process alive. */
export function afterDelay({ decision }: OutgoingReply, work: () => void): void {
  const { delayMilliseconds = 0 } = decision.plan;
  if (delayMilliseconds > 0) setTimeout(work, delayMilliseconds).unref();
  else work();
}
