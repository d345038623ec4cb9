import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type History, type HistoryNews, openHistory } from "../src/history/history.ts";
import { openSqliteStore } from "../src/history/sqlite-store.ts";
import { type BootStore, memoryStore } from "../src/history/store.ts";
import { sampleBoot } from "./helpers/sample-boot.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "bootlace-history-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function openHere(maxBoots = 100, more: Partial<Parameters<typeof openHistory>[0]> = {}) {
  const news: HistoryNews[] = [];
  const history = openHistory({ directory, maxBoots, onNews: (one) => news.push(one), ...more });
  return { history, news };
}

function fill(history: History, from: number, to: number, padding = 0): void {
  for (let number = from; number <= to; number++) {
    history.record(sampleBoot({ id: `boot-${number}`, startedAt: number * 1000, padding }));
    history.flush();
  }
}

const ids = (history: History, limit = 1000) => history.list({ limit }).map(({ id }) => id);

test("boots survive a restart, newest first, and a newer state replaces the older", () => {
  const { history, news } = openHere();
  fill(history, 1, 3);
  history.record(sampleBoot({ id: "boot-2", startedAt: 2000, outcome: "failed" }));
  history.close();
  const again = openHere();
  expect(ids(again.history)).toEqual(["boot-3", "boot-2", "boot-1"]);
  expect(again.history.get("boot-2")).toEqual(sampleBoot({ id: "boot-2", startedAt: 2000, outcome: "failed" }));
  expect(again.history.get("boot-9")).toBeUndefined();
  expect(again.history.state()).toEqual({ directory, writable: true });
  again.history.close();
  expect([...news, ...again.news]).toEqual([]);
});

test.each(["disk", "memory", "not yet written"])("a query by client, outcome and time, and its limit: %s", (where) => {
  const { history } = openHere(100, where === "memory" ? { directory: undefined as never } : {});
  history.record(sampleBoot({ id: "a", startedAt: 1000, outcome: "failed" }));
  history.record(sampleBoot({ id: "b", startedAt: 2000, mac: "00:00:00:00:00:01" }));
  history.record(sampleBoot({ id: "c", startedAt: 3000 }));
  if (where !== "not yet written") history.flush();
  const query = (asked: object) => history.list({ limit: 10, ...asked }).map(({ id }) => id);
  expect(query({ client: "52:54:00:12:34:56" })).toEqual(["c", "a"]);
  expect(query({ outcome: "failed" })).toEqual(["a"]);
  expect(query({ before: Date.UTC(2026, 10, 22) + 3000 })).toEqual(["b", "a"]);
  expect(query({ limit: 1 })).toEqual(["c"]);
  history.close();
});

describe("bounds", () => {
  test("as many boots as wanted stay, the newest", () => {
    const { history } = openHere(5);
    fill(history, 1, 20);
    expect(ids(history)).toEqual(["boot-20", "boot-19", "boot-18", "boot-17", "boot-16"]);
    history.close();
  });
  test("and as many octets", () => {
    const opened = openSqliteStore(join(directory, "x.db"), { maxBoots: 100, maxOctets: 11_000 });
    if (!opened.ok) throw new Error(opened.problem);
    for (let number = 1; number <= 9; number++) {
      opened.store.write([sampleBoot({ id: `boot-${number}`, startedAt: number, padding: 3000 })]);
    }
    expect(opened.store.list({ limit: 9 }).map(({ id }) => id)).toEqual(["boot-9", "boot-8", "boot-7"]);
    opened.store.close();
  });
  test("in memory as well", () => {
    const store = memoryStore(2);
    store.write([1, 2, 3].map((number) => sampleBoot({ id: `boot-${number}`, startedAt: number })));
    expect(store.list({ limit: 9 }).map(({ id }) => id)).toEqual(["boot-3", "boot-2"]);
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

    const { history, news } = openHere(100_000);
    const kept = new Set(ids(history, 100_000));
    const lost = Array.from({ length: last }, (_, index) => `boot-${index + 1}`).filter((id) => !kept.has(id));
    expect(lost).toEqual([]);
    for (const id of kept) expect(history.get(id)?.steps[0]?.details.vendorClass).toHaveLength(3000);
    fill(history, 50_000, 50_001);
    expect(ids(history, 2)).toEqual(["boot-50001", "boot-50000"]);
    history.close();
    expect(news).toEqual([]);
  }
}, 60_000);

describe("a full disk", () => {
  test("a write that does not fit changes nothing, and what is there stays readable", () => {
    const opened = openSqliteStore(join(directory, "x.db"), { maxBoots: 100, maxOctets: 1e9, maxPages: 30 });
    if (!opened.ok) throw new Error(opened.problem);
    const { store } = opened;
    store.write([sampleBoot({ id: "small" })]);
    const large = [1, 2, 3].map((number) => sampleBoot({ id: `large-${number}`, padding: 60_000 }));
    expect(() => store.write(large)).toThrow(/full/);
    expect(() => store.write(large)).toThrow(/full/);
    expect(store.list({ limit: 9 }).map(({ id }) => id)).toEqual(["small"]);
    store.write([sampleBoot({ id: "second", startedAt: 1 })]);
    expect(store.list({ limit: 9 }).map(({ id }) => id)).toEqual(["second", "small"]);
    store.close();
  });
  test("is told once; boots wait in memory, and are written when there is room", () => {
    let full = true;
    const written: string[] = [];
    const inner = memoryStore(1000);
    const store: BootStore = {
      ...inner,
      write(boots) {
        if (full) throw Object.assign(new Error("database or disk is full"), { errcode: 13 });
        written.push(...boots.map(({ id }) => id));
        inner.write(boots);
      },
    };
    const { history, news } = openHere(1000, { open: () => ({ ok: true, store, damaged: false }) });
    fill(history, 1, 300);
    expect(news).toEqual([{ type: "write-failed", problem: "database or disk is full" }]);
    expect(history.state()).toEqual({ directory, writable: false, problem: "database or disk is full" });
    expect(ids(history, 2)).toEqual(["boot-300", "boot-299"]);
    expect(history.get("boot-300")).toBeDefined();
    full = false;
    history.flush();
    expect(news[1]).toEqual({ type: "writable-again" });
    expect(written).toHaveLength(256);
    expect(history.state()).toEqual({ directory, writable: true });
    expect(ids(history, 2)).toEqual(["boot-300", "boot-299"]);
    history.close();
  });
  test("a disk that cannot be read takes the past away and nothing else", () => {
    const fail = () => {
      throw new Error("disk I/O error");
    };
    const store: BootStore = { ...memoryStore(1), list: fail, get: fail };
    const { history, news } = openHere(10, { open: () => ({ ok: true, store, damaged: false }) });
    history.record(sampleBoot({ id: "fresh" }));
    expect(ids(history)).toEqual(["fresh"]);
    expect(history.get("old")).toBeUndefined();
    expect(news).toEqual([{ type: "write-failed", problem: "disk I/O error" }]);
  });
});

describe("a state folder that is not as it should be", () => {
  test("a file that is no history is put aside", () => {
    writeFileSync(join(directory, "boots.db"), "this is no database, and long enough to look like one".repeat(50));
    const { history, news } = openHere();
    fill(history, 1, 1);
    expect(ids(history)).toEqual(["boot-1"]);
    expect(news).toEqual([{ type: "damaged" }]);
    history.close();
    expect(readdirSync(directory).sort()).toEqual(["boots.db", "boots.db.damaged"]);
  });
  test("so is a database of another kind", () => {
    const first = openSqliteStore(join(directory, "boots.db"), { maxBoots: 1, maxOctets: 1000 });
    if (!first.ok) throw new Error(first.problem);
    first.store.close();
    const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
    const database = new DatabaseSync(join(directory, "boots.db"));
    database.exec("pragma user_version = 99");
    database.close();
    const { news, history } = openHere();
    expect(news).toEqual([{ type: "damaged" }]);
    history.close();
  });
  test("a folder that cannot be made is told, and history lives in memory", () => {
    writeFileSync(join(directory, "file"), "");
    const { history, news } = openHere(10, { directory: join(directory, "file", "state") });
    fill(history, 1, 2);
    expect(ids(history)).toEqual(["boot-2", "boot-1"]);
    expect(news).toEqual([{ type: "unavailable", problem: expect.stringContaining("ENOTDIR") }]);
    expect(history.state()).toMatchObject({ writable: false, problem: expect.stringContaining("ENOTDIR") });
    history.close();
  });
});
