import { describe, expect, test } from "vitest";
import { hold, resume } from "../src/core/timer.ts";
import { nextTick, run } from "./transfer-run.ts";

/** All that ticks bring, until nothing more comes or the transfer ends. */
function ticks(t: ReturnType<typeof run>, from: number): [at: number, effect: string][] {
  const all: [number, string][] = [];
  for (let time = from; all.length < 40; ) {
    const [when, effect] = nextTick(t, time);
    all.push([when, effect]);
    if (!/^(oack|\d.*)$/.test(effect)) break;
    time = when;
  }
  return all;
}

describe("before the first answer", () => {
  test.each([
    [true, "oack"],
    [false, "1"],
  ])("offer %s: three sends, then it only listens, for 15 s in all", (offer, packet) => {
    expect(ticks(run({ offer }), 0)).toEqual([
      [1000, packet],
      [3000, packet],
      [15_000, "unanswered"],
    ]);
  });

  test("the timeout the client asked for is the first timer, up to 8 s", () => {
    expect(nextTick(run({ timeout: 3 }), 0)).toEqual([3000, "oack"]);
    expect(nextTick(run({ timeout: 255 }), 0)).toEqual([8000, "oack"]);
  });

  test("repeated requests count as sends", () => {
    const t = run();
    t.repeat(500);
    t.repeat(900);
    expect(ticks(t, 900)).toEqual([[15_000, "unanswered"]]);
    const late = run();
    late.repeat(500);
    late.repeat(900);
    expect(late.ack(0, 14_000)).toBe("1");
  });
});

describe("round trips", () => {
  test("the timer is four times the smoothed round trip, not less than 20 ms", () => {
    const t = run({ size: 512 * 100 });
    t.ack(0, 100);
    expect([t.state.srtt, t.state.rto, t.state.deadline]).toEqual([100, 400, 500]);
    t.ack(1, 120);
    expect([t.state.srtt, t.state.rto, t.state.deadline]).toEqual([90, 360, 480]);
    const quick = run();
    quick.ack(0, 1);
    expect([quick.state.rto, quick.state.deadline]).toEqual([20, 21]);
  });

  test("not above the timeout the client asked for, until three waits in a row ended without a reply", () => {
    const t = run({ timeout: 1 });
    t.ack(0, 900);
    expect(t.state.rto).toBe(1000);
    expect(ticks(t, 900).slice(0, 6)).toEqual([
      [1900, "1"],
      [2900, "1"],
      [3900, "1"],
      [5900, "1"],
      [9900, "1"],
      [17_900, "1"],
    ]);
  });

  test("a quick transfer whose client fell silent is asked in ever longer waits, beyond the timeout asked for", () => {
    const t = run({ timeout: 1 });
    t.ack(0, 1);
    const times = ticks(t, 1).map(([time]) => time);
    const waits = times.map((time, index) => time - (index === 0 ? 1 : (times[index - 1] ?? 0)));
    expect(waits.slice(0, 10)).toEqual([20, 40, 80, 160, 320, 640, 1000, 1000, 1280, 2560]);
  });

  test("an answer to what was sent twice shows no round trip, and the timer stays backed off until one does", () => {
    const t = run({ size: 512 * 100 });
    t.ack(0, 10);
    expect(t.tick(50)).toBe("1");
    expect(t.tick(130)).toBe("1");
    t.ack(1, 140);
    expect([t.state.srtt, t.state.rto, t.state.backoff, t.state.deadline]).toEqual([10, 40, 2, 300]);
    t.ack(2, 158);
    expect([t.state.srtt, t.state.rto, t.state.backoff, t.state.deadline]).toEqual([11, 44, 0, 202]);
  });

  test("before the first round trip is known, an answer starts the timer over", () => {
    const t = run();
    t.tick(1000);
    t.ack(0, 1010);
    expect([t.state.srtt, t.state.backoff, t.state.deadline]).toEqual([-1, 0, 2010]);
  });

  test("a window that was started again shows no round trip", () => {
    const t = run({ windowSize: 4, size: 512 * 100 });
    t.ack(0, 10);
    t.ack(0, 20);
    t.ack(4, 50);
    expect(t.state.srtt).toBe(10);
    t.ack(8, 68);
    expect(t.state.srtt).toBe(11);
  });
});

describe("silence", () => {
  test("doubling up to 8 s, for 30 s since the last progress", () => {
    const t = run();
    t.ack(0, 10);
    const all = ticks(t, 10);
    expect(all.map(([time]) => time)).toEqual([50, 130, 290, 610, 1250, 2530, 5090, 10210, 18210, 26210, 34210]);
    expect(all.slice(0, -1).every(([, effect]) => effect === "1")).toBe(true);
    expect(all.at(-1)?.[1]).toBe("timeout");
    expect(t.state.timeouts).toBe(10);
  });

  test("the idle limit can be set", () => {
    const t = run({ idleLimit: 1000 });
    t.ack(0, 10);
    expect(ticks(t, 10).at(-1)).toEqual([1250, "timeout"]);
  });

  test("the last block: five times again and 5 s, then it counts as received", () => {
    const t = run({ size: 600 });
    t.ack(0, 10);
    t.ack(1, 20);
    const all = ticks(t, 20);
    expect(all.at(-1)).toEqual([5100, "done unconfirmed"]);
    expect(all.map(([time]) => time)).toEqual([60, 140, 300, 620, 1260, 2540, 5100]);
  });

  test("slow clients get at least five repetitions of the last block", () => {
    const t = run({ size: 600, idleLimit: 100_000 });
    t.ack(0, 2000);
    t.ack(1, 4000);
    expect(ticks(t, 4000).map(([time, effect]) => [time / 1000, effect])).toEqual([
      [12, "2"],
      [20, "2"],
      [28, "2"],
      [36, "2"],
      [44, "2"],
      [52, "done unconfirmed"],
    ]);
  });

  test("a last window that was never sent is not complete", () => {
    const t = run({ size: 512 * 10, windowSize: 4, idleLimit: 6000 });
    t.ack(0, 10);
    t.ack(4, 20);
    expect(ticks(t, 20).at(-1)?.[1]).toBe("timeout");
  });
});

describe("lifetime", () => {
  test("15 minutes, even for a client that goes on", () => {
    const t = run({ size: 512 * 100 });
    t.ack(0, 899_990);
    expect(t.tick(899_999)).toBe("-");
    expect(t.tick(900_000)).toBe("lifetime with ERROR 0");
  });

  test("longer for a file that takes longer at 16 KiB/s", () => {
    const t = run({ size: 16_384 * 1000 });
    expect(t.state.plan.lifetime).toBeLessThan(1_000_000);
    t.ack(0, 999_990);
    expect(t.tick(999_999)).toBe("-");
    expect(t.tick(1_000_000)).toBe("lifetime with ERROR 0");
  });
});

describe("waiting for the disk", () => {
  test("no timer runs, and the time is not the client's", () => {
    const t = run({ size: 512 * 100 });
    t.ack(0, 10);
    hold(t.state);
    expect(nextTick(t, 10, 800_000)[1]).toBe("-");
    resume(t.state, 800_000);
    expect(t.state.deadline).toBe(800_040);
    expect(nextTick(t, 800_000)).toEqual([800_040, "1"]);
  });
});
