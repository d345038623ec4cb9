import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { keptOneTimeBoots } from "../src/app/services/kept-one-time-boots.ts";
import { type HistoryNews, openHistory } from "../src/history/history.ts";
import { openSqliteStore } from "../src/history/sqlite-store.ts";
import { answersInTime, isStateSilent } from "../src/os/disk-answers.ts";
import { sampleBoot } from "./helpers/sample-boot.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bootlace-disk-"));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true }));
});

describe("a disk", () => {
  it("answers also where a file is missing or cannot be opened", async () => {
    expect(await answersInTime(folder)).toBe(true);
    expect(await answersInTime(join(folder, "none/at/all"))).toBe(true);
    expect(isStateSilent()).toBe(false);
  });

  it("that does not answer is waited for two seconds, is asked no second time, and may come back", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let goOn = () => {};
    const ask = vi.fn(() => new Promise<void>((resolve) => (goOn = resolve)));
    const first = answersInTime("/mnt/gone", ask);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(isStateSilent()).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect([await first, await answersInTime("/mnt/gone", ask), isStateSilent()]).toEqual([false, false, true]);
    expect(ask).toHaveBeenCalledTimes(1);
    goOn();
    await vi.advanceTimersByTimeAsync(0);
    expect(isStateSilent()).toBe(false);
  });
});

describe("a state folder whose disk does not answer", () => {
  it("is not touched at the start: the history is kept in memory, and that is reported", async () => {
    const news: HistoryNews[] = [];
    const history = await openHistory({
      directory: folder,
      maxBoots: 10,
      onNews: (one) => news.push(one),
      open: () => {
        throw new Error("it was opened");
      },
      answers: async () => false,
    });
    expect(news).toEqual([{ type: "unavailable", problem: "no reply from the disk" }]);
    await history.record([sampleBoot({ id: "a" })]);
    expect(await history.get("a")).toBeDefined();
    await history.close();
  });

  it("is not touched later either: boots wait in memory until it answers", async () => {
    let answers = true;
    const calls: string[] = [];
    const news: HistoryNews[] = [];
    const history = await openHistory({
      directory: folder,
      maxBoots: 10,
      onNews: (one) => news.push(one),
      answers: async () => answers,
      open(path) {
        const opened = openSqliteStore(path, { maxBoots: 10, maxBytes: 1e6 });
        if (!opened.ok) throw new Error(opened.problem);
        const { store } = opened;
        const called = <T>(name: string, result: T): T => {
          calls.push(name);
          return result;
        };
        const watched = {
          record: (boots: Parameters<typeof store.record>[0]) => called("record", store.record(boots)),
          list: (query: Parameters<typeof store.list>[0]) => called("list", store.list(query)),
          get: (id: string) => called("get", store.get(id)),
          state: () => called("state", store.state()),
          flush: () => called("flush", store.flush()),
          close: () => called("close", store.close()),
        };
        return { ...opened, store: watched };
      },
    });
    answers = false;
    await history.record([sampleBoot({ id: "a" })]);
    await history.flush();
    expect((await history.list({ limit: 10 })).map(({ id }) => id)).toEqual(["a"]);
    expect(await history.get("b")).toBeUndefined();
    expect(await history.state()).toMatchObject({ writable: false, problem: "no reply from the disk" });
    expect([calls, news]).toEqual([[], [{ type: "write-failed", problem: "no reply from the disk" }]]);
    answers = true;
    await history.flush();
    expect([calls, news.at(-1)]).toEqual([["record"], { type: "writable-again" }]);
    answers = false;
    await history.close();
    expect(calls).toEqual(["record"]);
  });

  it("keeps its one-time boots, which are put aside and not overwritten when it answers again", async () => {
    writeFileSync(
      join(folder, "next.json"),
      '{"schema":1,"next":[{"mac":"52:54:00:00:00:01","action":{"file":"x"},"setAt":1}]}',
    );
    let answers = false;
    const said: string[] = [];
    const log = ({ message }: { message: string }) => void said.push(message);
    const kept = keptOneTimeBoots(folder, log, undefined, async () => answers);
    expect((await kept.read()).size).toBe(0);
    expect(said).toEqual([`one-time boots in ${folder} are not readable: no reply from the disk`]);
    answers = true;
    kept.write(new Map([["52:54:00:00:00:02", { mac: "52:54:00:00:00:02", action: { file: "y" }, setAt: 2 }]]));
    expect(await kept.settled()).toBeUndefined();
    expect(readdirSync(folder).sort()).toEqual(["next.json", "next.json.damaged"]);
  });
});
