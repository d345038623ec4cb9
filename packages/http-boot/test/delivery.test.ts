import { once } from "node:events";
import { describe, expect, it } from "vitest";
import type { HttpBootClient, HttpBootServerOptions } from "../src/index.ts";
import { bootFolder, pattern } from "./boot-folder.ts";
import { idleReader, lookingServer as lookingAt, receivedBy } from "./looking-server.ts";
import { httpServer, rawClient } from "./raw-client.ts";

// Each fits into the send queue of the system, and not into the receive queue of a client that reads nothing.
const kernel = pattern(1_500_000);
const module = pattern(900_000);
const root = bootFolder({ kernel, module, script: "#!ipxe\n" });

const lookingServer = (missing?: number, more: Partial<HttpBootServerOptions> = {}) => lookingAt(root, missing, more);

/** Bytes of the header lines of the one answer so far. */
const headLength = 350;

// Each of these tests has a server of its own, and waits for its looks.
describe.concurrent("an answer that the system has taken and the client has not", () => {
  it("is not done; the client's reset ends it with the bytes that its system has acknowledged", async () => {
    await using test = await lookingServer();
    using client = await idleReader(test.port());
    client.request("/kernel");
    const received = await test.receivedBy(client);
    expect(test.ends()).toEqual([]);
    client.socket.resetAndDestroy();
    const { bytes, reason, size } = await test.reported("aborted");
    expect([reason, size]).toEqual(["client-closed", kernel.length]);
    expect(bytes).toBeLessThan(received);
    expect(bytes).toBeGreaterThan(received - headLength);
  });

  it("is ended by the client's FIN as well", async () => {
    await using test = await lookingServer();
    using client = await idleReader(test.port());
    client.request("/kernel");
    const received = await test.receivedBy(client);
    client.socket.end();
    const { bytes, reason } = await test.reported("aborted");
    expect(reason).toBe("client-closed");
    expect(bytes).toBeLessThan(received);
    expect(bytes).toBeGreaterThan(received - headLength);
  });

  it.each([
    ["the last it acknowledged was a window before the end", 90_800, "done"],
    ["much more was missing", 300_000, "aborted"],
  ] as const)("that the client closes when %s is %s", async (_what, missing, end) => {
    await using test = await lookingServer(missing);
    using client = await idleReader(test.port());
    client.request("/kernel");
    client.socket.resume();
    await client.answer();
    // What a look found long ago says nothing about now.
    await test.looked(2);
    expect(test.ends()).toEqual([]);
    client.socket.end();
    const event = await test.reported(end);
    expect(event).toMatchObject(
      end === "done"
        ? { confirmed: false, bytes: kernel.length }
        : { reason: "client-closed", bytes: kernel.length - missing },
    );
  });

  it("is done when the client has read on, while the connection stays open", async () => {
    await using test = await lookingServer();
    using client = await idleReader(test.port());
    client.request("/kernel");
    await test.looked(2);
    expect(test.ends()).toEqual([]);
    client.socket.resume();
    expect((await client.answer()).body.equals(kernel)).toBe(true);
    expect(await test.reported("done")).toMatchObject({ status: 200, bytes: kernel.length });
    expect(test.server.statistics()).toMatchObject({ connections: 1, transfersActive: 0 });
  });

  it("is done with the bytes of its range", async () => {
    await using test = await lookingServer();
    using client = await idleReader(test.port());
    client.request("/kernel", ["Range: bytes=100-1400099"]);
    await test.looked(2);
    expect(test.ends()).toEqual([]);
    client.socket.resume();
    await client.answer();
    expect(await test.reported("done")).toMatchObject({ status: 206, bytes: 1_400_000, size: kernel.length });
  });

  it("is done before the next one, also for a client that asks ahead", async () => {
    await using test = await lookingServer();
    using client = await idleReader(test.port());
    client.request("/kernel");
    await test.looked(2);
    client.request("/script");
    client.request("/script");
    await test.looked(2);
    expect(test.ends()).toEqual([]);
    client.socket.resume();
    for (let answers = 0; answers < 3; answers++) await client.answer();
    await test.reported("done", ({ request: { id } }) => id === 3);
    expect(test.ends()).toMatchObject([{ bytes: kernel.length }, { bytes: 7 }, { bytes: 7 }]);
  });

  it.each([["HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close"], ["HTTP/1.0"]])(
    "counts the same after %j",
    async (head) => {
      await using test = await lookingServer();
      using client = await idleReader(test.port());
      client.send(`GET /kernel ${head}\r\n\r\n`);
      await test.looked(2);
      expect(test.ends()).toEqual([]);
      expect(test.server.statistics().connections).toBe(1);
      client.socket.resume();
      expect((await client.answer()).body.equals(kernel)).toBe(true);
      await client.closed();
      expect(await test.reported("done")).toMatchObject({ bytes: kernel.length });

      using other = await idleReader(test.port());
      other.send(`GET /kernel ${head}\r\n\r\n`);
      await test.looked(2);
      other.socket.resetAndDestroy();
      expect((await test.reported("aborted")).bytes).toBeLessThan(kernel.length / 2);
    },
  );

  it("shows its progress, also when it is small and the client slow", async () => {
    await using test = await lookingServer();
    using client = await idleReader(test.port());
    client.request("/module");
    await test.reported("start", ({ size }) => size === module.length);
    const { bytes, total } = await test.reported("progress");
    expect(total).toBe(module.length);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(receivedBy(client));
    client.socket.resume();
    await client.answer();
    expect(await test.reported("done")).toMatchObject({ bytes: module.length });
    expect(test.events.filter(({ type }) => type === "start")).toHaveLength(1);
  });

  it.each(["keepAliveTimeout", "idleLimit"] as const)(
    "is given up when it takes nothing any more (%s)",
    async (name) => {
      await using test = await lookingServer(undefined, {
        limits: { idleLimit: 900, keepAliveTimeout: 900, [name]: 400 },
      });
      using client = await idleReader(test.port());
      client.request("/kernel");
      const { bytes, reason } = await test.reported("aborted");
      expect(reason).toBe("timeout");
      expect(bytes).toBeGreaterThan(0);
      expect(bytes).toBeLessThan(kernel.length / 2);
    },
  );

  it("is reported as stopped by a stop, with what the client has", async () => {
    await using test = await lookingServer();
    using client = await idleReader(test.port());
    client.request("/kernel");
    const received = await test.receivedBy(client);
    await test.server.stop({ drain: true, timeout: 50 });
    const { bytes, reason } = await test.reported("aborted");
    expect(reason).toBe("stopped");
    expect(bytes).toBeLessThan(received);
    expect(bytes).toBeGreaterThan(received - headLength);
  });

  it("keeps a stop that drains waiting until the client has it", async () => {
    await using test = await lookingServer();
    using client = await idleReader(test.port());
    client.request("/kernel");
    await test.looked(2);
    const stopped = test.server.stop({ drain: true });
    client.socket.resume();
    await client.answer();
    await stopped;
    expect(test.events.slice(-2)).toMatchObject([{ type: "done", bytes: kernel.length }, { type: "stopped" }]);
  });
});

describe("small answers", () => {
  it("of clients that ask on or close cost hardly a look", async () => {
    await using test = await lookingServer();
    using client = await rawClient(test.port());
    for (let time = 0; time < 50; time++) await client.get("/script");
    expect(test.ends()).toHaveLength(49);
    client.socket.end();
    await once(client.socket, "close");
    await test.reported("done", ({ request: { id } }) => id === 50);
    // More than none where the machine is so busy that a request takes long.
    expect(test.looks()).toBeLessThan(25);
  });

  it("cost one look when the connection stays open, and took no longer for that", async () => {
    await using test = await lookingServer();
    using client = await rawClient(test.port());
    await client.get("/script");
    const { ms } = await test.reported("done");
    expect(ms).toBeLessThan(500);
    expect(test.looks()).toBe(1);
  });
});

describe("a server that cannot look", () => {
  const options: [string, Partial<HttpBootServerOptions>][] = [
    ["was given nothing", {}],
    ["finds nothing", { unacknowledged: () => undefined }],
  ];

  it.each(options)("takes the next request for a proof (%s)", async (_name, more) => {
    await using test = await httpServer(root, more);
    using client = await idleReader(test.port());
    client.request("/kernel");
    await test.reported("start");
    client.socket.resume();
    await client.answer();
    expect(test.events.map(({ type }) => type)).not.toContain("done");
    await client.get("/script");
    expect(await test.reported("done")).toMatchObject({ bytes: kernel.length });
  });

  it.each(options)("takes a close in good order for a proof (%s)", async (_name, more) => {
    await using test = await httpServer(root, more);
    using client = await rawClient(test.port());
    await client.get("/kernel");
    client.socket.end();
    expect(await test.reported("done")).toMatchObject({ bytes: kernel.length });
  });

  it("takes a small answer for done after a while", async () => {
    await using test = await httpServer(root);
    using client = await rawClient(test.port());
    await client.get("/script");
    expect(await test.reported("done")).toMatchObject({ bytes: 7 });
  });
});

it("looks at a connection that was reset as at one that is no more", async () => {
  const asked: HttpBootClient[] = [];
  await using test = await httpServer(root, {
    unacknowledged(connections) {
      asked.push(...connections);
      return connections.map(() => undefined);
    },
  });
  using client = await rawClient(test.port());
  await client.get("/kernel");
  client.socket.end();
  expect(await test.reported("done")).toMatchObject({ bytes: kernel.length });
  expect(asked[0]).toMatchObject({ address: "127.0.0.1", localPort: test.port() });
});
