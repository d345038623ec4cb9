import type { Clock } from "../src/clock.ts";

/** A clock that moves by hand; ticks and polls happen inside `advance`. */
export interface FakeClock extends Clock {
  /** Moves on by `ms`, 10 ms at a time. */
  advance(ms: number): void;
}

export function fakeClock(): FakeClock {
  let now = 0;
  const ticks = new Set<() => boolean>();
  const polls = new Set<{ readonly interval: number; readonly poll: () => void; next: number }>();
  return {
    now: () => now,
    wall: () => Date.UTC(2030, 0, 1) + now,
    run(tick) {
      ticks.add(tick);
    },
    every(interval, poll) {
      const entry = { interval, poll, next: now + interval };
      polls.add(entry);
      return () => polls.delete(entry);
    },
    advance(ms) {
      const until = now + ms;
      while (now < until) {
        now = Math.min(until, now + 10);
        for (const tick of [...ticks]) if (!tick()) ticks.delete(tick);
        for (const entry of [...polls]) {
          if (now < entry.next) continue;
          entry.next = now + entry.interval;
          entry.poll();
        }
      }
    },
  };
}
