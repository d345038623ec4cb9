import { describe, expect, it } from "vitest";
import { createLimiter } from "../src/core/limits.ts";
import { loose, namesOnly, narrow, none, through } from "./limits-kit.ts";

describe("a machine in whose name others ask", () => {
  it.each([
    [5, {}],
    [300, {}],
    [2000, {}],
    [300, { source: "192.168.1.57" }],
    [2000, { source: "192.168.1.57" }],
  ])("%i requests a second in a machine's name (%o) do not keep it off", (rate, also) => {
    const limiter = createLimiter();
    let sent = 0;
    for (let now = 0; now < 10_000; now += 100) {
      for (; sent < (rate * now) / 1000; sent++) {
        const taken = limiter.take({ mac: "victim", transaction: `f${sent}`, xid: 1e6 + sent, ...also }, now);
        if (taken.ok) taken.spent(0.1);
      }
      expect(limiter.take({ mac: "victim", transaction: `v${now}`, xid: now, ...also }, now).ok).toBe(true);
    }
  });

  it("whatever is sent in one machine's name, others have half of all that there is at once", () => {
    const limiter = createLimiter();
    const flood = (now: number) => through(limiter, { mac: "victim", source: "192.168.1.57" }, now, 6000);
    expect(flood(0)).toBe(100 + 2400);
    const others = Array.from({ length: 3000 }, (_, n) => limiter.take({ mac: `other ${n}` }, 0));
    expect(others.filter(({ ok }) => ok)).toHaveLength(2500);
  });

  it("in the name of a known machine, half of the share of known ones stays for the others", () => {
    const limiter = createLimiter({ ...loose, ...namesOnly, global: none, known: { replies: 100, seconds: 1 } });
    const isKnown = () => true;
    expect(through(limiter, { mac: "victim", isKnown }, 0, 500)).toBe(50);
    expect(through(limiter, { mac: "other", isKnown }, 0, 500)).toBe(1);
  });

  it("the work for one machine's name leaves half of the time in advance for the others", () => {
    const limiter = createLimiter();
    const work = (mac: string) => {
      for (let count = 0; ; count++) {
        const taken = limiter.take({ mac }, 0);
        if (!taken.ok) return count;
        taken.spent(2);
      }
    };
    expect(work("victim")).toBe(300);
    expect(limiter.take({ mac: "other" }, 0).ok).toBe(true);
  });

  it("a machine whose name is crowded beyond all that there is, is served when it asks again with its xid", () => {
    const limiter = createLimiter(narrow);
    let sent = 0;
    const flood = (from: number, to: number) => {
      for (let now = from; now < to; now++) {
        for (let n = 0; n < 3; n++) limiter.take({ mac: "victim", xid: ++sent, transaction: `f${sent}` }, now);
      }
    };
    const ask = (now: number) => limiter.take({ mac: "victim", xid: 0xffffffff, transaction: "v" }, now).ok;
    flood(0, 2000);
    expect(ask(1999)).toBe(false);
    flood(2000, 4000);
    expect(ask(3999)).toBe(true);
    expect(limiter.take({ mac: "victim", xid: ++sent }, 3999).ok).toBe(false);
  });
});
