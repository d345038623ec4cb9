import { describe, expect, it } from "vitest";
import { createLimiter, defaultLimits, type Limits } from "../src/core/limits.ts";
import { busyLimiter, loose, narrow, through } from "./limits-kit.ts";

describe("token buckets", () => {
  it("a MAC gets a burst of 100 replies, and 50 more each second, where others leave nothing", () => {
    const limiter = busyLimiter();
    const subject = { mac: "52:54:00:12:34:56" };
    expect(through(limiter, subject, 1000, 150)).toBe(100);
    expect(through(limiter, subject, 1010, 5)).toBe(0);
    expect(through(limiter, subject, 2000, 100)).toBe(50);
    expect(through(limiter, subject, 60_000, 150)).toBe(100);
    expect(through(limiter, { mac: "52:54:00:12:34:57" }, 60_000, 150)).toBe(100);
  });

  it("an address gets 100, whatever its MACs, where others leave nothing", () => {
    const limiter = busyLimiter();
    const takes = Array.from({ length: 150 }, (_, i) => limiter.take({ mac: `m${i}`, source: "192.168.1.57" }, 0));
    expect(takes.filter(({ ok }) => ok)).toHaveLength(100);
  });

  it("the same request gets 8, and two more each second, without holding back others of its MAC", () => {
    const limiter = createLimiter();
    expect(through(limiter, { mac: "a", transaction: "1" }, 0, 20)).toBe(8);
    expect(through(limiter, { mac: "a", transaction: "1" }, 1000, 20)).toBe(2);
    expect(through(limiter, { mac: "a", transaction: "2" }, 1000, 20)).toBe(8);
  });

  it("all together get 5000 in a second", () => {
    const limiter = createLimiter();
    const many = (now: number) =>
      Array.from({ length: 8000 }, (_, i) => limiter.take({ mac: `m${now} ${i}` }, now)).filter(({ ok }) => ok).length;
    expect(many(0)).toBe(5000);
    expect(many(500)).toBe(2500);
    expect(many(10_000)).toBe(5000);
  });

  it("what is counted are replies, not requests", () => {
    const limiter = createLimiter();
    const takes = Array.from({ length: 300 }, (_, i) => limiter.take({ mac: `m${i}`, replies: 251 }, 0));
    expect(takes.filter(({ ok }) => ok)).toHaveLength(20);
  });

  it("invented machines leave known ones their share, whatever their number", () => {
    const limiter = createLimiter(narrow);
    let served = 0;
    for (let now = 0; now < 5000; now++) {
      for (let n = 0; n < 3; n++) limiter.take({ mac: `m${now} ${n}`, isKnown: () => false }, now);
      if (now % 100 === 0) served += Number(limiter.take({ mac: `known ${now}`, isKnown: () => true }, now).ok);
    }
    expect(served).toBe(50);
  });

  it("a machine that is not known is served when it asks again, whatever the flood", () => {
    const limiter = createLimiter(narrow);
    const flood = (from: number, to: number) => {
      for (let now = from; now < to; now++) for (let n = 0; n < 3; n++) limiter.take({ mac: `m${now} ${n}` }, now);
    };
    flood(0, 2000);
    expect(limiter.take({ mac: "new", xid: 1 }, 1999).ok).toBe(false);
    expect(limiter.take({ mac: "new", xid: 1 }, 1999).ok).toBe(false);
    flood(2000, 4000);
    expect(limiter.take({ mac: "other", xid: 2 }, 3999).ok).toBe(false);
    expect(limiter.take({ mac: "new", xid: 1 }, 3999).ok).toBe(true);
  });

  it("machines that are not known have two fifths of the time, and three seconds of it in advance", () => {
    const limiter = createLimiter();
    const ask = (mac: string, now: number) => limiter.take({ mac, isKnown: () => mac === "known" }, now);
    const work = (now: number) => {
      let count = 0;
      for (; ; count++) {
        const taken = ask(`m${now} ${count}`, now);
        if (!taken.ok) return count;
        // Whatever takes longer than two milliseconds was interrupted.
        taken.spent(count % 2 === 0 ? 2 : 100);
      }
    };
    expect(work(0)).toBe(600);
    expect(work(1000)).toBe(200);
    expect(work(1500)).toBe(100);
    expect(ask("known", 1500).ok).toBe(true);
  });

  it("a refusal costs the other buckets nothing", () => {
    const limiter = busyLimiter({ ...loose, mac: { replies: 1, seconds: 10 }, source: { replies: 2, seconds: 10 } });
    expect(through(limiter, { mac: "a", source: "s" }, 0, 5)).toBe(1);
    expect(through(limiter, { mac: "b", source: "s" }, 0, 5)).toBe(1);
  });

  it("a clock that is set back does not refill, and does not stop refilling", () => {
    const limiter = busyLimiter({}, 100_000);
    expect(through(limiter, { mac: "a" }, 100_000, 150)).toBe(100);
    expect(through(limiter, { mac: "a" }, 0, 5)).toBe(0);
    expect(through(limiter, { mac: "a" }, 100, 10)).toBe(5);
  });

  it("a clock that is set back does not keep refusals from being reported", () => {
    const limiter = busyLimiter({ ...loose, mac: { replies: 1, seconds: 1000 } }, 3_600_000);
    expect(limiter.take({ mac: "a" }, 3_600_000).ok).toBe(true);
    const [first, second] = [3_600_000, 0].map((now) => limiter.take({ mac: "a" }, now));
    for (const taken of [first, second]) expect(taken).toMatchObject({ ok: false, report: { key: "a", dropped: 1 } });
    expect(limiter.take({ mac: "a" }, 1)).toEqual({ ok: false });
  });

  it("keys are bounded, and the least recently used goes first", () => {
    const limiter = busyLimiter({ ...loose, mac: { replies: 1, seconds: 1000 }, maxKeys: 3 });
    for (const mac of ["a", "b", "c"]) expect(limiter.take({ mac }, 0).ok).toBe(true);
    expect(limiter.take({ mac: "a" }, 0).ok).toBe(false);
    expect(limiter.take({ mac: "d" }, 0).ok).toBe(true);
    expect(limiter.size()).toBe(3);
    expect(limiter.take({ mac: "a" }, 0).ok).toBe(false);
    expect(limiter.take({ mac: "b" }, 0).ok).toBe(true);
  });

  it("a flood of random MACs fills no more than the table", () => {
    const limiter = createLimiter();
    for (let i = 0; i < 20_000; i++) limiter.take({ mac: `m${i}` }, i);
    expect(limiter.size()).toBe(defaultLimits.maxKeys);
  });

  it("refusals are reported once a minute and key, with their number", () => {
    const limiter = busyLimiter({ ...loose, mac: { replies: 1, seconds: 1e6 } });
    const reports = (now: number, count: number, mac = "a") =>
      Array.from({ length: count }, () => limiter.take({ mac }, now)).flatMap((taken) =>
        taken.ok || taken.report === undefined ? [] : [taken.report],
      );
    expect(reports(0, 4)).toEqual([{ limit: "mac", key: "a", dropped: 1 }]);
    expect(reports(59_999, 2)).toEqual([]);
    expect(reports(60_000, 2)).toEqual([{ limit: "mac", key: "a", dropped: 5 }]);
    expect(reports(60_000, 2, "b")).toEqual([{ limit: "mac", key: "b", dropped: 1 }]);
  });

  it("names the limit that was reached", () => {
    const tight = { replies: 1, seconds: 1000 };
    const subject = { mac: "a", source: "s" };
    const reached = (limits: Partial<Limits>) => {
      const limiter =
        limits.global === undefined ? busyLimiter({ ...loose, ...limits }) : createLimiter({ ...loose, ...limits });
      limiter.take(subject, 0);
      const taken = limiter.take(subject, 0);
      return taken.ok ? undefined : taken.report;
    };
    expect(reached({ source: tight })).toEqual({ limit: "source", key: "s", dropped: 1 });
    expect(reached({ global: tight })).toEqual({ limit: "global", dropped: 1 });
  });
});
