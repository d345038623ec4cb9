import { describe, expect, it } from "vitest";
import { statusText } from "../src/cli/serve-notify.ts";
import { isJournal } from "../src/os/journal.ts";
import { createNotifier, type NotifierDeps } from "../src/os/notify.ts";

/** A service manager in the test's hand: what it hears, and a clock that ticks on request. */
function manager(more: Partial<NotifierDeps> = {}) {
  const heard: string[][] = [];
  const problems: string[] = [];
  const timers: { milliseconds: number; work: () => void }[] = [];
  let release: (() => void) | undefined;
  let held: Promise<void> | undefined;
  const notifier = createNotifier({
    env: { NOTIFY_SOCKET: "/run/systemd/notify", WATCHDOG_USEC: "30000000", WATCHDOG_PID: "7" },
    pid: 7,
    monotonic: () => 123_456n,
    every(milliseconds, work) {
      const timer = { milliseconds, work };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
    async send(assignments) {
      heard.push([...assignments]);
      await held;
      return undefined;
    },
    onProblem: (problem) => void problems.push(problem),
    ...more,
  });
  return {
    notifier,
    heard,
    problems,
    timers,
    hold() {
      held = new Promise((resolve) => {
        release = resolve;
      });
    },
    release: () => release?.(),
  };
}

describe("what systemd hears", () => {
  it("comes in the order in which it happened, one message at a time", async () => {
    const { notifier, heard, hold, release } = manager();
    hold();
    notifier.ready("serving");
    notifier.reloading();
    notifier.ready("serving");
    notifier.stopping();
    expect(heard).toEqual([["READY=1", "STATUS=serving"]]);
    release();
    await notifier.close();
    expect(heard.slice(1)).toEqual([
      ["RELOADING=1", "MONOTONIC_USEC=123456", "STATUS=reading the config again"],
      ["READY=1", "STATUS=serving"],
      ["STOPPING=1", "STATUS=stopping"],
    ]);
  });

  it("feeds the watchdog at half its time, from READY on, and lets no row of feeds wait", async () => {
    const { notifier, heard, timers, hold, release } = manager();
    expect(timers).toEqual([]);
    notifier.ready("a");
    expect(timers.map(({ milliseconds }) => milliseconds)).toEqual([15_000]);
    await notifier.close();
    notifier.ready("a");
    hold();
    const [timer] = timers;
    for (let tick = 0; tick < 5; tick += 1) timer?.work();
    release();
    await notifier.close();
    expect(heard.filter(([first]) => first === "WATCHDOG=1").length).toBeLessThanOrEqual(2);
    expect(timers).toEqual([]);
  });

  it.each([
    { NOTIFY_SOCKET: "@x" },
    { NOTIFY_SOCKET: "@x", WATCHDOG_USEC: "0" },
    { NOTIFY_SOCKET: "@x", WATCHDOG_USEC: "no" },
    { NOTIFY_SOCKET: "@x", WATCHDOG_USEC: "1000000", WATCHDOG_PID: "8" },
  ])("is nothing of a watchdog with %j", (env) => {
    const { notifier, timers } = manager({ env });
    notifier.ready("a");
    expect(timers).toEqual([]);
  });

  it("is nothing where nobody listens", async () => {
    const { notifier, heard, timers } = manager({ env: { WATCHDOG_USEC: "30000000" } });
    notifier.ready("a");
    notifier.reloading();
    notifier.status("b");
    notifier.stopping();
    await notifier.close();
    expect([heard, timers]).toEqual([[], []]);
  });

  it("has each status once, and no line break in it", async () => {
    const { notifier, heard } = manager();
    notifier.status("one");
    notifier.status("one");
    notifier.status("two\nREADY=1");
    await notifier.close();
    expect(heard).toEqual([["STATUS=one"], ["STATUS=two READY=1"]]);
  });

  it("may fail: that is reported once", async () => {
    const { notifier, problems } = manager({ send: async () => "systemd-notify: ENOENT" });
    notifier.ready("a");
    notifier.stopping();
    await notifier.close();
    expect(problems).toEqual(["systemd-notify: ENOENT"]);
  });
});

describe("the status for people", () => {
  const at = { loadedAt: 0, loaded: {} as never };
  const eth0 = { name: "eth0", address: "192.168.11.109", netmask: "255.255.255.0" };
  const say = (transfers: number, interfaces: (typeof eth0)[] = [eth0], failed = false) =>
    statusText({
      serving: () => ({ interfaces, transfers }),
      config: () => (failed ? { ...at, lastReload: { time: 0, result: { ok: false, faults: [] } } } : at),
    });

  it("names interfaces, transfers and a reload that failed", () => {
    expect(say(0)).toBe("serving on eth0 192.168.11.109");
    expect(say(1, [eth0, { ...eth0, name: "eth1", address: "10.0.0.1" }])).toBe(
      "serving on eth0 192.168.11.109, eth1 10.0.0.1; 1 transfer",
    );
    expect(say(3, [], true)).toBe(
      "waiting for an interface to serve; 3 transfers; last reload failed, old config kept",
    );
  });
});

describe("the journal", () => {
  it("listens where device and inode are the descriptor's own", async () => {
    const { fstatSync, openSync, closeSync } = await import("node:fs");
    const descriptor = openSync(import.meta.filename, "r");
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    expect(isJournal(descriptor, `${dev}:${ino}`)).toBe(true);
    expect(isJournal(descriptor, `${dev}:${ino + 1n}`)).toBe(false);
    expect(isJournal(descriptor, "x")).toBe(false);
    expect(isJournal(descriptor, undefined)).toBe(false);
    closeSync(descriptor);
    expect(isJournal(descriptor, `${dev}:${ino}`)).toBe(false);
  });
});
