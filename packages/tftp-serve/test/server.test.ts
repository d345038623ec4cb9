import { notFound, type Source } from "@bootlace/boot-source";
import { describe, expect, test } from "vitest";
import { fakeClock } from "./fake-clock.ts";
import { fetchFile, memory, pattern, running, udpClient } from "./fixture.ts";
import { ack, error, hex, request, rrq, toHex } from "./hex.ts";

const files = { hello: Buffer.from("hello"), empty: new Uint8Array(0), big: pattern(300_000), even: pattern(1024) };
const source = memory(files);

describe("a read request", () => {
  test("V7: DATA 1 comes from a fresh port of the address that was asked", async () => {
    const { port } = await running({ source });
    const client = await udpClient();
    client.send(rrq("hello"), port);
    const first = await client.next();
    expect(toHex(first.packet)).toBe("00 03 00 01 68 65 6c 6c 6f");
    expect(first.address).toBe("127.0.0.1");
    expect(first.port).not.toBe(port);
  });

  test.each([
    ["hello", []],
    ["empty", []],
    ["even", []],
    ["even", ["blksize", "1024"]],
    ["big", ["blksize", "1468", "tsize", "0"]],
    ["even", ["blksize", "8"]],
  ] as const)("%s with %j comes byte for byte", async (name, options) => {
    const { port, event } = await running({ source });
    expect(Buffer.compare(await fetchFile(await udpClient(), port, name, ...options), files[name])).toBe(0);
    expect(await event("done")).toMatchObject({
      confirmed: true,
      figures: { bytes: files[name].length, size: files[name].length, retransmissions: 0 },
    });
  });

  test("events report everything, in order", async () => {
    const { port, events, event } = await running({ source });
    const client = await udpClient();
    await fetchFile(client, port, "big", "tsize", "0", "BLKSIZE", "1024", "windowsize", "1", "timeout", "9");
    await event("done");
    expect(events.map(({ type }) => type)).toEqual(["listening", "start", "negotiated", "done"]);
    const transfer = {
      id: 1,
      direction: "read",
      client: { address: "127.0.0.1", port: client.port, localAddress: "127.0.0.1", localPort: port },
      file: "big",
      mode: "octet",
    };
    expect(events[1]).toMatchObject({
      transfer,
      requested: [
        ["tsize", "0"],
        ["BLKSIZE", "1024"],
        ["windowsize", "1"],
        ["timeout", "9"],
      ],
    });
    expect(events[2]).toMatchObject({
      transfer,
      size: 300_000,
      blockSize: 1024,
      windowSize: 1,
      timeout: 9,
      acknowledged: [
        ["tsize", "300000"],
        ["BLKSIZE", "1024"],
        ["windowsize", "1"],
        ["timeout", "9"],
      ],
    });
    expect(events[3]).toMatchObject({
      transfer,
      blockSize: 1024,
      windowSize: 1,
      figures: { blocks: 293, timeouts: 0 },
    });
  });

  test("a size probe is its own event, and nothing is sent after it", async () => {
    const { port, event, server } = await running({ source });
    const client = await udpClient();
    client.send(rrq("big", "tsize", "0", "blksize", "1468", "windowsize", "4"), port);
    const oack = await client.next();
    expect(oack.packet.toString("latin1", 2)).toBe("tsize\x00300000\0blksize\x001468\0windowsize\x004\0");
    client.send(error(8, "User aborted the transfer"), oack.port);
    expect(await event("probe")).toMatchObject({ size: 300_000, transfer: { file: "big" } });
    expect(server.statistics().transfersActive).toBe(0);
    expect(await fetchFile(client, port, "hello")).toEqual(files.hello);
    expect(client.waiting).toBe(0);
  });

  test("not found: ERROR 1 at once, from a port that is not the request port", async () => {
    const { port, event, server } = await running({ source });
    const client = await udpClient();
    client.send(rrq("pxelinux.cfg/default"), port);
    const answer = await client.next();
    expect(toHex(answer.packet)).toBe("00 05 00 01 46 69 6c 65 20 6e 6f 74 20 66 6f 75 6e 64 00");
    expect(answer.port).not.toBe(port);
    expect(await event("not-found")).toMatchObject({ file: "pxelinux.cfg/default", reason: "missing", code: 1 });
    expect(server.statistics()).toMatchObject({ requests: 1, notFound: 1, transfersAborted: 0, refused: 0 });
  });

  test("lost packets are sent again by the clock alone", async () => {
    const clock = fakeClock();
    const { port, event } = await running({ source }, clock);
    const client = await udpClient();
    client.send(rrq("even", "blksize", "512"), port);
    const oack = await client.next();
    clock.advance(1000);
    expect((await client.next()).packet).toEqual(oack.packet);
    client.send(ack(0), oack.port);
    const one = await client.next();
    clock.advance(1000);
    expect(await client.next()).toEqual(one);
    client.send(ack(1), one.port);
    expect(toHex((await client.next()).packet.subarray(0, 4))).toBe("00 03 00 02");
    client.send(ack(2), one.port);
    await client.next();
    client.send(ack(3), one.port);
    expect(await event("done")).toMatchObject({ figures: { retransmissions: 2, timeouts: 2, ms: 2000 } });
  });

  test("a client that has closed its port is noticed by the next packet to it", async () => {
    const clock = fakeClock();
    const { port, event, server } = await running({ source }, clock);
    const client = await udpClient();
    client.send(rrq("big"), port);
    const { port: tid } = await client.next();
    client.send(ack(1), tid);
    await client.next();
    await client.close();
    clock.advance(1000);
    expect(await event("aborted")).toMatchObject({ reason: "port-closed", figures: { bytes: 512, size: 300_000 } });
    expect(server.statistics().transfersActive).toBe(0);
  });

  test("progress is reported as time goes by", async () => {
    const clock = fakeClock();
    const { port, events } = await running({ source, progressInterval: 500 }, clock);
    const client = await udpClient();
    client.send(rrq("big"), port);
    for (let block = 1; block <= 3; block++) {
      const { port: tid } = await client.next();
      client.send(ack(block), tid);
      if (block === 3) await client.next();
    }
    clock.advance(490);
    expect(events.some(({ type }) => type === "progress")).toBe(false);
    clock.advance(10);
    clock.advance(500);
    expect(events.filter(({ type }) => type === "progress")).toMatchObject([{ figures: { bytes: 1536, blocks: 3 } }]);
  });
});

describe("refusals", () => {
  test("write requests, mode mail and unknown modes", async () => {
    const { port, event } = await running({ source });
    const client = await udpClient();
    client.send(request(2, "new", "octet"), port);
    expect(toHex((await client.next()).packet.subarray(0, 4))).toBe("00 05 00 02");
    expect(await event("refused")).toMatchObject({ reason: "write-refused", code: 2, file: "new" });
    client.send(request(1, "hello", "mail"), port);
    expect(toHex((await client.next()).packet.subarray(0, 4))).toBe("00 05 00 04");
    expect(await event("refused")).toMatchObject({ reason: "mode", code: 4, detail: "mail" });
    client.send(request(1, "hello", ""), port);
    expect(toHex((await client.next()).packet.subarray(0, 4))).toBe("00 05 00 04");
  });

  test("clients outside the allowed subnets get no answer", async () => {
    const { port, event } = await running({ source, clients: ["127.0.0.2/31", "::1"] });
    const stranger = await udpClient("127.0.0.1");
    const client = await udpClient("127.0.0.2");
    stranger.send(rrq("hello"), port);
    expect(await fetchFile(client, port, "hello")).toEqual(files.hello);
    expect(await event("refused")).toMatchObject({ reason: "client-not-allowed", code: undefined });
    expect(stranger.waiting).toBe(0);
  });

  test("a source that is busy is silence: an ERROR would end the boot of a client that asks again", async () => {
    const busy: Source = {
      open: (name, from) => (name === "hello" ? source.open(name, from) : notFound("busy", "too much")),
    };
    const { port, event } = await running({ source: busy });
    const client = await udpClient();
    client.send(rrq("other"), port);
    expect(await event("refused")).toMatchObject({ reason: "overdue", detail: "too much", code: undefined });
    expect(await fetchFile(client, port, "hello")).toEqual(files.hello);
    expect(client.waiting).toBe(0);
  });

  test("a source that does not answer is an ERROR that says so", async () => {
    const silent = { open: () => notFound("no-answer", "/boot/nfs does not answer") };
    const { port } = await running({ source: silent });
    const client = await udpClient();
    client.send(rrq("hello"), port);
    expect(Buffer.from((await client.next()).packet).toString("latin1")).toContain("Storage does not answer");
  });

  test("a source that fails is ERROR 0, and the log knows why", async () => {
    const broken = {
      open(name: string) {
        if (name === "sync") throw new Error("disk on fire");
        if (name === "silent") return undefined as never;
        return Promise.reject(new Error("disk under water"));
      },
    };
    const { port, event } = await running({ source: broken });
    const client = await udpClient();
    await expect(fetchFile(client, port, "sync")).rejects.toThrow("ERROR 0 Read failed");
    expect(await event("not-found")).toMatchObject({ reason: "source-failed", detail: "disk on fire" });
    await expect(fetchFile(client, port, "later")).rejects.toThrow("ERROR 0 Read failed");
    expect(await event("not-found")).toMatchObject({ reason: "source-failed", detail: "disk under water" });
    await expect(fetchFile(client, port, "silent")).rejects.toThrow("ERROR 0 Read failed");
    expect(await event("not-found")).toMatchObject({
      reason: "source-failed",
      detail: expect.stringMatching(/^open\(\) gave undefined instead/),
    });
  });
});

test("a datagram of 65,507 bytes, and none at all, end in silence", async () => {
  const { port, event } = await running({ source });
  const client = await udpClient();
  client.send(Buffer.alloc(65_507, "\0\x01a"), port);
  client.send(hex(""), port);
  expect(await fetchFile(client, port, "hello")).toEqual(files.hello);
  expect(await event("refused")).toMatchObject({ reason: "malformed" });
});
