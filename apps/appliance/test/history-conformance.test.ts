import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { BootQuery, HistoryStore } from "../src/history/history-store.ts";
import { memoryStore } from "../src/history/memory-store.ts";
import { openSqliteStore } from "../src/history/sqlite-store.ts";
import { writeBehind } from "../src/history/write-behind.ts";
import { summaryOf } from "../src/sessions/summary.ts";
import { sampleBoot, sampleStart } from "./helpers/sample-boot.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function sqlite(maxBoots: number): HistoryStore {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-store-"));
  folders.push(folder);
  const opened = openSqliteStore(join(folder, "x.db"), { maxBoots, maxBytes: 1e9 });
  if (!opened.ok) throw new Error(opened.problem);
  return opened.store;
}

const quiet = { onNews: () => undefined };

/** What every store must do. A new one is one more row. */
const stores: readonly (readonly [string, (maxBoots: number) => HistoryStore])[] = [
  ["memory", memoryStore],
  ["SQLite", sqlite],
  ["memory behind a queue", (maxBoots) => writeBehind(memoryStore(maxBoots), quiet)],
  ["SQLite behind a queue", (maxBoots) => writeBehind(sqlite(maxBoots), quiet)],
];

describe.each(stores)("%s", (_, open) => {
  const ids = async (store: HistoryStore, query: Partial<BootQuery> = {}) =>
    (await store.list({ limit: 100, ...query })).map(({ id }) => id);

  test("gives back what it took, whole and as a summary", async () => {
    const store = open(10);
    const boot = sampleBoot({ id: "a", outcome: "failed", padding: 10 });
    await store.record([boot]);
    await store.flush();
    expect(await store.get("a")).toStrictEqual(boot);
    expect(await store.list({ limit: 1 })).toStrictEqual([summaryOf(boot)]);
    expect(await store.get("b")).toBeUndefined();
    expect(await store.state()).toHaveProperty("writable");
    await store.close();
  });

  test("shows what was recorded without a flush as well", async () => {
    const store = open(10);
    await store.record([sampleBoot({ id: "a" })]);
    expect(await ids(store)).toEqual(["a"]);
    expect((await store.get("a"))?.id).toBe("a");
    await store.close();
  });

  test("replaces an earlier state of the same boot, whatever the order of their times", async () => {
    const store = open(10);
    await store.record([sampleBoot({ id: "a", startedAt: 5 }), sampleBoot({ id: "b", startedAt: 9 })]);
    await store.flush();
    await store.record([sampleBoot({ id: "a", startedAt: 5, outcome: "failed" })]);
    expect(await ids(store)).toEqual(["b", "a"]);
    await store.flush();
    expect(await ids(store)).toEqual(["b", "a"]);
    expect((await store.list({ limit: 9 }))[1]?.outcome).toBe("failed");
    await store.close();
  });

  test("answers queries by client, outcome and time, newest first, up to the limit", async () => {
    const store = open(10);
    await store.record([
      sampleBoot({ id: "a", startedAt: 1000, outcome: "failed" }),
      sampleBoot({ id: "b", startedAt: 2000, mac: "00:00:00:00:00:01" }),
    ]);
    await store.flush();
    await store.record([sampleBoot({ id: "d", startedAt: 3000 }), sampleBoot({ id: "c", startedAt: 3000 })]);
    expect(await ids(store)).toEqual(["d", "c", "b", "a"]);
    expect(await ids(store, { client: "52:54:00:12:34:56" })).toEqual(["d", "c", "a"]);
    expect(await ids(store, { outcome: "failed" })).toEqual(["a"]);
    expect(await ids(store, { before: sampleStart + 3000 })).toEqual(["b", "a"]);
    expect(await ids(store, { client: "52:54:00:12:34:56", limit: 2 })).toEqual(["d", "c"]);
    await store.close();
  });

  test("keeps the newest when there are too many", async () => {
    const store = open(3);
    for (const number of [4, 5, 1, 2, 3]) {
      await store.record([sampleBoot({ id: `boot-${number}`, startedAt: number })]);
      await store.flush();
    }
    expect(await ids(store)).toEqual(["boot-5", "boot-4", "boot-3"]);
    await store.close();
  });
});
