import { describe, expect, test } from "vitest";
import { createLoopShare } from "../src/admin/loop-share.ts";

/** Work that takes time on a clock that only it moves. */
function fixture(mostWaiting = 1000) {
  let time = 0;
  const timers: { time: number; work: () => void }[] = [];
  const share = createLoopShare({
    share: 0.25,
    burst: 500,
    mostAtOnce: 1,
    mostWaiting,
    now: () => time,
    later: (milliseconds, work) => timers.push({ time: time + milliseconds, work }),
  });
  const done: number[] = [];
  return {
    done,
    ask: (cost: number) =>
      share.run(async () => {
        time += cost;
        done.push(time);
      }),
    async rest(until: number) {
      for (let step = 0; step < 10_000; step++) {
        for (let turn = 0; turn < 200; turn++) await undefined;
        const timer = timers.sort((one, other) => one.time - other.time)[0];
        if (timer === undefined || timer.time > until) break;
        timers.shift();
        time = Math.max(time, timer.time);
        timer.work();
      }
      time = Math.max(time, until);
    },
  };
}

describe("work on the event loop", () => {
  test("is done at once after a rest, and then has its share of the time", async () => {
    const { ask, rest, done } = fixture();
    for (let asked = 0; asked < 200; asked++) void ask(50);
    await rest(0);
    const atOnce = done.length;
    expect(atOnce).toBeGreaterThanOrEqual(10);
    expect(atOnce).toBeLessThanOrEqual(15);
    await rest(20_000);
    // A quarter of 20 s is 100 pieces of 50 ms, and the burst.
    expect(done.length - atOnce).toBeGreaterThan(85);
    expect(done.length - atOnce).toBeLessThanOrEqual(101);
  });

  test("is not held up where it is little", async () => {
    const { ask, rest, done } = fixture();
    for (let asked = 0; asked < 20; asked++) {
      void ask(5);
      await rest(asked * 100);
    }
    expect(done).toHaveLength(20);
    expect(done.every((time, index) => time <= index * 100 + 10)).toBe(true);
  });

  test("is refused where too much waits, and later done again", async () => {
    const { ask, rest, done } = fixture(3);
    const asked = Array.from({ length: 20 }, () => ask(200));
    expect(asked.filter((one) => one === undefined).length).toBeGreaterThan(10);
    await rest(60_000);
    expect(done.length).toBe(asked.filter((one) => one !== undefined).length);
    expect(ask(1)).toBeDefined();
  });

  test("that fails is no more than work that was done", async () => {
    const share = createLoopShare({
      ...{ share: 0.25, burst: 500, mostAtOnce: 1, mostWaiting: 10 },
      now: () => 0,
      later: () => undefined,
    });
    await expect(share.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await expect(share.run(async () => "done")).resolves.toBe("done");
  });
});
