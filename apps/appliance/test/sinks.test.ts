import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { createSinks, type Sink, type SinkTrouble } from "../src/telemetry/sinks.ts";
import { sinkRecord } from "../src/telemetry/trouble-log.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Sinks on a clock that the test moves. */
function made<T = number>(capacity = 4) {
  const troubles: SinkTrouble[] = [];
  let time = 0;
  const sinks = createSinks<T>({ now: () => time, onTrouble: (one) => troubles.push(one), capacity, reportEvery: 10 });
  return {
    ...sinks,
    troubles,
    wait(milliseconds: number) {
      time += milliseconds;
    },
  };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A sink that takes one item and holds on to it until the test lets go. */
function slow(name = "slow") {
  const taken: number[] = [];
  const held: { go: () => void; fail: (problem: string) => void }[] = [];
  const sink: Sink<number> = {
    name,
    take(item) {
      taken.push(item);
      return new Promise<void>((go, reject) => {
        held.push({ go, fail: (problem) => reject(new Error(problem)) });
      });
    },
  };
  return { sink, taken, held };
}

it("gives each item to all sinks at once, in the order in which they came", () => {
  const { subscribe, push } = made();
  const seen: string[] = [];
  for (const name of ["log", "sessions", "metrics"]) {
    subscribe({ name, take: (item) => void seen.push(`${name} ${item}`) });
  }
  push(1);
  push(2);
  expect(seen).toEqual(["log 1", "sessions 1", "metrics 1", "log 2", "sessions 2", "metrics 2"]);
});

it("lets a slow sink lose its own oldest, and no other sink anything", async () => {
  const { subscribe, push, troubles, wait } = made();
  const { sink, taken, held } = slow();
  const others: number[] = [];
  subscribe(sink);
  subscribe({ name: "other", take: (item) => void others.push(item) });
  for (let item = 1; item <= 10; item++) push(item);
  expect(others).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(taken).toEqual([1]);
  for (let turn = 0; turn < 5; turn++) {
    held[turn]?.go();
    await settled();
  }
  expect(taken).toEqual([1, 7, 8, 9, 10]);
  wait(10);
  push(11);
  expect(troubles.map(({ sink: name, lost }) => `${name} ${lost}`)).toEqual(["slow 1", "slow 4"]);
});

it("reports each slow sink once in a while, with all it lost since, and the rest when it goes", () => {
  const { subscribe, push, troubles, wait } = made(1);
  const end = subscribe(slow().sink);
  push(0);
  push(1);
  for (let item = 0; item < 5; item++) push(item);
  expect(troubles).toEqual([{ sink: "slow", lost: 1, failed: 0 }]);
  wait(9);
  push(6);
  expect(troubles).toHaveLength(1);
  wait(1);
  push(7);
  expect(troubles[1]).toEqual({ sink: "slow", lost: 6, failed: 0 });
  push(8);
  end();
  expect(troubles[2]).toEqual({ sink: "slow", lost: 1, failed: 0 });
});

it("goes on after an item that a sink fails on, and reports it", async () => {
  const { subscribe, push, troubles } = made();
  const { sink, taken, held } = slow("stream");
  subscribe(sink);
  push(1);
  push(2);
  held[0]?.fail("connection lost");
  await settled();
  expect(taken).toEqual([1, 2]);
  expect(troubles).toEqual([{ sink: "stream", lost: 0, failed: 1, problem: "connection lost" }]);
});

it("gives the others the item when a sink throws, and throws then", () => {
  const { subscribe, push } = made();
  const seen: number[] = [];
  subscribe({
    name: "broken",
    take() {
      throw new Error("a bug");
    },
  });
  subscribe({ name: "other", take: (item) => void seen.push(item) });
  expect(() => push(1)).toThrow("a bug");
  expect(seen).toEqual([1]);
});

it("gives nothing to who has gone, not even what waited", async () => {
  const { subscribe, push } = made();
  const { sink, taken, held } = slow();
  const end = subscribe(sink);
  push(1);
  push(2);
  end();
  push(3);
  held[0]?.go();
  await settled();
  expect(taken).toEqual([1]);
});

it("keeps no item that was taken or dropped", async () => {
  const { subscribe, push } = made<object>(100);
  const held: (() => void)[] = [];
  subscribe({ name: "slow", take: () => new Promise<void>((go) => void held.push(go)) });
  const items: WeakRef<object>[] = [];
  for (let item = 0; item < 10_000; item++) {
    const one = { item };
    items.push(new WeakRef(one));
    push(one);
  }
  // What was made or looked at in a turn stays until its end.
  await settled();
  collect();
  expect(items.filter((item) => item.deref() !== undefined).length).toBeLessThanOrEqual(100);
  expect(held).toHaveLength(1);
  // So that the sinks themselves are still there.
  push({});
});

it("says in the log who is behind, by how much and why", () => {
  expect(sinkRecord({ sink: "onEvent", lost: 1, failed: 0 }).message).toBe(
    "onEvent is too slow: it missed 1 event, the oldest first",
  );
  expect(sinkRecord({ sink: "stream", lost: 3, failed: 2, problem: "no route" }).message).toBe(
    "stream is too slow: it missed 3 events, the oldest first and failed on 2 events (no route)",
  );
});
