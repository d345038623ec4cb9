import { readdirSync, readlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bootFolder, pattern } from "./boot-folder.ts";
import { httpServer, rawClient } from "./raw-client.ts";

const large = pattern(20 * 1024 * 1024 + 5);
const root = bootFolder({ small: "small file", large, "efi/BOOTX64.EFI": "" });

describe("a connection", () => {
  it("is kept open, also after refusals, and ends when the client wants it so", async () => {
    await using test = await httpServer(root);
    using client = await rawClient(test.port());
    for (const target of ["/small", "/none", "/small"]) await client.get(target);
    client.request("/small", [], "HEAD");
    expect((await client.answer("HEAD")).headers["content-length"]).toBe("10");
    const last = await client.get("http://127.0.0.1/small", ["Connection: close"]);
    expect([last.body.toString(), last.headers.connection]).toEqual(["small file", "close"]);
    await client.closed();
  });

  it("gets an answer as HTTP/1.0, without chunks", async () => {
    await using test = await httpServer(root);
    using client = await rawClient(test.port());
    client.send("GET /small HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n");
    const { headers, body } = await client.answer();
    expect([body.toString(), headers["transfer-encoding"]]).toEqual(["small file", undefined]);
    await client.closed();
  });

  it("may ask again before the answer: answers come in order", async () => {
    await using test = await httpServer(root);
    using client = await rawClient(test.port());
    for (const target of ["/large", "/small", "/none", "/small"]) client.request(target);
    expect((await client.answer()).body.equals(large)).toBe(true);
    expect((await client.answer()).body.toString()).toBe("small file");
    expect((await client.answer()).status).toBe(404);
    expect((await client.answer()).body.toString()).toBe("small file");
  });

  it("that asks ahead without end is closed", async () => {
    await using test = await httpServer(root);
    using client = await rawClient(test.port());
    client.socket.pause();
    client.request("/large");
    for (let i = 0; i < 40; i++) client.request("/small");
    await client.closed();
    expect(test.events.filter(({ type }) => type === "done").length).toBeLessThan(17);
  });

  it.each([
    ["nonsense\r\n\r\n", 400, "malformed"],
    [
      "GET /small HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      400,
      "malformed",
    ],
    ["GET /small HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "malformed"],
    [`GET /small HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${"y".repeat(9000)}\r\n\r\n`, 431, "headers-too-large"],
    ["CONNECT example.net:443 HTTP/1.1\r\nHost: example.net:443\r\n\r\n", 405, "method"],
    ["TRACE / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 405, "method"],
    ["PROPFIND /small HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 405, "method"],
    ["POST /small HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n\r\nabc", 405, "method"],
    ["GET /small HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n\r\nabc", 413, "body"],
  ])("%j gets %i and is closed", async (text, status, reason) => {
    await using test = await httpServer(root);
    using client = await rawClient(test.port());
    client.send(text);
    expect((await client.answer()).status).toBe(status);
    await client.closed();
    expect(await test.reported("refused")).toMatchObject({ reason, status });
  });

  it.each([
    ["says nothing", ""],
    ["sends its headers too slowly", "GET /small HTTP/1.1\r\nHost:"],
  ])("that %s ends after a while", async (_name, text) => {
    await using test = await httpServer(root, { limits: { requestTimeout: 60 } });
    using client = await rawClient(test.port());
    client.send(text);
    await client.closed();
    expect(await test.reported("refused")).toMatchObject({ reason: "request-timeout", status: 408 });
  });

  it("that takes nothing ends, and the file is closed", async () => {
    await using test = await httpServer(root, { limits: { idleLimit: 300 } });
    using client = await rawClient(test.port());
    client.socket.pause();
    client.request("/large");
    const aborted = await test.reported("aborted");
    expect(aborted).toMatchObject({ reason: "timeout", status: 200, size: large.length });
    expect(aborted.bytes).toBeLessThan(large.length);
    await expect.poll(openFiles).toEqual([]);
  });

  it("that the client closes in the middle of a file is reported", async () => {
    await using test = await httpServer(root);
    using client = await rawClient(test.port());
    client.socket.pause();
    client.request("/large");
    await test.reported("start");
    client.socket.resetAndDestroy();
    expect(await test.reported("aborted")).toMatchObject({ reason: "client-closed", size: large.length });
    await expect.poll(openFiles).toEqual([]);
  });

  it("that the client closes while the last bytes of an answer wait to leave is no answer that was sent", async () => {
    await using test = await httpServer(root);
    using client = await rawClient(test.port());
    client.socket.pause();
    using first = await rawClient(test.port());
    await first.get("/large", ["Range: bytes=0-1048575"]);
    // As much as the buffers of both ends hold leaves; the next answer, of which all is in memory, is written and waits.
    for (let i = 0; i < 15; i++) client.request("/large", ["Range: bytes=0-1048575"]);
    await test.reported("done", ({ request: { id } }) => id === 2);
    client.socket.resetAndDestroy();
    const aborted = await test.reported("aborted");
    expect(aborted).toMatchObject({ reason: "client-closed", bytes: 0, status: 206 });
    expect(test.events.filter(({ type }) => type === "done").length).toBe(aborted.request.id - 1);
    await expect.poll(openFiles).toEqual([]);
  });
});

/** Files below the test's folder that this process has open. */
function openFiles(): string[] {
  const fds = readdirSync("/proc/self/fd");
  return fds.map(linkOf).filter((path) => path.startsWith(root));
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return "";
  }
}

describe("too many connections", () => {
  it("of one client or of all get Retry-After; idle ones make room", async () => {
    await using test = await httpServer(root, { limits: { maxConnections: 3, maxConnectionsPerClient: 2 } });
    const busy = [await rawClient(test.port()), await rawClient(test.port())];
    for (const client of busy) {
      client.socket.pause();
      client.request("/large");
    }
    await test.reported("start", ({ request: { id } }) => id === 2);
    using third = await rawClient(test.port());
    const refused = await third.get("/small");
    expect([refused.status, refused.headers["retry-after"], refused.headers.connection]).toEqual([503, "1", "close"]);
    expect(test.events.at(-1)).toMatchObject({ reason: "too-many-connections-of-client" });
    await third.closed();

    busy[0]?.socket.destroy();
    await test.reported("aborted");
    using fourth = await rawClient(test.port());
    expect((await fourth.get("/small")).status).toBe(200);
    using fifth = await rawClient(test.port());
    expect((await fifth.get("/small")).status).toBe(200);
    await fourth.closed();
    await test.server.configure({ limits: { maxConnections: 9, maxConnectionsPerClient: 9 } });
    using sixth = await rawClient(test.port());
    expect((await sixth.get("/small")).status).toBe(200);
    busy[1]?.socket.destroy();
  });

  it("are refused without a request, too, and the last ones without a word", async () => {
    await using test = await httpServer(root, { limits: { maxConnections: 1, maxConnectionsPerClient: 1 } });
    using one = await rawClient(test.port());
    const others = await Promise.all(Array.from({ length: 9 }, () => rawClient(test.port())));
    const statuses = await Promise.all(
      others.map((client) =>
        client.answer().then(
          ({ status }) => status,
          () => 0,
        ),
      ),
    );
    expect(statuses.toSorted()).toEqual([0, 503, 503, 503, 503, 503, 503, 503, 503]);
    await Promise.all(others.map((client) => client.closed()));
    expect((await one.get("/small")).status).toBe(200);
    expect(test.server.statistics().connections).toBe(1);
  });

  it("are refused with the name of the file that they asked for", async () => {
    await using test = await httpServer(root, { limits: { maxConnections: 1 } });
    using _one = await rawClient(test.port());
    using two = await rawClient(test.port());
    expect((await two.get("/small")).status).toBe(503);
    const request = { method: "GET", file: "small", target: "/small" };
    expect(test.events.at(-1)).toMatchObject({ type: "refused", reason: "too-many-connections-of-client", request });
    await two.closed();
  });

  it("do not matter to clients that are not served at all: they are closed before anything is done for them", async () => {
    await using test = await httpServer(root, { clients: ["192.0.2.0/24"] });
    using client = await rawClient(test.port());
    await client.closed();
    await expect(client.get("/small")).rejects.toThrow("the connection ended after 0 bytes");
    expect(test.events.at(-1)).toMatchObject({ reason: "client-not-allowed", status: 0, request: undefined });
    expect(test.server.statistics()).toMatchObject({ connections: 0, requests: 0 });
  });
});
