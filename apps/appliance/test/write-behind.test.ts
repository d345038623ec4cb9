import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { HistoryStore } from "../src/history/history-store.ts";
import { memoryStore } from "../src/history/memory-store.ts";
import { type WritingNews, writeBehind } from "../src/history/write-behind.ts";
import type { Session } from "../src/sessions/session.ts";
import { sampleBoot } from "./helpers/sample-boot.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const boots = (from: number, to: number): Session[] =>
  Array.from({ length: to - from + 1 }, (_, index) =>
    sampleBoot({ id: `boot-${from + index}`, startedAt: (from + index) * 1000 }),
  );
const ids = async (history: HistoryStore, limit = 1000) => (await history.list({ limit })).map(({ id }) => id);

/** A store whose writes the test lets end, or fail. */
function slowStore() {
  const inner = memoryStore(1000);
  const written: string[] = [];
  const waiting: { go: () => void; fail: (problem: string) => void }[] = [];
  const store: HistoryStore = {
    ...inner,
    async record(sessions) {
      await new Promise<void>((go, reject) => {
        waiting.push({ go, fail: (problem) => reject(new Error(problem)) });
      });
      written.push(...sessions.map(({ id }) => id));
      await inner.record(sessions);
    },
  };
  return { store, written, waiting };
}

function behind(store: HistoryStore) {
  const news: WritingNews[] = [];
  const history = writeBehind(store, { onNews: (one) => news.push(one), mostWaiting: 256, patience: 5000 });
  return { history, news };
}

describe("a slow store", () => {
  test("makes nobody wait: boots are listed and found while their write is under way", async () => {
    const { store, waiting } = slowStore();
    const { history } = behind(store);
    await history.record(boots(1, 2));
    const flushed = history.flush();
    await history.record(boots(3, 3));
    expect(await ids(history)).toEqual(["boot-3", "boot-2", "boot-1"]);
    expect((await history.get("boot-1"))?.id).toBe("boot-1");
    waiting[0]?.go();
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    waiting[1]?.go();
    await flushed;
    expect(await ids(history)).toEqual(["boot-3", "boot-2", "boot-1"]);
  });

  test("gets one write at a time, in order, and a flush ends with the last of them", async () => {
    const { store, waiting, written } = slowStore();
    const { history, news } = behind(store);
    await history.record(boots(1, 2));
    void history.flush();
    await history.record(boots(3, 4));
    const flushed = history.flush();
    expect(waiting).toHaveLength(1);
    waiting[0]?.go();
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    waiting[1]?.go();
    await flushed;
    expect(written).toEqual(["boot-1", "boot-2", "boot-3", "boot-4"]);
    expect(news).toEqual([]);
  });

  test("is reported once when it does not answer, without a second write beside the first, and when it does again", async () => {
    const { store, waiting, written } = slowStore();
    const { history, news } = behind(store);
    await history.record(boots(1, 1));
    const flushed = history.flush();
    await vi.advanceTimersByTimeAsync(5000);
    await flushed;
    void history.flush();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(news).toEqual([{ type: "write-failed", problem: "no reply within 5 s" }]);
    expect(await history.state()).toMatchObject({ writable: false, problem: "no reply within 5 s" });
    expect(waiting).toHaveLength(1);
    waiting[0]?.go();
    await history.flush();
    expect(written).toEqual(["boot-1"]);
    expect(news[1]).toEqual({ type: "writable-again" });
  });

  test("does not keep the process from ending; what is lost by that is counted", async () => {
    const { store } = slowStore();
    const { history, news } = behind({ ...store, close: () => new Promise(() => undefined) });
    await history.record(boots(1, 3));
    const closed = history.close();
    await vi.advanceTimersByTimeAsync(10_000);
    await closed;
    expect(news).toEqual([
      { type: "write-failed", problem: "no reply within 5 s" },
      { type: "lost", boots: 3 },
    ]);
  });

  test("that does not answer readers takes the past away, not the present", async () => {
    const never = () => new Promise<never>(() => undefined);
    const { history } = behind({ ...memoryStore(10), list: never, get: never });
    await history.record(boots(1, 1));
    const listed = ids(history);
    await vi.advanceTimersByTimeAsync(5000);
    expect(await listed).toEqual(["boot-1"]);
  });
});

describe("a store that fails", () => {
  test("is reported once; boots wait in memory, are written in order when there is room, and those lost are counted", async () => {
    let full = true;
    const written: string[] = [];
    const inner = memoryStore(1000);
    const { history, news } = behind({
      ...inner,
      async record(sessions) {
        if (full) throw new Error("database or disk is full");
        written.push(...sessions.map(({ id }) => id));
        await inner.record(sessions);
      },
    });
    for (const boot of boots(1, 300)) {
      await history.record([boot]);
      await history.flush();
    }
    expect(news).toEqual([{ type: "write-failed", problem: "database or disk is full" }]);
    expect(await history.state()).toEqual({ writable: false, problem: "database or disk is full" });
    expect(await ids(history, 2)).toEqual(["boot-300", "boot-299"]);
    expect(await history.get("boot-300")).toBeDefined();
    full = false;
    await history.flush();
    expect(news.slice(1)).toEqual([{ type: "writable-again" }, { type: "lost", boots: 44 }]);
    expect(written).toEqual(boots(45, 300).map(({ id }) => id));
    expect(await ids(history, 2)).toEqual(["boot-300", "boot-299"]);
    await history.close();
  });

  test("while newer boots came: the newer state of a boot is the one that is written", async () => {
    const { store, waiting } = slowStore();
    const { history } = behind(store);
    await history.record([sampleBoot({ id: "a" }), sampleBoot({ id: "b" })]);
    const first = history.flush();
    await history.record([sampleBoot({ id: "a", outcome: "failed" })]);
    waiting[0]?.fail("disk I/O error");
    await first;
    const second = history.flush();
    waiting[1]?.go();
    await second;
    expect((await history.list({ limit: 9 })).map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
      "b booted",
      "a failed",
    ]);
  });

  test("when it is read takes the past away and nothing else", async () => {
    const fail = () => Promise.reject(new Error("disk I/O error"));
    const { history, news } = behind({ ...memoryStore(1), list: fail, get: fail });
    await history.record([sampleBoot({ id: "fresh" })]);
    expect(await ids(history)).toEqual(["fresh"]);
    expect(await history.get("old")).toBeUndefined();
    expect(news).toEqual([{ type: "write-failed", problem: "disk I/O error" }]);
  });

  test("by a bug, with a throw instead of a rejection, is a store that fails", async () => {
    const { history, news } = behind({
      ...memoryStore(1),
      record() {
        throw new Error("not connected");
      },
    });
    await history.record(boots(1, 1));
    await history.flush();
    await history.flush();
    expect(news).toEqual([{ type: "write-failed", problem: "not connected" }]);
  });
});

test("a burst that memory has no room for is written before its turn, so that a store that works loses none", async () => {
  const inner = memoryStore(5000);
  const { history, news } = behind(inner);
  for (const boot of boots(1, 2000)) await history.record([boot]);
  await history.flush();
  expect(await inner.list({ limit: 5000 })).toHaveLength(2000);
  expect(news).toEqual([]);
});
