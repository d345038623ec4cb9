import type { OutgoingReply } from "./core/handle.ts";

/** Replies that their plan delays. */
export interface DelayedReplies {
  /** Runs `work` at once, or after the delay of the reply's plan. The timer does not keep the process alive. */
  after(reply: OutgoingReply, work: () => void): void;
  /** Resolves when no reply is waiting. */
  gone(): Promise<void>;
}

export function delayedReplies(): DelayedReplies {
  let waiting = 0;
  let over = () => {};
  return {
    after({ decision }, work) {
      const { delayMilliseconds = 0 } = decision.plan;
      if (delayMilliseconds <= 0) {
        work();
        return;
      }
      waiting++;
      setTimeout(() => {
        waiting--;
        work();
        if (waiting === 0) over();
      }, delayMilliseconds).unref();
    },
    async gone() {
      if (waiting === 0) return;
      await new Promise<void>((resolve) => {
        over = resolve;
      });
    },
  };
}
