import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type HistoryNews, openHistory } from "../src/history/history.ts";
import type { HistoryStore } from "../src/history/history-store.ts";
import { againAfter } from "../src/history/lasting-store.ts";
import { sampleBoot } from "./helpers/sample-boot.ts";

function stateFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-lasting-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "state");
}

async function openAt(directory: string) {
  const news: string[] = [];
  const clock = { now: 0 };
  const onNews = (one: HistoryNews) => news.push(one.type);
  const history = await openHistory({ directory, maxBoots: 100, onNews, now: () => clock.now });
  return { history, news, clock };
}

async function store(history: HistoryStore, number: number): Promise<void> {
  await history.record([sampleBoot({ id: `boot-${number}`, startedAt: number * 1000 })]);
  await history.flush();
}

const ids = async (history: HistoryStore) => (await history.list({ limit: 100 })).map(({ id }) => id);

async function afterRestart(directory: string): Promise<string[]> {
  const { history } = await openAt(directory);
  const found = await ids(history);
  await history.close();
  return found;
}

test("a folder that cannot be used at the start is tried again, and the boots up to then are kept", async () => {
  const directory = stateFolder();
  writeFileSync(directory, "in the way");
  const { history, news, clock } = await openAt(directory);
  await store(history, 1);
  rmSync(directory);
  await store(history, 2);
  expect([news, (await history.state()).writable]).toEqual([["unavailable"], false]);
  clock.now += againAfter;
  await store(history, 3);
  expect(news).toEqual(["unavailable", "writable-again"]);
  expect(await history.state()).toEqual({ directory, writable: true });
  expect(await ids(history)).toEqual(["boot-3", "boot-2", "boot-1"]);
  await history.close();
  expect(await afterRestart(directory)).toEqual(["boot-3", "boot-2", "boot-1"]);
});

test("a file that was removed is made anew, with what was in it", async () => {
  const directory = stateFolder();
  const { history, news } = await openAt(directory);
  await store(history, 1);
  rmSync(directory, { recursive: true });
  await store(history, 2);
  expect(news).toEqual(["writable-again"]);
  expect(statSync(join(directory, "boots.db")).mode & 0o777).toBe(0o600);
  await history.close();
  expect(await afterRestart(directory)).toEqual(["boot-2", "boot-1"]);
});

test("where it cannot be made anew, boots wait in memory until it can", async () => {
  const directory = stateFolder();
  const { history, news } = await openAt(directory);
  await store(history, 1);
  rmSync(directory, { recursive: true });
  writeFileSync(directory, "in the way");
  await store(history, 2);
  expect(news).toEqual(["write-failed"]);
  expect(await ids(history)).toEqual(["boot-2", "boot-1"]);
  rmSync(directory);
  mkdirSync(directory);
  await store(history, 3);
  await history.close();
  expect(await afterRestart(directory)).toEqual(["boot-3", "boot-2", "boot-1"]);
});
