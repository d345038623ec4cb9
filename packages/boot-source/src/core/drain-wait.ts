/** The wait of a stop that drains. */
export interface DrainWait {
  /** Resolves when `idle` does, after `timeout` ms (`Infinity`: no limit), or when {@link within} ends it. */
  until(idle: Promise<unknown>, timeout: number): Promise<void>;
  /** Ends a wait under way after `ms` milliseconds at the latest; 0: now. */
  within(ms: number): void;
}

/** @param after calls `work` once, in `ms` milliseconds. @returns a function that prevents it */
export function drainWait(after: (ms: number, work: () => void) => () => void): DrainWait {
  let within: (ms: number) => void = () => {};
  return {
    async until(idle, timeout) {
      const cancels: (() => void)[] = [];
      await new Promise<void>((resolve) => {
        within = (ms) => {
          if (ms === 0) resolve();
          else if (ms !== Infinity) cancels.push(after(ms, resolve));
        };
        within(timeout);
        void idle.then(() => resolve());
      });
      within = () => {};
      for (const cancel of cancels) cancel();
    },
    within: (ms) => within(ms),
  };
}
