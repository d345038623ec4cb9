import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { content, notFound, OptionError, ServerStartError, type Source } from "@bootlace/boot-source";
import { afterEach, describe, expect, it } from "vitest";
import type { Clock } from "../src/clock.ts";
import type { HttpBootEvent } from "../src/core/events.ts";
import { createHttpBootServer } from "../src/index.ts";
import { httpBootServer } from "../src/serve.ts";
import type { HttpBootChanges, HttpBootServerOptions } from "../src/server-options.ts";
import { httpServer, rawClient } from "./raw-client.ts";

const source: Source = { open: (name) => (name === "hello" ? content("hello") : notFound()) };
const large: Source = { open: () => content(new Uint8Array(20 * 1024 * 1024), "large") };
const local = { source, addresses: ["127.0.0.1"], port: 0 };

const holders: Server[] = [];
afterEach(() => Promise.all(holders.splice(0).map((one) => new Promise((resolve) => void one.close(resolve)))));

/** Takes a port of an address, and gives its number. */
async function taken(address: string, port = 0): Promise<number> {
  const holder = createServer().listen(port, address);
  holders.push(holder);
  await once(holder, "listening");
  return (holder.address() as { port: number }).port;
}

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

describe("an option", () => {
  it.each<[string, object]>([
    ["source", {}],
    ["source", { source: {} }],
    ["port", { source, port: 70_000 }],
    ["port", { source, port: -1 }],
    ["port", { source, port: 80.5 }],
    ["port", { source, port: "80" }],
    ["addresses[1]", { source, addresses: ["127.0.0.1", "localhost"] }],
    ["clients[0]", { source, clients: ["192.168.11.0/33"] }],
    ["limits.maxConnections", { source, limits: { maxConnections: 0 } }],
    ["limits.maxConnectionsPerClient", { source, limits: { maxConnectionsPerClient: -1 } }],
    ["limits.cacheSize", { source, limits: { cacheSize: -1 } }],
    ["limits.requestTimeout", { source, limits: { requestTimeout: 0 } }],
    ["limits.idleLimit", { source, limits: { idleLimit: 2 ** 31 } }],
    ["limits.keepAliveTimeout", { source, limits: { keepAliveTimeout: Number.NaN } }],
    ["limits.lifetime", { source, limits: { lifetime: -1 } }],
    ["limits.lifetimes", { source, limits: { lifetimes: 1 } }],
    ["holderOf", { source, holderOf: "lsof" }],
    ["onEvent", { source, onEvent: {} }],
    ["adresses", { source, adresses: ["127.0.0.1"] }],
  ])("%s that is wrong is named when the server is created: %j", (option, options) => {
    const create = () => createHttpBootServer(options as HttpBootServerOptions);
    expect(create).toThrow(OptionError);
    expect(create).toThrow(`createHttpBootServer: option ${option} `);
  });

  it.each<[string, object]>([
    ["port", { port: 65_536 }],
    ["addresses[0]", { addresses: [""] }],
    ["clients", { clients: "192.168.11.0/24" }],
    ["limits.maxConnections", { limits: { maxConnections: 1.5 } }],
    ["limits.cacheSize", { limits: { cacheSize: 1 } }],
    ["source", { source }],
  ])("%s that is wrong, or fixed, is named by configure, and nothing changes: %j", async (option, changes) => {
    await using test = await httpServer(source);
    const before = test.server.addresses();
    const wrong = test.server.configure({ addresses: [], ...changes } as HttpBootChanges);
    await expect(wrong).rejects.toMatchObject({ name: "OptionError", option });
    expect(test.server.addresses()).toEqual(before);
  });
});

describe("a start", () => {
  it("while the server runs does nothing", async () => {
    await using test = await httpServer(source);
    const before = test.server.addresses();
    await test.server.start();
    expect(test.server.addresses()).toEqual(before);
    expect(test.events.map(({ type }) => type)).toEqual(["listening"]);
  });

  it("after a stop serves again", async () => {
    await using test = await httpServer(source);
    await test.server.stop();
    await test.server.start();
    using client = await rawClient(test.port());
    expect((await client.get("/hello")).body.toString()).toBe("hello");
  });

  it.each([[["127.0.0.2", "127.0.0.3", "127.0.0.1"]], [["127.0.0.1", "127.0.0.2", "127.0.0.3"]]])(
    "for which a port is taken leaves nothing bound, and a stop after it is safe: %j",
    async (addresses) => {
      const port = await taken("127.0.0.1");
      const events: HttpBootEvent[] = [];
      const server = createHttpBootServer({
        source,
        addresses,
        port,
        holderOf: async (failure) => `${failure.protocol} program (pid 7)`,
        onEvent: (event) => events.push(event),
      });
      const error = await server.start().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ServerStartError);
      expect(error).toMatchObject({
        code: "EADDRINUSE",
        address: "127.0.0.1",
        port,
        failures: [{ protocol: "tcp", address: "127.0.0.1", port, code: "EADDRINUSE", holder: "tcp program (pid 7)" }],
        message: `cannot bind TCP 127.0.0.1 port ${port}: EADDRINUSE, held by tcp program (pid 7)`,
      });
      expect([server.addresses(), events]).toEqual([[], []]);
      for (const address of ["127.0.0.2", "127.0.0.3"]) await taken(address, port);
      await server.stop();
      await server.stop({ drain: true });
      expect(events).toEqual([]);
    },
  );

  it("reports every port that is taken", async () => {
    const port = await taken("127.0.0.1");
    await taken("127.0.0.2", port);
    const server = createHttpBootServer({ source, addresses: ["127.0.0.1", "127.0.0.2"], port });
    await expect(server.start()).rejects.toMatchObject({
      failures: [{ address: "127.0.0.1" }, { address: "127.0.0.2" }],
    });
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

describe("an abort", () => {
  it.each<[string, (controller: AbortController) => void]>([
    ["before the start", (controller) => controller.abort(new Error("changed my mind"))],
    [
      "while it binds",
      (controller) => void Promise.resolve().then(() => controller.abort(new Error("changed my mind"))),
    ],
  ])("%s rejects with its reason and leaves nothing bound", async (_name, abort) => {
    const controller = new AbortController();
    const server = createHttpBootServer(local);
    abort(controller);
    await expect(server.start({ signal: controller.signal })).rejects.toThrow("changed my mind");
    expect(server.addresses()).toEqual([]);
    await server.stop();
  });

  it("later stops the server", async () => {
    const controller = new AbortController();
    const server = createHttpBootServer(local);
    await server.start({ signal: controller.signal });
    const port = server.addresses()[0]?.port ?? 0;
    controller.abort();
    await server.stop();
    expect(server.addresses()).toEqual([]);
    await expect(rawClient(port)).rejects.toThrow("ECONNREFUSED");
  });
});

describe("a stop", () => {
  it("is safe before the start, and twice", async () => {
    const events: HttpBootEvent[] = [];
    const server = createHttpBootServer({ ...local, onEvent: (event) => events.push(event) });
    await server.stop();
    await server.start();
    await Promise.all([server.stop(), server.stop({ drain: true })]);
    await server.stop();
    expect(events.map(({ type }) => type)).toEqual(["listening", "unlistening", "stopped"]);
  });

  it("comes at the end of `await using`", async () => {
    let port = 0;
    {
      await using server = createHttpBootServer(local);
      await server.start();
      port = server.addresses()[0]?.port ?? 0;
    }
    await expect(rawClient(port)).rejects.toThrow("ECONNREFUSED");
  });

  it.each<[string, (server: { stop(options?: object): Promise<void> }) => Promise<unknown>]>([
    ["when its time is over", (server) => server.stop({ drain: true, timeout: 20 })],
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

it("an address that could not be bound is reported once, and tried again at each tick", async () => {
  const port = await taken("127.0.0.1");
  const { clock, ticks, tick } = handClock();
  const events: HttpBootEvent[] = [];
  await using server = httpBootServer({ source, addresses: [], port, onEvent: (event) => events.push(event) }, clock);
  await server.start();
  const failure = { protocol: "tcp", address: "127.0.0.1", port, code: "EADDRINUSE" };
  expect(await server.configure({ addresses: ["127.0.0.1"] })).toEqual([failure]);
  tick();
  expect(await server.configure({})).toEqual([failure]);
  const [holder] = holders.splice(0);
  await new Promise((resolve) => void holder?.close(resolve));
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
  expect((await refused.get("/hello")).status).toBe(403);
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
