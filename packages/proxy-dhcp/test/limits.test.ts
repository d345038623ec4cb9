import { describe, expect, it } from "vitest";
import { createLimiter, defaultLimits, type Limits } from "../src/core/limits.ts";
import { respond } from "../src/core/respond.ts";
import { createTally } from "../src/core/tally.ts";
import { contextOf, datagramIn, requestWith, type Scene, type } from "./support.ts";

const loose: Limits = {
  mac: { replies: 1e6, seconds: 1 },
  source: { replies: 1e6, seconds: 1 },
  transaction: { replies: 1e6, seconds: 1 },
  global: { replies: 1e6, seconds: 1 },
  known: { replies: 1e6, seconds: 1 },
  again: { replies: 1e6, seconds: 1 },
  work: 1e6,
  maxKeys: 4096,
};

/** How many of `count` takes at one moment get through. */
function through(limiter: ReturnType<typeof createLimiter>, subject: object, now: number, count: number): number {
  return Array.from({ length: count }, () => limiter.take(subject, now)).filter(({ ok }) => ok).length;
}

/** What is for all is less than what comes. */
const narrow: Limits = { ...defaultLimits, global: { replies: 1000, seconds: 1 } };

describe("token buckets", () => {
  it("a MAC gets a burst of 100 replies, and 50 more each second", () => {
    const limiter = createLimiter();
    const subject = { mac: "52:54:00:12:34:56" };
    expect(through(limiter, subject, 1000, 150)).toBe(100);
    expect(through(limiter, subject, 1010, 5)).toBe(0);
    expect(through(limiter, subject, 2000, 100)).toBe(50);
    expect(through(limiter, subject, 60_000, 150)).toBe(100);
    expect(through(limiter, { mac: "52:54:00:12:34:57" }, 60_000, 150)).toBe(100);
  });

  it("a transaction gets 8, and two more each second, without holding back others of its MAC", () => {
    const limiter = createLimiter();
    expect(through(limiter, { mac: "a", xid: 1 }, 0, 20)).toBe(8);
    expect(through(limiter, { mac: "a", xid: 1 }, 1000, 20)).toBe(2);
    expect(through(limiter, { mac: "a", xid: 2 }, 1000, 20)).toBe(8);
  });

  it("five requests a second in a machine's name do not keep it off", () => {
    const limiter = createLimiter();
    for (let now = 0; now < 60_000; now += 100) {
      if (now % 200 === 0) limiter.take({ mac: "victim", xid: 1_000_000 + now }, now);
      expect(limiter.take({ mac: "victim", xid: now, source: "192.168.1.57" }, now).ok).toBe(true);
    }
  });

  it("an address gets 100, whatever its MACs", () => {
    const limiter = createLimiter();
    const takes = Array.from({ length: 150 }, (_, i) => limiter.take({ mac: `m${i}`, source: "192.168.1.57" }, 0));
    expect(takes.filter(({ ok }) => ok)).toHaveLength(100);
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
    const limiter = createLimiter({ ...loose, mac: { replies: 1, seconds: 10 }, source: { replies: 2, seconds: 10 } });
    expect(through(limiter, { mac: "a", source: "s" }, 0, 5)).toBe(1);
    expect(through(limiter, { mac: "b", source: "s" }, 0, 5)).toBe(1);
  });

  it("a clock that is set back does not refill, and does not stop refilling", () => {
    const limiter = createLimiter();
    expect(through(limiter, { mac: "a" }, 100_000, 150)).toBe(100);
    expect(through(limiter, { mac: "a" }, 0, 5)).toBe(0);
    expect(through(limiter, { mac: "a" }, 100, 10)).toBe(5);
  });

  it("a clock that is set back does not keep refusals from being reported", () => {
    const limiter = createLimiter({ ...loose, mac: { replies: 1, seconds: 1000 } });
    expect(limiter.take({ mac: "a" }, 3_600_000).ok).toBe(true);
    const [first, second] = [3_600_000, 0].map((now) => limiter.take({ mac: "a" }, now));
    for (const taken of [first, second]) expect(taken).toMatchObject({ ok: false, report: { key: "a", dropped: 1 } });
    expect(limiter.take({ mac: "a" }, 1)).toEqual({ ok: false });
  });

  it("keys are bounded, and the least recently used goes first", () => {
    const limiter = createLimiter({ ...loose, mac: { replies: 1, seconds: 1000 }, maxKeys: 3 });
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
    const limiter = createLimiter({ ...loose, mac: { replies: 1, seconds: 1e6 } });
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
      const limiter = createLimiter({ ...loose, ...limits });
      limiter.take(subject, 0);
      const taken = limiter.take(subject, 0);
      return taken.ok ? undefined : taken.report;
    };
    expect(reached({ source: tight })).toEqual({ limit: "source", key: "s", dropped: 1 });
    expect(reached({ global: tight })).toEqual({ limit: "global", dropped: 1 });
  });
});

describe("respond", () => {
  function responder(limits: Partial<Limits> = {}) {
    const limiter = createLimiter({ ...loose, ...limits });
    const tally = createTally();
    const ask = (packet: Parameters<typeof datagramIn>[0], scene: Scene = {}, now = 1000) =>
      respond(datagramIn(packet, scene), contextOf(scene), limiter, tally, now);
    return { ask, tally };
  }
  const tight = { replies: 1, seconds: 1000 };

  it("reports request, client, decision and replies in one event", () => {
    const { ask, tally } = responder();
    const { event, replies } = ask(requestWith());
    expect(event).toMatchObject({
      type: "packet",
      time: 1000,
      port: "dhcp",
      source: { address: "0.0.0.0", port: 68 },
      octets: 326,
      client: { mac: "52:54:00:12:34:56" },
      decision: { kind: "offer" },
      replies: [{ interfaceName: "eth0", octets: replies[0]?.bytes.length }],
    });
    expect(event).not.toHaveProperty("interfaceName");
    expect(event).not.toHaveProperty("replies.0.bytes");
    expect(tally.statistics()).toEqual({ received: 1, offers: 1, acks: 0, sendFailures: 0, ignored: {} });
  });

  it("names the interface of the PXE port, and counts ACKs and every reason for silence", () => {
    const { ask, tally } = responder();
    const request = requestWith({ ciaddr: "192.168.1.57", options: { 53: type.request } });
    expect(ask(request, { port: "pxe" }).event).toMatchObject({ port: "pxe", interfaceName: "eth0" });
    ask(requestWith({ options: { 60: undefined } }));
    ask(requestWith({ options: { 60: undefined } }));
    expect(ask(new Uint8Array(10)).event).toMatchObject({
      type: "undecodable",
      fault: { code: "too-short" },
      octets: 10,
    });
    tally.sendFailed();
    expect(tally.statistics()).toEqual({
      received: 4,
      offers: 0,
      acks: 1,
      sendFailures: 1,
      ignored: { "no-vendor-class": 2, malformed: 1 },
    });
  });

  it("holds back what comes too often, and says so once", () => {
    const { ask, tally } = responder({ mac: tight });
    expect(ask(requestWith()).replies).toHaveLength(1);
    expect(ask(requestWith())).toEqual({
      replies: [],
      event: { type: "limited", time: 1000, limit: "mac", key: "52:54:00:12:34:56", dropped: 1 },
    });
    expect(ask(requestWith())).toEqual({ replies: [] });
    expect(tally.statistics()).toMatchObject({ received: 3, offers: 1, ignored: { "rate-limited": 2 } });
  });

  it("the limits are asked before the chooser, with the number of replies", () => {
    let asked = 0;
    const interfaces = [
      { name: "eth0", address: "192.168.1.10", netmask: "255.255.255.0" },
      { name: "eth1", address: "10.2.0.1", netmask: "255.255.0.0" },
    ];
    const scene: Scene = {
      interfaces,
      choose() {
        asked++;
        return { kind: "boot", file: "x.efi" };
      },
    };
    const { ask } = responder({ global: { replies: 3, seconds: 1000 } });
    for (let n = 0; n < 10; n++) ask(requestWith({ xid: n }), scene);
    expect(asked).toBe(4);
  });

  it("silence costs no token", () => {
    const { ask } = responder({ mac: tight });
    const ignore = { plan: { kind: "ignore", reason: "no" } } as const;
    expect(ask(requestWith(), ignore).event).toMatchObject({ type: "packet" });
    expect(ask(requestWith()).replies).toHaveLength(1);
  });

  it("clients without an address and clients behind a relay do not share a source's bucket", () => {
    const { ask } = responder({ source: tight });
    const relayed = { relays: new Set(["10.0.0.1"]), source: { address: "10.0.0.1", port: 67 } };
    for (const scene of [{}, {}]) expect(ask(requestWith(), scene).replies).toHaveLength(1);
    const giaddr = "10.0.0.1";
    for (const scene of [relayed, relayed]) expect(ask(requestWith({ giaddr }), scene).replies).toHaveLength(1);
    const request = requestWith({ ciaddr: "192.168.1.57", options: { 53: type.request } });
    expect(ask(request, { port: "pxe" }).replies).toHaveLength(1);
    const disguised = { ...request, giaddr };
    expect(ask(disguised, { port: "pxe" }).event).toMatchObject({ type: "limited", limit: "source", dropped: 1 });
    expect(ask(request, { port: "pxe" })).toEqual({ replies: [] });
    expect(ask(request, { port: "pxe" }, 61_000).event).toMatchObject({
      type: "limited",
      limit: "source",
      key: "192.168.1.57",
      dropped: 2,
    });
  });

  it("a client without MAC is counted by its hardware address", () => {
    const { ask } = responder({ mac: tight });
    const infiniband = (last: number) => requestWith({ htype: 32, hlen: 8, chaddr: new Uint8Array(16).fill(last) });
    expect(ask(infiniband(1)).replies).toHaveLength(1);
    expect(ask(infiniband(2)).replies).toHaveLength(1);
    expect(ask(infiniband(1)).event).toMatchObject({ type: "limited", key: "01:01:01:01:01:01:01:01" });
    const nameless = (options: Record<number, string | undefined>) => requestWith({ htype: 32, hlen: 0, options });
    const identified = nameless({ 61: "ff00000001", 97: undefined });
    expect(ask(nameless({})).replies).toHaveLength(1);
    expect(ask(identified).replies).toHaveLength(1);
    expect(ask(nameless({})).event).toMatchObject({ type: "limited", key: "00112233-4455-6677-8899-aabbccddeeff" });
    expect(ask(identified).event).toMatchObject({ type: "limited", key: "ff:00:00:00:01" });
  });
});
