/** The source of time; tests have their own. */
export interface Clock {
  /** Unix time in milliseconds. */
  wall(): number;
  /** Milliseconds of a steady clock. */
  ticks(): number;
  /** Calls `tick` each `ms` milliseconds, until the returned function is called. It does not keep the process alive. */
  every(ms: number, tick: () => void): () => void;
}

export function systemClock(): Clock {
  return {
    wall: Date.now,
    ticks: () => performance.now(),
    every(ms, tick) {
      const timer = setInterval(tick, ms);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}
