import { once } from "node:events";
import { utimesSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type OpenResult, type Source, SourceChangedError } from "@bootlace/boot-source";
import { afterEach, describe, expect, it } from "vitest";
import { blockBytes, chunkCache } from "../src/chunks.ts";
import { connectionTable } from "../src/connections.ts";
import type { HttpBootEvent } from "../src/core/events.ts";
import { followDeliveries } from "../src/deliveries.ts";
import { directory } from "../src/index.ts";
import { acceptConnection } from "../src/listener.ts";
import { bootRequests } from "../src/requests.ts";
import { bootFolder, pattern } from "./boot-folder.ts";

const large = pattern(3 * 1024 * 1024 + 5);
const files = { "efi/boot/BOOTX64.EFI": "efi program", "large.iso": large, empty: "" };
const root = bootFolder({ ...files, "a b#c?.txt": "odd" });
const written = new Date("2026-11-20T10:11:12.345Z");
for (const name of Object.keys(files)) utimesSync(join(root, name), written, written);

const servers: Server[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((resolve) => void server.close(resolve)))));

/** The answers with their events; `progress` and `start` are kept too. */
function served(source: Source = directory(root, { ignoreCase: true })) {
  const events: HttpBootEvent[] = [];
  let ids = 0;
  const connections = connectionTable({
    limits: { maxConnections: 9, maxConnectionsPerClient: 9 },
    allows: () => true,
    now: () => 0,
    refuse: () => {},
    closed: () => {},
  });
  const clock = { wall: () => 1_000, ticks: () => 0, every: () => () => {} };
  const deliveries = followDeliveries({ unacknowledged: undefined, clock, connections: connections.all });
  const answer = bootRequests({
    source,
    caches: { chunks: chunkCache(16 * 1024 * 1024), blocks: chunkCache(1024 * 1024, blockBytes) },
    nextId: () => ++ids,
    emit: (event) => void events.push(event),
    now: clock.wall,
    ticks: clock.ticks,
    deliveries,
    onSending: () => () => {},
    penalties: { of: () => 0 },
    isOwnHost: () => true,
    unanswered: () => {},
    connectionOf: ({ socket }) => connections.of(socket),
  });
  const server = createServer(answer).on("connection", (socket) =>
    acceptConnection(socket, { connections, deliveries }),
  );
  const listening = once(server.listen(0, "127.0.0.1"), "listening");
  servers.push(server);
  const ask = async (path: string, headers: Record<string, string> = {}, method = "GET", content?: string) => {
    await listening;
    const { port } = server.address() as AddressInfo;
    const sent = request({ host: "127.0.0.1", port, path, method, headers, agent: false }).end(content);
    const [reply] = (await once(sent, "response")) as [IncomingMessage];
    const body = Buffer.concat(await reply.toArray());
    // Events come when the server has let go of the connection.
    await connections.drained();
    const { date, connection, ...rest } = reply.headers;
    return { status: reply.statusCode, headers: rest, body, connection };
  };
  return { events, ask, last: () => events.at(-1) };
}

describe("a file", () => {
  it("is the same by GET and HEAD but for the body: exact length, strong tag, date, type", async () => {
    // A file that was written a moment ago has no tag yet.
    await expect.poll(async () => (await served().ask("/efi/boot/bootx64.efi")).headers.etag).toBeDefined();
    const { ask, events } = served();
    const get = await ask("/efi/boot/bootx64.efi");
    const head = await ask("/efi/boot/bootx64.efi", {}, "HEAD");
    expect(get).toMatchObject({ status: 200, body: Buffer.from("efi program") });
    expect(get.headers).toEqual({
      "content-type": "application/efi",
      "x-content-type-options": "nosniff",
      "content-length": "11",
      "accept-ranges": "bytes",
      etag: expect.stringMatching(/^"[0-9a-z-]+"$/),
      "last-modified": "Fri, 20 Nov 2026 10:11:12 GMT",
    });
    expect(head).toEqual({ ...get, body: Buffer.alloc(0) });
    expect(events).toMatchObject([
      {
        type: "done",
        time: 1000,
        status: 200,
        bytes: 11,
        size: 11,
        range: undefined,
        request: { id: 1, method: "GET" },
      },
      {
        type: "done",
        status: 200,
        bytes: 0,
        size: 11,
        request: { id: 2, method: "HEAD", file: "efi/boot/bootx64.efi" },
      },
    ]);
  });

  it("arrives byte for byte when it is larger than a chunk, from disk and from memory", async () => {
    const { ask, events } = served();
    for (let time = 0; time < 2; time++) expect((await ask("/large.iso")).body.equals(large)).toBe(true);
    expect(events.map(({ type }) => type)).toEqual(["start", "done", "start", "done"]);
  });

  it("of any bytes arrives as it is, whether a single write holds it as text or not", async () => {
    const { ask } = served();
    for (const size of [256, 4096, 4097]) {
      const bytes = Buffer.from(Array.from({ length: size }, (_, at) => at % 256));
      const name = `bytes-${size}`;
      writeFileSync(join(root, name), bytes);
      utimesSync(join(root, name), written, written);
      await expect.poll(async () => (await ask(`/${name}`)).headers.etag).toBeDefined();
      for (let time = 0; time < 2; time++) {
        expect((await ask(`/${name}`)).body.equals(bytes)).toBe(true);
        const part = await ask(`/${name}`, { range: "bytes=128-255" });
        expect(part.body.equals(bytes.subarray(128, 256))).toBe(true);
      }
    }
  });

  it("may be empty", async () => {
    const { ask, last } = served();
    expect(await ask("/empty")).toMatchObject({ status: 200, headers: { "content-length": "0" } });
    expect((await ask("/empty", { range: "bytes=0-" })).status).toBe(416);
    expect((await ask("/empty", {}, "HEAD")).status).toBe(200);
    expect(last()).toMatchObject({ type: "done", bytes: 0, size: 0 });
  });

  it("is found under double slashes, escapes, another case and a query", async () => {
    const { ask, events } = served();
    for (const url of ["//efi//boot//BOOTX64.EFI", "/EFI/%42oot/bootx64.efi", "/efi/boot/BOOTX64.EFI?a=1"]) {
      expect((await ask(url)).body.toString()).toBe("efi program");
    }
    expect((await ask("/a%20b%23c%3f.txt")).body.toString()).toBe("odd");
    expect(events.at(-1)).toMatchObject({ request: { file: "a b#c?.txt", target: "/a%20b%23c%3f.txt" } });
  });
});

describe("a range", () => {
  it.each([
    ["bytes=0-0", 0, 0],
    ["bytes=1048575-1048576", 1048575, 1048576],
    ["bytes=1048576-", 1048576, large.length - 1],
    ["bytes=100-3000000", 100, 3000000],
    ["bytes=-7", large.length - 7, large.length - 1],
    ["bytes=3145728-99999999", 3145728, large.length - 1],
  ])("%s is 206 with exactly those bytes", async (range, first, last) => {
    const { ask, events } = served();
    const reply = await ask("/large.iso", { range });
    expect(reply.status).toBe(206);
    expect(reply.headers["content-range"]).toBe(`bytes ${first}-${last}/${large.length}`);
    expect(reply.headers["content-length"]).toBe(String(last - first + 1));
    expect(reply.body.equals(large.subarray(first, last + 1))).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: "done", status: 206, bytes: last - first + 1, range: { first, last } });
  });

  it("resumes as edk2 does, with If-Match or If-Unmodified-Since, and not on another file", async () => {
    const { ask, last } = served();
    const whole = await ask("/large.iso", {}, "HEAD");
    const etag = String(whole.headers.etag);
    const range = `bytes=2000000-${large.length - 1}`;
    for (const condition of [
      { "if-match": etag },
      { "if-unmodified-since": String(whole.headers["last-modified"]) },
      { "if-unmodified-since": `W/${etag}` },
      { "if-range": etag },
    ]) {
      const reply = await ask("/large.iso", { range, ...condition });
      expect([reply.status, reply.body.length]).toEqual([206, large.length - 2000000]);
    }
    expect((await ask("/large.iso", { range, "if-match": '"other"' })).status).toBe(412);
    expect(last()).toMatchObject({ type: "refused", reason: "precondition-failed", status: 412 });
    expect((await ask("/large.iso", { range, "if-range": '"other"' })).status).toBe(200);
    expect((await ask("/large.iso", { "if-none-match": etag })).status).toBe(304);
    expect(last()).toMatchObject({ type: "done", status: 304, bytes: 0 });
  });

  it("that no server can read is 416, and the event says whose it is", async () => {
    const { ask, last } = served();
    const reply = await ask("/large.iso", { range: "bytes=u-u" });
    expect(reply).toMatchObject({ status: 416, headers: { "content-range": `bytes */${large.length}` } });
    expect(last()).toMatchObject({
      type: "refused",
      reason: "malformed-range",
      detail: expect.stringMatching(/^bytes=u-u: this build of iPXE/),
    });
    await ask("/large.iso", { range: "bytes=99999999-" });
    expect(last()).toMatchObject({ reason: "range-not-satisfiable", status: 416 });
  });
});

describe("no file", () => {
  it("is a source that fails", async () => {
    const failing = (open: Source["open"]) => served({ open });
    const thrown = failing(() => {
      throw new Error("no disk");
    });
    expect((await thrown.ask("/a")).status).toBe(500);
    expect(thrown.last()).toMatchObject({ reason: "source-failed", detail: "no disk" });
    const rejected = failing(() => Promise.reject(new Error("no disk")));
    expect((await rejected.ask("/a")).status).toBe(500);
    const silent = failing((() => undefined) as never);
    expect((await silent.ask("/a")).status).toBe(500);
    expect(silent.last()).toMatchObject({
      reason: "source-failed",
      detail: "open() gave undefined instead of a result such as content() or notFound()",
    });
    let closed = 0;
    const unreadable = failing(() => ({
      ok: true,
      file: { size: 5, version: "v", read: () => Promise.reject(new Error("EIO")), close: () => void closed++ },
    }));
    expect((await unreadable.ask("/a")).status).toBe(500);
    expect(unreadable.events).toMatchObject([{ type: "refused", reason: "source-failed", detail: "EIO" }]);
    expect(closed).toBe(1);
  });

  it("is looked for again when it was replaced a moment ago", async () => {
    let opened = 0;
    const file = (text: string, changed: boolean): OpenResult => ({
      ok: true,
      file: {
        size: text.length,
        version: text,
        read(target) {
          if (changed) throw new SourceChangedError("another one");
          target.set(Buffer.from(text));
          return text.length;
        },
        close() {},
      },
    });
    const once = served({ open: () => (++opened === 1 ? file("old", true) : file("newer", false)) });
    expect((await once.ask("/a")).body.toString()).toBe("newer");
    expect(once.events.map(({ type }) => type)).toEqual(["done"]);
    const always = served({ open: () => file("old", true) });
    expect((await always.ask("/a")).status).toBe(500);
  });

  it("is anything asked by another method, or with a body", async () => {
    const { ask, last } = served();
    expect(await ask("/large.iso", {}, "PUT")).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
    expect(last()).toMatchObject({ reason: "method", detail: "PUT" });
    const body = await ask("/empty", { "content-length": "3" }, "GET", "abc");
    expect([body.status, body.connection]).toEqual([413, "close"]);
    const many = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`x${i}`, "1"]));
    expect((await ask("/empty", many)).status).toBe(431);
  });
});

it("asks the source for whom a script is", async () => {
  const names: string[] = [];
  const { ask, last } = served({
    open(name) {
      names.push(name);
      return { ok: false, fault: { reason: "missing" } };
    },
  });
  await ask("/a.ipxe?mac=52:54:00:12:34:56&uuid=1");
  expect(last()).toMatchObject({ request: { mac: "52:54:00:12:34:56", file: "a.ipxe" } });
  await ask("/a.ipxe?mac=52-54-00%3A12:34:5A");
  expect(last()).toMatchObject({ request: { mac: "52:54:00:12:34:5a" } });
  await ask("/a.ipxe?mac=5");
  expect(names).toEqual(["a.ipxe?mac=52:54:00:12:34:56&uuid=1", "a.ipxe?mac=52-54-00%3A12:34:5A", "a.ipxe"]);
});
