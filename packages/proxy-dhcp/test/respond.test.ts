import { describe, expect, it } from "vitest";
import { createLimiter, type Limits } from "../src/core/limits.ts";
import { respond } from "../src/core/respond.ts";
import { createTally } from "../src/core/tally.ts";
import { busyLimiter, loose } from "./limits-kit.ts";
import { contextOf, datagramIn, requestWith, type Scene, type } from "./support.ts";

describe("respond", () => {
  function responder(limits: Partial<Limits> = {}) {
    const all = { ...loose, ...limits };
    const limiter = limits.global === undefined ? busyLimiter(all, 1000) : createLimiter(all);
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

  it("the same request is answered twice a second, and no other request of its machine is counted with it", () => {
    const { ask } = responder({ transaction: { replies: 1, seconds: 1000 } });
    const discover = requestWith();
    expect(ask(discover).replies).toHaveLength(1);
    expect(ask(discover).event).toMatchObject({ type: "limited", limit: "transaction", key: "52:54:00:12:34:56" });
    // A client counts seconds, a relay counts relays (RFC 2131 §2).
    expect(ask(requestWith({ secs: 4, hops: 1 })).replies).toEqual([]);
    // In the machine's name and with its xid: what makes another reply, or sends it to another place.
    const forged = [{ options: { 93: "0000" } }, { options: { 97: undefined } }] as const;
    for (const changes of forged) expect(ask(requestWith(changes)).replies).toHaveLength(1);
    const request = requestWith({ options: { 53: type.request } });
    for (const port of [68, 4011, 2070]) {
      const scene: Scene = { port: "pxe", source: { address: "192.168.1.57", port } };
      expect(ask(request, scene).replies).toHaveLength(1);
      expect(ask(request, scene).replies).toEqual([]);
    }
  });

  it("two relays that pass on the same request a millisecond apart are both answered", () => {
    const { ask } = responder({ transaction: { replies: 1, seconds: 1000 } });
    const relays = new Set(["10.0.0.1", "10.0.0.2"]);
    for (const giaddr of relays) {
      const scene = { relays, source: { address: giaddr, port: 67 } };
      expect(ask(requestWith({ giaddr, hops: 1 }), scene).replies).toMatchObject([{ to: { address: giaddr } }]);
    }
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
