import { isoTime } from "../../api-model/views.ts";

/** Milliseconds by which the clock may be off before the start has another time: it is slewed all the time (adjtime(3)). */
const clockMoved = 1_000;

/**
 * The age of this process. A machine without a battery starts in 1970: the start gets the time it had by today's clock.
 * @param now milliseconds since 1970
 * @param steady milliseconds that never go back and never jump, whatever is done to the clock
 */
export function ageOf(now: () => number, steady: () => number) {
  const begin = steady();
  let startedAt = now();
  return () => {
    const up = steady() - begin;
    if (Math.abs(now() - up - startedAt) > clockMoved) startedAt = now() - up;
    return { startedAt: isoTime(startedAt), uptimeSeconds: up / 1000 };
  };
}
