import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { createBacklog } from "../src/telemetry/backlog.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** A backlog of numbers on a clock that the test moves. */
function backlog(withLater = true) {
  const done: number[] = [];
  let time = 0;
  let timers: { readonly time: number; readonly work: () => void }[] = [];
  const made = createBacklog<number>(
    (item) => done.push(item),
    () => time,
    withLater ? (milliseconds, work) => void timers.push({ time: time + milliseconds, work }) : undefined,
  );
  function pass(milliseconds: number): void {
    const end = time + milliseconds;
    for (;;) {
      const [next] = timers.toSorted((one, other) => one.time - other.time);
      if (next === undefined || next.time > end) break;
      timers = timers.filter((timer) => timer !== next);
      time = next.time;
      next.work();
    }
    time = end;
  }
  return {
    ...made,
    done,
    pass,
    push: (item: number, waits = true) => made.push(item, time, waits),
    timers: () => timers,
  };
}

it("works at once on what may not wait, unless something waits before it", () => {
  const { push, done, pass } = backlog();
  push(1, false);
  expect(done).toEqual([1]);
  push(2);
  push(3, false);
  expect(done).toEqual([1]);
  pass(10);
  expect(done).toEqual([1, 2, 3]);
});

it("does not wait for the clock when that was set back an hour", () => {
  const done: number[] = [];
  let time = 3_600_000;
  const timers: (() => void)[] = [];
  const made = createBacklog<number>(
    (item) => done.push(item),
    () => time,
    (_, work) => void timers.push(work),
  );
  made.push(1, time, true);
  time = 0;
  timers.shift()?.();
  expect(done).toEqual([1]);
});

it("works at once without timers", () => {
  const { push, done } = backlog(false);
  push(1);
  expect(done).toEqual([1]);
});

it("waits for a quiet moment, and sets no timer when nothing waits", () => {
  const { push, done, pass, timers } = backlog();
  push(1);
  pass(9);
  push(2);
  pass(5);
  expect(done).toEqual([]);
  pass(15);
  expect(done).toEqual([1, 2]);
  expect(timers()).toEqual([]);
});

it("goes on slice by slice without a pause while it is quiet", () => {
  const { push, done, pass, timers } = backlog();
  for (let item = 0; item < 1000; item++) push(item);
  pass(10);
  expect(done).toEqual(Array.from({ length: 1000 }, (_, at) => at));
  expect(timers()).toEqual([]);
});

it("keeps nothing longer than half a second in a crowd that never rests, and in order", () => {
  const { push, done, pass } = backlog();
  for (let item = 0; item < 200; item++) {
    push(item);
    pass(5);
  }
  expect(done.length).toBeGreaterThan(80);
  expect(done).toEqual(Array.from({ length: done.length }, (_, at) => at));
});

it("is bounded", () => {
  const { push, done } = backlog();
  for (let item = 0; item < 20_000; item++) push(item);
  expect(20_000 - done.length).toBeLessThanOrEqual(4096);
});

it("lets go of what is done, also in a crowd that never rests", async () => {
  const made = createBacklog<object>(
    () => {},
    () => 0,
    () => {},
  );
  const items: WeakRef<object>[] = [];
  for (let item = 0; item < 50_000; item++) {
    const one = { item };
    items.push(new WeakRef(one));
    made.push(one, 0, true);
  }
  // What was made or looked at in a turn stays until its end.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  expect(items.filter((item) => item.deref() !== undefined).length).toBeLessThanOrEqual(4096);
  // So that the backlog itself is still there.
  made.settle();
});

it("settles everything on request, what comes up meanwhile too", () => {
  const { push, settle, done, pass } = backlog();
  for (let item = 0; item < 200; item++) push(item);
  settle();
  expect(done).toHaveLength(200);
  pass(1000);
  expect(done).toHaveLength(200);
});

it("forgets no item when the work settles the backlog itself", () => {
  const done: number[] = [];
  const made = createBacklog<number>(
    (item) => {
      done.push(item);
      made.settle();
    },
    () => 0,
    () => {},
  );
  for (const item of [1, 2, 3]) made.push(item, 0, true);
  made.settle();
  expect(done).toEqual([1, 2, 3]);
});
