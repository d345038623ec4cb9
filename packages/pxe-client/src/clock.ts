import { performance } from "node:perf_hooks";

/** Time as the client sees it. Tests bring their own. */
export interface Clock {
  /** Milliseconds that only grow. */
  now(): number;
  /** Calls `ring` once, after so many milliseconds. @returns a function that cancels it */
  after(milliseconds: number, ring: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, ring) {
    const timer = setTimeout(ring, milliseconds);
    return () => clearTimeout(timer);
  },
};
