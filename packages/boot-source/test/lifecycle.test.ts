import { expect, test } from "vitest";
import { lifecycle } from "../src/core/lifecycle.ts";

/** Steps that write down what is done, and wait where a test holds them. */
function recorded(hooks: { open?: () => Promise<void>; close?: () => Promise<void> } = {}) {
  const log: string[] = [];
  const server = lifecycle({
    async open() {
      log.push("open");
      await hooks.open?.();
    },
    async close({ drain, timeout }) {
      log.push(`close ${drain} ${timeout}`);
      await hooks.close?.();
    },
    hurry: (within) => log.push(`hurry ${within}`),
  });
  return { log, server };
}

function held(): { promise: Promise<void>; release: () => void } {
  let release = () => {};
  const promise = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { promise, release };
}

test("a start while it runs does nothing, and neither does a stop while it does not", async () => {
  const { log, server } = recorded();
  await server.stop();
  await Promise.all([server.start(), server.start()]);
  await server.start();
  expect(server.running).toBe(true);
  await Promise.all([server.stop(), server.stop()]);
  await server.stop({ drain: true });
  expect(log).toEqual(["open", "close false 0"]);
  expect(server.running).toBe(false);
});

test("it starts again after a stop, and a start waits for the stop under way", async () => {
  const { log, server } = recorded();
  await server.start();
  const stopped = server.stop({ drain: true, timeout: 5 });
  await server.start();
  await stopped;
  expect(log).toEqual(["open", "close true 5", "open"]);
  expect(server.running).toBe(true);
});

test("a start that fails rejects, and a stop and a start after it are safe", async () => {
  let fails = true;
  const { log, server } = recorded({ open: () => (fails ? Promise.reject(new Error("taken")) : Promise.resolve()) });
  await expect(server.start()).rejects.toThrow("taken");
  expect(server.running).toBe(false);
  await server.stop();
  fails = false;
  await server.start();
  expect(log).toEqual(["open", "open"]);
});

test("a stop in the middle of a start comes after it", async () => {
  const gate = held();
  const { log, server } = recorded({ open: () => gate.promise });
  const started = server.start();
  const stopped = server.stop();
  gate.release();
  await Promise.all([started, stopped]);
  expect(log).toEqual(["open", "close false 0"]);
});

test("a stop without drain ends a drain", async () => {
  const gate = held();
  const { log, server } = recorded({ close: () => gate.promise });
  await server.start();
  const draining = server.stop({ drain: true });
  await Promise.resolve();
  const again = server.stop({ drain: true });
  const now = server.stop();
  gate.release();
  await Promise.all([draining, again, now]);
  expect(log).toEqual(["open", "close true 30000", "hurry 30000", "hurry 0"]);
});

test("a shorter drain shortens one under way, and one that has not begun", async () => {
  const gate = held();
  const { log, server } = recorded({ close: () => gate.promise });
  await server.start();
  const draining = server.stop({ drain: true, timeout: Infinity });
  await Promise.resolve();
  const shorter = server.stop({ drain: true, timeout: 200 });
  expect(server.stopping).toBe(true);
  gate.release();
  await Promise.all([draining, shorter]);
  expect(server.stopping).toBe(false);
  await server.start();
  await Promise.all([server.stop({ drain: true, timeout: Infinity }), server.stop({ drain: true, timeout: 300 })]);
  expect(log).toEqual(["open", "close true Infinity", "hurry 200", "open", "close true 300"]);
});

test("a stop without drain ends one with drain that has not begun", async () => {
  const { log, server } = recorded();
  await server.start();
  await Promise.all([server.stop({ drain: true }), server.stop()]);
  expect(log).toEqual(["open", "close false 0"]);
  await server.start();
  await server.stop({ drain: true });
  expect(log.slice(2)).toEqual(["open", "close true 30000"]);
});

test("aborted before the start: its reason, and nothing is opened", async () => {
  const { log, server } = recorded();
  const reason = new Error("not today");
  await expect(server.start({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(log).toEqual([]);
});

test("aborted during the start: its reason, and all is closed", async () => {
  const abort = new AbortController();
  const { log, server } = recorded({ open: async () => abort.abort(new Error("changed my mind")) });
  await expect(server.start({ signal: abort.signal })).rejects.toThrow("changed my mind");
  expect(log).toEqual(["open", "close false 0"]);
  expect(server.running).toBe(false);
});

test("aborted while it runs: it stops, and a signal of an earlier run is forgotten", async () => {
  const { log, server } = recorded();
  const first = new AbortController();
  await server.start({ signal: first.signal });
  await server.stop();
  const second = new AbortController();
  await server.start({ signal: second.signal });
  first.abort();
  expect(server.running).toBe(true);
  second.abort();
  await server.stop();
  expect(log).toEqual(["open", "close false 0", "open", "close false 0"]);
});
