import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readUnreadable } from "../src/core/unreadable.ts";
import { bootFolder } from "./boot-folder.ts";
import { httpServer, rawClient } from "./raw-client.ts";

const root = bootFolder({ small: "small file" });
writeFileSync(join(root, "with blank.cfg"), "set timeout=5");
const host = "Host: 192.168.50.10:8069\r\nUser-Agent: GRUB 2.06\r\n\r\n";

describe("a request that the parser refuses is reported with who, what, and how to write it", () => {
  it.each([
    [`GET /with blank.cfg HTTP/1.1\r\n${host}`, "blank-in-target", "write /with%20blank.cfg", "with blank.cfg"],
    [`GET /a  b/c\td HTTP/1.1\r\n${host}`, "blank-in-target", "write /a%20%20b/c%20d", undefined],
    [`HEAD /with blank.cfg HTTP/1.0\r\n${host}`, "blank-in-target", "write /with%20blank.cfg", "with blank.cfg"],
    [`GET /caf\xe9 HTTP/1.1\r\n${host}`, "bad-path", "%XX", undefined],
    [`GET /small HTTP/3.7\r\n${host}`, "malformed", "HTTP/3.7", "small"],
    [`G~T /small HTTP/1.1\r\n${host}`, "malformed", "no request of HTTP", undefined],
    ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "tls", "http://", undefined],
    [`GET /small HTTP/1.1\r\nX\x01: a\r\n${host}`, "malformed", "header", "small"],
    ["GET /small HTTP/1.1\r\nUser-Agent: x\r\n\r\n", "malformed", "no Host header", "small"],
  ])("%j", async (text, reason, detail, file) => {
    await using test = await httpServer(root);
    using client = await rawClient(test.port());
    client.send(text);
    expect((await client.answer()).status).toBe(400);
    const event = await test.reported("refused");
    expect(event).toMatchObject({ reason, client: { address: "127.0.0.1" } });
    expect(event.detail).toContain(detail);
    if (file !== undefined) expect(event.request).toMatchObject({ file });
  });

  it("has the User-Agent, and the target as it came", async () => {
    await using test = await httpServer(root);
    using client = await rawClient(test.port());
    client.send(`GET /with blank.cfg HTTP/1.1\r\n${host}`);
    expect(await test.reported("refused")).toMatchObject({
      request: { method: "GET", target: "/with blank.cfg", userAgent: "GRUB 2.06", id: 1 },
    });
  });

  it("is served when it is written with %20", async () => {
    await using test = await httpServer(root);
    using client = await rawClient(test.port());
    client.send(`GET /with%20blank.cfg HTTP/1.1\r\n${host}`);
    expect((await client.answer()).body.toString()).toBe("set timeout=5");
  });
});

it.each([
  ["HPE_UNKNOWN", "GET /small HTTP/1.1\r\n", { reason: "malformed", detail: "HPE_UNKNOWN" }],
  [
    "HPE_PAUSED_H2_UPGRADE",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    { reason: "malformed", detail: expect.stringContaining("HTTP/2") },
  ],
  ["HPE_INVALID_METHOD", "FETCH /small HTTP/1.1\r\n\r\n", { reason: "method", detail: "no such method: FETCH" }],
  ["HPE_INVALID_VERSION", "GET /small\r\n\r\n", { reason: "malformed", detail: expect.stringContaining("no version") }],
  [
    "HPE_INVALID_CONSTANT",
    `GET /${"a b".repeat(999)} HTTP/1.1\r\n\r\n`,
    { reason: "blank-in-target", detail: "write %20 for each blank" },
  ],
])("%s of %j", (code, text, expected) => {
  expect(readUnreadable(code, Buffer.from(text, "latin1"))).toMatchObject(expected);
});

it("nothing that came says no more than the code of the parser", () => {
  expect(readUnreadable("HPE_OTHER", new Uint8Array(0))).toEqual({ reason: "malformed", detail: "HPE_OTHER" });
});

describe("a connection that is closed without an answer", () => {
  it("for want of room is reported", async () => {
    await using test = await httpServer(root, { limits: { maxConnections: 1, maxConnectionsPerClient: 9 } });
    const clients = await Promise.all(Array.from({ length: 10 }, () => rawClient(test.port())));
    expect(await test.reported("refused", ({ status }) => status === 0)).toMatchObject({
      reason: "too-many-connections-of-client",
      client: { address: "127.0.0.1" },
      request: undefined,
    });
    for (const client of clients) client[Symbol.dispose]();
  });

  it("for asking ahead without end is reported", async () => {
    await using test = await httpServer(bootFolder({ large: new Uint8Array(8_000_000) }));
    using client = await rawClient(test.port());
    client.socket.pause();
    for (let i = 0; i < 40; i++) client.request("/large");
    expect(await test.reported("refused")).toMatchObject({ reason: "too-many-waiting", status: 0 });
  });
});
