import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type HistoryNews, openHistory } from "../src/history/history.ts";
import type { HistoryStore } from "../src/history/history-store.ts";
import { openSqliteStore } from "../src/history/sqlite-store.ts";
import { sampleBoot } from "./helpers/sample-boot.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "bootlace-history-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

async function openHere(maxBoots = 100, more: Partial<Parameters<typeof openHistory>[0]> = {}) {
  const news: HistoryNews[] = [];
  const history = await openHistory({ directory, maxBoots, onNews: (one) => news.push(one), ...more });
  return { history, news };
}

async function fill(history: HistoryStore, from: number, to: number): Promise<void> {
  for (let number = from; number <= to; number++) {
    await history.record([sampleBoot({ id: `boot-${number}`, startedAt: number * 1000 })]);
    await history.flush();
  }
}

const ids = async (history: HistoryStore, limit = 1000) => (await history.list({ limit })).map(({ id }) => id);

test("boots survive a restart, newest first, and a newer state replaces the older", async () => {
  const { history, news } = await openHere();
  await fill(history, 1, 3);
  await history.record([sampleBoot({ id: "boot-2", startedAt: 2000, outcome: "failed" })]);
  await history.close();
  const again = await openHere();
  expect(await ids(again.history)).toEqual(["boot-3", "boot-2", "boot-1"]);
  const kept = await again.history.get("boot-2");
  expect(kept).toStrictEqual(sampleBoot({ id: "boot-2", startedAt: 2000, outcome: "failed" }));
  expect(await again.history.get("boot-9")).toBeUndefined();
  expect(await again.history.state()).toEqual({ directory, writable: true });
  await again.history.close();
  expect([...news, ...again.news]).toEqual([]);
});

describe("bounds", () => {
  test("as many boots as wanted stay, the newest", async () => {
    const { history } = await openHere(5);
    await fill(history, 1, 20);
    expect(await ids(history)).toEqual(["boot-20", "boot-19", "boot-18", "boot-17", "boot-16"]);
    await history.close();
  });
  test("and as many bytes", async () => {
    const opened = openSqliteStore(join(directory, "x.db"), { maxBoots: 100, maxBytes: 12_000 });
    if (!opened.ok) throw new Error(opened.problem);
    for (let number = 1; number <= 9; number++) {
      await opened.store.record([sampleBoot({ id: `boot-${number}`, startedAt: number, padding: 3000 })]);
    }
    expect(await ids(opened.store, 9)).toEqual(["boot-9", "boot-8", "boot-7"]);
    await opened.store.close();
  });
});

test("killed in the middle of writing: what was written is there, whole, and writing goes on", async () => {
  const script = fileURLToPath(new URL("helpers/history-writer.ts", import.meta.url));
  for (const after of [1, 40, 333]) {
    rmSync(directory, { recursive: true });
    const writer = spawn(process.execPath, [script, directory], { stdio: ["ignore", "pipe", "inherit"] });
    let last = 0;
    for await (const line of createInterface({ input: writer.stdout })) {
      last = Number(line.slice("boot-".length));
      if (last === after) writer.kill("SIGKILL");
    }
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, "exit");
    expect(writer.signalCode).toBe("SIGKILL");

    const { history, news } = await openHere(100_000);
    const kept = new Set(await ids(history, 100_000));
    const lost = Array.from({ length: last }, (_, index) => `boot-${index + 1}`).filter((id) => !kept.has(id));
    expect(lost).toEqual([]);
    for (const id of kept) {
      expect((await history.get(id))?.steps[0]).toMatchObject({ kind: "discover", vendorClass: "x".repeat(3000) });
    }
    await fill(history, 50_000, 50_001);
    expect(await ids(history, 2)).toEqual(["boot-50001", "boot-50000"]);
    await history.close();
    expect(news).toEqual([]);
  }
}, 60_000);

test("a write that does not fit the disk changes nothing, and what is there stays readable", async () => {
  const opened = openSqliteStore(join(directory, "x.db"), { maxBoots: 100, maxBytes: 1e9, maxPages: 30 });
  if (!opened.ok) throw new Error(opened.problem);
  const { store } = opened;
  await store.record([sampleBoot({ id: "small" })]);
  const large = [1, 2, 3].map((number) => sampleBoot({ id: `large-${number}`, padding: 60_000 }));
  await expect(store.record(large)).rejects.toThrow(/full/);
  await expect(store.record(large)).rejects.toThrow(/full/);
  expect(await ids(store, 9)).toEqual(["small"]);
  await store.record([sampleBoot({ id: "second", startedAt: 1 })]);
  expect(await ids(store, 9)).toEqual(["second", "small"]);
  await store.close();
});

describe("a state folder that is not as it should be", () => {
  const sqlite = process.getBuiltinModule("node:sqlite");
  const database = (sql: string, name = "boots.db") => {
    const made = new sqlite.DatabaseSync(join(directory, name));
    made.exec(sql);
    made.close();
  };

  test("a file that is no history is put aside", async () => {
    writeFileSync(join(directory, "boots.db"), "this is no database, and long enough to look like one".repeat(50));
    const { history, news } = await openHere();
    await fill(history, 1, 1);
    expect(await ids(history)).toEqual(["boot-1"]);
    expect(news).toEqual([{ type: "damaged", movedTo: "boots.db.damaged" }]);
    await history.close();
    expect(readdirSync(directory).sort()).toEqual(["boots.db", "boots.db.damaged"]);
  });
  test("so is a database of another kind", async () => {
    database("create table addresses (name text)");
    const { news, history } = await openHere();
    expect(news).toEqual([{ type: "damaged", movedTo: "boots.db.damaged" }]);
    await history.close();
  });
  test("nothing that was put aside is overwritten", async () => {
    for (const movedTo of ["boots.db.damaged", "boots.db.damaged.2", "boots.db.damaged.3"]) {
      writeFileSync(join(directory, "boots.db"), `${movedTo} `.repeat(100));
      const { history, news } = await openHere();
      expect(news).toEqual([{ type: "damaged", movedTo }]);
      await history.close();
      rmSync(join(directory, "boots.db"));
    }
    for (const name of ["boots.db.damaged", "boots.db.damaged.2"]) {
      expect(readFileSync(join(directory, name), "latin1")).toBe(`${name} `.repeat(100));
    }
  });
  test("a history of a newer version is left untouched, and history lives in memory", async () => {
    database(
      "pragma journal_mode = wal; create table future (a); insert into future values (1); pragma user_version = 99",
    );
    const before = readFileSync(join(directory, "boots.db"));
    chmodSync(join(directory, "boots.db"), 0o640);
    const { news, history } = await openHere();
    await fill(history, 1, 2);
    expect(await ids(history)).toEqual(["boot-2", "boot-1"]);
    const problem = "it is from a newer Bootlace: format 99, and this one reads up to 3";
    expect(news).toEqual([{ type: "newer", version: 99, problem }]);
    expect(await history.state()).toMatchObject({ directory, writable: false, problem });
    await history.close();
    expect(readdirSync(directory)).toEqual(["boots.db"]);
    expect(readFileSync(join(directory, "boots.db")).equals(before)).toBe(true);
    expect(statSync(join(directory, "boots.db")).mode & 0o777).toBe(0o640);
  });
  test.each([
    ["null", "null"],
    ["a number", "5"],
    ["no JSON", "{"],
    ["an empty object", "{}"],
    ["no fields", '{"schema":2}'],
    ["a list", "[]"],
    [
      "a verdict that is null",
      '{"schema":2,"id":"a","key":"k","startedAt":1,"lastAt":1,"ended":true,"bytes":0,"outcome":"failed","verdict":null}',
    ],
    [
      "a time of no clock",
      '{"schema":2,"id":"a","key":"k","startedAt":1e300,"lastAt":1,"ended":true,"bytes":0,"outcome":"failed"}',
    ],
  ])("a row whose summary is %s is left out and counted, and keeps nobody from starting", async (_name, text) => {
    const first = await openHere();
    await fill(first.history, 1, 2);
    await first.history.close();
    const made = new sqlite.DatabaseSync(join(directory, "boots.db"));
    made.prepare("update session set summary = ?, session = ? where id = 'boot-1'").run(text, text);
    made.close();
    const { news, history } = await openHere();
    expect(news).toEqual([{ type: "unreadable", rows: 1 }]);
    expect(await ids(history)).toEqual(["boot-2"]);
    expect(await history.get("boot-1")).toBeUndefined();
    await fill(history, 3, 3);
    expect(await ids(history)).toEqual(["boot-3", "boot-2"]);
    await history.close();
  });
  test("a table of a strange shape is renamed or reported, and does not prevent the start", async () => {
    database("create table session (id, summary); insert into session values (null, null); pragma user_version = 3");
    const { news, history } = await openHere();
    expect(news).toHaveLength(1);
    await fill(history, 1, 1);
    expect(await ids(history)).toEqual(["boot-1"]);
    await history.close();
  });
  test("a lock of somebody else holds nobody up: boots wait in memory", async () => {
    const { history, news } = await openHere();
    const other = new sqlite.DatabaseSync(join(directory, "boots.db"));
    other.exec("begin immediate");
    const began = performance.now();
    for (let number = 1; number <= 3; number++) await fill(history, number, number);
    expect(performance.now() - began).toBeLessThan(1000);
    expect(await ids(history)).toEqual(["boot-3", "boot-2", "boot-1"]);
    other.exec("rollback");
    other.close();
    await history.flush();
    expect(news).toEqual([{ type: "write-failed", problem: "database is locked" }, { type: "writable-again" }]);
    await history.close();
  });
  test("a folder that cannot be made is reported, and history lives in memory", async () => {
    writeFileSync(join(directory, "file"), "");
    const { history, news } = await openHere(10, { directory: join(directory, "file", "state") });
    await fill(history, 1, 2);
    expect(await ids(history)).toEqual(["boot-2", "boot-1"]);
    expect(news).toEqual([{ type: "unavailable", problem: expect.stringContaining("ENOTDIR") }]);
    expect(await history.state()).toMatchObject({ writable: false, problem: expect.stringContaining("ENOTDIR") });
    await history.close();
  });
  test("a store that rejects when it is opened is replaced by memory as well", async () => {
    const { history, news } = await openHere(10, { open: () => Promise.reject(new Error("no such stream")) });
    await fill(history, 1, 1);
    expect(await ids(history)).toEqual(["boot-1"]);
    expect(news).toEqual([{ type: "unavailable", problem: "no such stream" }]);
  });
});
