import { performance } from "node:perf_hooks";

/** Time as the shells see it. Tests bring their own. */
export interface Clock {
  /** Milliseconds that only grow. */
  now(): number;
  /** Unix time in milliseconds. */
  wall(): number;
  /** Calls `tick` every 10 ms until it returns false. */
  run(tick: () => boolean): void;
  /** Calls `poll` every `interval` ms, without keeping the process alive. @returns a function that ends it */
  every(interval: number, poll: () => void): () => void;
}

const tickInterval = 10;

export function systemClock(): Clock {
  return {
    now: () => performance.now(),
    wall: () => Date.now(),
    run(tick) {
      // Timers come before sockets in the event loop: after a pause an ACK that has long arrived would be read after its
      // timer had expired. So let the sockets go first.
      const timer = setInterval(() => {
        setImmediate(() => {
          if (!tick()) clearInterval(timer);
        });
      }, tickInterval);
    },
    every(interval, poll) {
      const timer = setInterval(poll, interval);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}
