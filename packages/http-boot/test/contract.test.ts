import { content, notFound, type Source } from "@bootlace/boot-source";
import { describe, expect, it, onTestFinished } from "vitest";
import { describeWrongChanges, describeWrongOptions } from "../../../tools/test-kit/option-contract.ts";
import { describeServerContract, taken } from "../../../tools/test-kit/server-contract.ts";
import type { Clock } from "../src/clock.ts";
import type { HttpBootEvent } from "../src/core/events.ts";
import { createHttpBootServer } from "../src/index.ts";
import { httpBootServer } from "../src/serve.ts";
import { httpServer, rawClient } from "./raw-client.ts";

const source: Source = { open: (name) => (name === "hello" ? content("hello") : notFound()) };
const large: Source = { open: () => content(new Uint8Array(20 * 1024 * 1024), "large") };
const local = { source, addresses: ["127.0.0.1"], port: 0 };

/** A clock that stands still until `tick` is called. */
function handClock() {
  const ticks = new Map<() => void, number>();
  const clock: Clock = {
    wall: () => 1_000,
    ticks: () => 0,
    every(ms, tick) {
      ticks.set(tick, ms);
      return () => void ticks.delete(tick);
    },
  };
  return { clock, ticks, tick: () => [...ticks.keys()].forEach((one) => void one()) };
}

describeServerContract("tcp", (options) => createHttpBootServer({ source, ...options }), {
  fixed: ["limits.cacheSize", { limits: { cacheSize: 0 } }],
});

describeWrongOptions("createHttpBootServer", (options) => createHttpBootServer({ source, ...options }), [
  ["source", { source: undefined }],
  ["source", { source: {} }],
  ["limits.maxConnections", { limits: { maxConnections: 0 } }],
  ["limits.maxConnectionsPerClient", { limits: { maxConnectionsPerClient: -1 } }],
  ["limits.cacheSize", { limits: { cacheSize: -1 } }],
  ["limits.requestTimeout", { limits: { requestTimeout: 0 } }],
  ["limits.idleLimit", { limits: { idleLimit: 2 ** 31 } }],
  ["limits.keepAliveTimeout", { limits: { keepAliveTimeout: Number.NaN } }],
  ["limits.lifetime", { limits: { lifetime: -1 } }],
]);

describeWrongChanges(async () => {
  const { server } = await httpServer(source);
  onTestFinished(() => server.stop());
  return server;
}, [
  ["limits.maxConnections", { limits: { maxConnections: 1.5 } }],
  ["limits.cacheSize", { limits: { cacheSize: 1 } }],
  ["source", { source }],
]);

describe("a start", () => {
  it("after a stop serves again", async () => {
    await using test = await httpServer(source);
    await test.server.stop();
    await test.server.start();
    using client = await rawClient(test.port());
    expect((await client.get("/hello")).body.toString()).toBe("hello");
  });

  it("of an address that this machine does not have fails, and works when the address is changed", async () => {
    await using server = createHttpBootServer({ ...local, addresses: ["127.0.0.1", "192.0.2.1"] });
    await expect(server.start()).rejects.toMatchObject({ code: "EADDRNOTAVAIL", address: "192.0.2.1" });
    expect(await server.configure({ addresses: ["127.0.0.1"] })).toEqual([]);
    expect(server.addresses()).toEqual([]);
    await server.start();
    expect(server.addresses()).toMatchObject([{ address: "127.0.0.1" }]);
  });

  it("without addresses serves those of this machine", async () => {
    await using server = createHttpBootServer({ source, port: 0 });
    await server.start();
    expect(server.addresses().map(({ address }) => address)).toContain("127.0.0.1");
  });
});

describe("a stop", () => {
  it.each<[string, (server: { stop(options?: object): Promise<void> }) => Promise<unknown>]>([
    ["when its time is over", (server) => server.stop({ drain: true, timeout: 20 })],
    [
      "when the time of a shorter one is over",
      async (server) => {
        const long = server.stop({ drain: true, timeout: Infinity });
        await server.stop({ drain: true, timeout: 20 });
        await long;
      },
    ],
    ["when one without drain follows", (server) => Promise.all([server.stop({ drain: true }), server.stop()])],
  ])("that drains breaks the answers %s", async (_name, stop) => {
    await using test = await httpServer(large);
    using client = await rawClient(test.port());
    client.socket.pause();
    client.request("/large");
    await test.reported("start");
    expect(test.server.statistics()).toMatchObject({ requests: 1, connections: 1, transfersActive: 1 });
    await stop(test.server);
    expect(test.events.slice(-2)).toMatchObject([{ type: "aborted", reason: "stopped" }, { type: "stopped" }]);
    expect(test.server.statistics()).toMatchObject({ requests: 1, connections: 0, transfersActive: 0 });
  });
});

it("a drain without a limit waits for the answers", async () => {
  await using test = await httpServer(large);
  using client = await rawClient(test.port());
  client.socket.pause();
  client.request("/large");
  await test.reported("start");
  const stopped = test.server.stop({ drain: true, timeout: Infinity });
  client.socket.resume();
  await stopped;
  expect(test.events.map(({ type }) => type)).not.toContain("aborted");
  expect(test.events.at(-1)).toMatchObject({ type: "stopped" });
});

it("an address that could not be bound is reported once, and tried again at each tick", async () => {
  const holder = await taken("tcp", "127.0.0.1");
  const { port } = holder;
  const { clock, ticks, tick } = handClock();
  const events: HttpBootEvent[] = [];
  await using server = httpBootServer({ source, addresses: [], port, onEvent: (event) => events.push(event) }, clock);
  await server.start();
  const failure = { protocol: "tcp", address: "127.0.0.1", port, code: "EADDRINUSE" };
  expect(await server.configure({ addresses: ["127.0.0.1"] })).toEqual([failure]);
  tick();
  expect(await server.configure({})).toEqual([failure]);
  await holder[Symbol.asyncDispose]();
  tick();
  expect(await server.configure({})).toEqual([]);
  const { protocol: _, ...place } = failure;
  expect(events).toEqual([
    { type: "listen-failed", time: 1_000, ...place },
    { type: "listening", time: 1_000, address: "127.0.0.1", port },
  ]);
  await server.stop();
  expect(ticks.size).toBe(0);
});

it("clients and limits change while it runs", async () => {
  await using test = await httpServer(source);
  await test.server.configure({ clients: ["192.0.2.0/24"] });
  using refused = await rawClient(test.port());
  await expect(refused.get("/hello")).rejects.toThrow("the connection ended after 0 bytes");
  await test.server.configure({ clients: [] });
  using served = await rawClient(test.port());
  expect((await served.get("/hello")).status).toBe(200);
});

describe("a source that is a stream", () => {
  it("is sent whole and in order: no ranges, no part of it kept for others", async () => {
    const size = 2 * 1024 * 1024 + 5;
    const reads: number[] = [];
    const stream: Source = {
      open: () => ({
        ok: true,
        file: {
          size,
          version: "v",
          sequential: true,
          read(target, position) {
            reads.push(position);
            target.fill(position % 251);
            return Math.min(target.length, size - position);
          },
          close() {},
        },
      }),
    };
    await using test = await httpServer(stream);
    using client = await rawClient(test.port());
    const head = async (headers: string[]) => {
      const { status, headers: got, body } = await client.get("/stream", headers);
      return [status, got["accept-ranges"], body.length];
    };
    expect(await head(["Range: bytes=5-9"])).toEqual([200, "none", size]);
    expect(await head([])).toEqual([200, "none", size]);
    const once = [0, 1024 * 1024, 2 * 1024 * 1024];
    expect(reads).toEqual([...once, ...once]);
  });
});
