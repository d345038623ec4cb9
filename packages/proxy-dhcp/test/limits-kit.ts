import { createLimiter, defaultLimits, type Limits } from "../src/core/limits.ts";

/** None of these is ever reached. */
export const loose: Limits = {
  mac: { replies: 1e6, seconds: 1 },
  source: { replies: 1e6, seconds: 1 },
  transaction: { replies: 1e6, seconds: 1 },
  global: { replies: 1e6, seconds: 1 },
  known: { replies: 1e6, seconds: 1 },
  again: { replies: 1e6, seconds: 1 },
  work: 1e6,
  maxKeys: 4096,
};

/** How many of `count` takes at one moment get through. */
export function through(
  limiter: ReturnType<typeof createLimiter>,
  subject: object,
  now: number,
  count: number,
): number {
  return Array.from({ length: count }, () => limiter.take(subject, now)).filter(({ ok }) => ok).length;
}

/** What is for all is less than what comes. */
export const narrow: Limits = { ...defaultLimits, global: { replies: 1000, seconds: 1 } };
export const none = { replies: 0, seconds: 1 };
/**
 * Others have taken more than half of what is for all: there is plenty left for who is within his own limits, nothing for
 * anybody beyond them, and nothing for who asks again.
 */
export function busyLimiter(limits: Partial<Limits> = {}, now = 0) {
  const limiter = createLimiter({
    ...defaultLimits,
    ...limits,
    again: none,
    global: { replies: 1, seconds: 1e9, burst: 2e6 },
  });
  limiter.take({ replies: 1_000_001 }, now);
  return limiter;
}

/** One reply for each name. */
export const namesOnly = { mac: { replies: 1, seconds: 1000 }, source: { replies: 1, seconds: 1000 } };
