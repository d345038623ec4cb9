import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Sink } from "../src/sink.ts";
import { type UploadOptions, uploads } from "../src/uploads.ts";
import { fakeClock } from "./fake-clock.ts";
import { folder, memory, pattern, running, type UdpClient, udpClient } from "./fixture.ts";
import { data, request, toHex } from "./hex.ts";

const source = memory({});

/** Sends a file in windows, and gives what the server said: "done", or its ERROR. */
async function put(
  client: UdpClient,
  port: number,
  name: string,
  bytes: Uint8Array,
  window = 1,
  ...options: string[]
): Promise<string> {
  const all = window === 1 ? options : [...options, "windowsize", String(window)];
  client.send(request(2, name, "octet", ...all), port);
  const blocks = Math.floor(bytes.length / 512) + 1;
  for (;;) {
    const { packet, port: tid } = await client.next();
    if (packet[1] === 5) return `ERROR ${packet[3]}`;
    const done = packet[1] === 6 ? 0 : packet.readUInt16BE(2);
    if (done === blocks) return "done";
    for (let block = done + 1; block <= Math.min(done + window, blocks); block++) {
      client.send(data(block, bytes.subarray((block - 1) * 512, block * 512)), tid);
    }
  }
}

async function upload(options: UploadOptions = {}) {
  const root = await folder();
  const clock = fakeClock();
  const server = await running({ source, sink: uploads(root, options) }, clock);
  return { ...server, root, clock, client: await udpClient() };
}

describe("an upload", () => {
  test.each([
    [0, 1],
    [511, 1],
    [512, 1],
    [5000, 1],
    [5000, 4],
    [20_000, 16],
  ])("of %i bytes in windows of %i", async (size, window) => {
    const { port, root, client, event, server, clock } = await upload();
    await mkdir(join(root, "sub"));
    expect(await put(client, port, "sub/f", pattern(size), window, "tsize", String(size))).toBe("done");
    expect(Buffer.compare(await readFile(join(root, "sub", "f")), pattern(size))).toBe(0);
    expect(await readdir(join(root, "sub"))).toEqual(["f"]);
    expect(await event("done")).toMatchObject({ transfer: { direction: "write" }, figures: { bytes: size, size } });
    expect(server.statistics().transfersActive).toBe(1);
    clock.advance(1000);
    expect(server.statistics().transfersActive).toBe(0);
  });

  test("in netascii is stored as it was", async () => {
    const { port, root, client } = await upload();
    client.send(request(2, "t", "netascii"), port);
    const { port: tid } = await client.next();
    client.send(data(1, Buffer.from(`${"x".repeat(511)}\r`)), tid);
    await client.next();
    client.send(data(2, Buffer.from("\ny\r\0\r")), tid);
    await client.next();
    expect(await readFile(join(root, "t"), "latin1")).toBe(`${"x".repeat(511)}\ny\r\r`);
  });

  test("creates only", async () => {
    const { port, root, client, event } = await upload();
    await writeFile(join(root, "f"), "old");
    expect(await put(client, port, "f", pattern(10))).toBe("ERROR 6");
    expect(await event("refused")).toMatchObject({ reason: "exists", code: 6, file: "f" });
    expect(await readFile(join(root, "f"), "utf8")).toBe("old");
  });

  test("a file that appears meanwhile is not replaced", async () => {
    const { port, root, client, event } = await upload();
    client.send(request(2, "f", "octet"), port);
    const { port: tid } = await client.next();
    await writeFile(join(root, "f"), "first");
    client.send(data(1, Buffer.from("second")), tid);
    expect((await client.next()).packet[1]).toBe(5);
    expect(await event("aborted")).toMatchObject({ reason: "io-failed" });
    expect(await readFile(join(root, "f"), "utf8")).toBe("first");
  });

  test.each(["../f", "sub/../../f", "out/f", "nowhere/f", "", "/", "f/"])("nothing is written to %j", async (name) => {
    const { port, root, client } = await upload();
    const outside = await folder();
    await symlink(outside, join(root, "out"));
    expect(await put(client, port, name, pattern(10))).toMatch(/^ERROR [12]$/);
    expect([await readdir(root), await readdir(outside)]).toEqual([["out"], []]);
  });

  test("size cap and quota: by tsize at once, else when it is passed; discarded bytes count no more", async () => {
    const { port, root, client, event, clock } = await upload({ maxFileSize: 2000, quota: 3000 });
    expect(await put(client, port, "a", pattern(2001), 1, "tsize", "2001")).toBe("ERROR 3");
    expect(await event("refused")).toMatchObject({ reason: "no-space", code: 3 });
    expect(await put(client, port, "a", pattern(2001))).toBe("ERROR 3");
    expect(await event("aborted")).toMatchObject({ reason: "no-space" });
    expect(await put(client, port, "b", pattern(2000))).toBe("done");
    clock.advance(1000);
    expect(await put(client, port, "c", pattern(1001))).toBe("ERROR 3");
    expect(await put(client, port, "c", pattern(1000))).toBe("done");
    clock.advance(1000);
    expect(await put(client, port, "d", pattern(1))).toBe("ERROR 3");
    expect((await readdir(root)).sort()).toEqual(["b", "c"]);
  });

  test("that breaks off leaves nothing behind", async () => {
    const { port, root, client, clock, event } = await upload();
    client.send(request(2, "f", "octet"), port);
    const { port: tid } = await client.next();
    client.send(data(1, pattern(512)), tid);
    await client.next();
    expect(await readdir(root)).toHaveLength(1);
    clock.advance(60_000);
    expect(await event("aborted")).toMatchObject({ reason: "timeout", figures: { bytes: 512 } });
    await expect.poll(() => readdir(root)).toEqual([]);
  });

  test("the last ACK is repeated for a client that missed it", async () => {
    const { port, client } = await upload();
    client.send(request(2, "f", "octet"), port);
    const { port: tid } = await client.next();
    client.send(data(1, pattern(3)), tid);
    expect(toHex((await client.next()).packet)).toBe("00 04 00 01");
    client.send(data(1, pattern(3)), tid);
    expect(toHex((await client.next()).packet)).toBe("00 04 00 01");
  });
});

test("a sink that fails: ERROR, and the reason in the log", async () => {
  const failing: Sink = {
    create(name) {
      if (name === "throws") throw new Error("no folder");
      const fail = () => Promise.reject(new Error("disk full"));
      return { ok: true, maxSize: 1000, file: { write: fail, commit: fail, discard: fail } };
    },
  };
  const { port, event } = await running({ source, sink: failing });
  const client = await udpClient();
  expect(await put(client, port, "throws", pattern(1))).toBe("ERROR 2");
  expect(await event("refused")).toMatchObject({ reason: "write-refused", detail: "no folder" });
  expect(await put(client, port, "f", pattern(1))).toBe("ERROR 0");
  expect(await event("aborted")).toMatchObject({ reason: "io-failed", detail: "disk full" });
});
