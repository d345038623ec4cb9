import { createSocket } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { describe, expect, onTestFinished, test } from "vitest";
import { tftpServer } from "../src/serve.ts";
import { fakeClock } from "./fake-clock.ts";
import { fetchFile, memory, pattern, running, type UdpClient, udpClient } from "./fixture.ts";
import { ack, rrq, toHex } from "./hex.ts";

const files = { big: pattern(5000), hello: Buffer.from("hello") };
const source = memory(files);

/** Acknowledges a transfer of 512-byte blocks to its end, from block 2 on; copies of a block count once. */
async function finish(client: UdpClient, tid: number): Promise<void> {
  client.send(ack(2), tid);
  for (let block = 2; ; ) {
    const { packet } = await client.next();
    const number = packet.readUInt16BE(2);
    if (number !== block + 1) continue;
    client.send(ack(number), tid);
    block = number;
    if (packet.length < 4 + 512) return;
  }
}

describe("addresses", () => {
  test("each has its own socket, and answers come from the address that was asked", async () => {
    const { server } = await running({ source, addresses: ["127.0.0.1", "127.0.0.2", "127.0.0.2"] });
    expect(server.addresses().map(({ address }) => address)).toEqual(["127.0.0.1", "127.0.0.2"]);
    const port = server.addresses()[1]?.port ?? 0;
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    onTestFinished(() => void socket.close());
    for (const name of ["hello", "nothing"]) {
      socket.send(rrq(name), port, "127.0.0.2");
      const [, from] = await once(socket, "message");
      expect(from).toMatchObject({ address: "127.0.0.2" });
    }
  });

  test("come and go while the server runs, and transfers on one that is away go on", async () => {
    const clock = fakeClock();
    const { server, port, event } = await running({ source }, clock);
    const client = await udpClient();
    client.send(rrq("big"), port);
    const { port: tid } = await client.next();
    client.send(ack(1), tid);
    await client.next();
    await server.configure({ addresses: ["127.0.0.2"] });
    expect(await event("unlistening")).toMatchObject({ address: "127.0.0.1", port });
    expect(server.addresses()).toMatchObject([{ address: "127.0.0.2" }]);
    clock.advance(20_000);
    await server.configure({ addresses: ["127.0.0.1", "127.0.0.2"] });
    await finish(client, tid);
    expect(await event("done")).toMatchObject({ figures: { bytes: 5000 } });
    const back = server.addresses().find(({ address }) => address === "127.0.0.1");
    expect(await fetchFile(await udpClient(), back?.port ?? 0, "hello")).toEqual(files.hello);
  });

  test("transfers on one that stays away end when they have been idle for too long", async () => {
    const clock = fakeClock();
    const { server, port, event } = await running({ source }, clock);
    const client = await udpClient();
    client.send(rrq("big"), port);
    const { port: tid } = await client.next();
    client.send(ack(1), tid);
    await client.next();
    await server.configure({ addresses: [] });
    clock.advance(40_000);
    expect(await event("aborted")).toMatchObject({ reason: "timeout" });
    expect(server.statistics().transfersActive).toBe(0);
  });

  test("one that stays keeps its socket and its transfers", async () => {
    const { server, port } = await running({ source });
    const client = await udpClient();
    client.send(rrq("big"), port);
    const { port: tid } = await client.next();
    await server.configure({ addresses: ["127.0.0.2", "127.0.0.1"] });
    client.send(ack(1), tid);
    expect(toHex((await client.next()).packet.subarray(0, 4))).toBe("00 03 00 02");
    expect(server.statistics().transfersActive).toBe(1);
  });

  test("one that cannot be bound is reported once and tried again", async () => {
    const clock = fakeClock();
    const taken = createSocket("udp4").bind(0, "127.0.0.2");
    await once(taken, "listening");
    const { port } = taken.address();
    const { server, events, event } = await running({ source, port, addresses: ["127.0.0.1"] }, clock);
    await server.configure({ addresses: ["127.0.0.1", "127.0.0.2"] });
    expect(await event("listen-failed")).toMatchObject({ address: "127.0.0.2", port, code: "EADDRINUSE" });
    clock.advance(2000);
    await server.configure({ addresses: ["127.0.0.1", "127.0.0.2"] });
    expect(events.filter(({ type }) => type === "listen-failed")).toHaveLength(1);
    taken.close();
    await once(taken, "close");
    await event("listening");
    clock.advance(2000);
    expect(await event("listening")).toMatchObject({ address: "127.0.0.2", port });
    expect(await fetchFile(await udpClient(), port, "hello")).toEqual(files.hello);
  });

  test("by default: every IPv4 address of this machine, followed", async () => {
    const clock = fakeClock();
    const server = tftpServer({ source, port: 0 }, clock);
    await server.start();
    onTestFinished(() => server.stop());
    const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    const expected = own.filter(({ family }) => family === "IPv4").map(({ address }) => address);
    expect(
      server
        .addresses()
        .map(({ address }) => address)
        .sort(),
    ).toEqual([...new Set(expected)].sort());
    clock.advance(4000);
    expect(server.addresses()).toHaveLength(new Set(expected).size);
  });
});

describe("stop", () => {
  test("drain: running transfers end in peace, new requests get no answer", async () => {
    const { server, port, event, events } = await running({ source });
    const client = await udpClient();
    const late = await udpClient();
    client.send(rrq("big"), port);
    let { port: tid } = await client.next();
    const stopped = server.stop({ drain: true });
    late.send(rrq("hello"), port);
    expect(await event("refused")).toMatchObject({ reason: "stopping", code: undefined, file: "hello" });
    for (let block = 1; block < 10; block++) {
      client.send(ack(block), tid);
      ({ port: tid } = await client.next());
    }
    client.send(ack(10), tid);
    await stopped;
    expect(await event("done")).toMatchObject({ figures: { bytes: 5000 } });
    expect(events.slice(-2).map(({ type }) => type)).toEqual(["unlistening", "stopped"]);
    expect(late.waiting).toBe(0);
  });

  test("drain does not wait for ever, and a stop without it does not wait at all", async () => {
    for (const hurry of ["clock", "stop", "shorter"]) {
      const clock = fakeClock();
      const { server, port, event } = await running({ source }, clock);
      const client = await udpClient();
      client.send(rrq("big"), port);
      await client.next();
      const stopped = server.stop({ drain: true, timeout: hurry === "clock" ? 500 : Infinity });
      await new Promise((resolve) => setImmediate(resolve));
      if (hurry === "shorter") void server.stop({ drain: true, timeout: 500 });
      if (hurry === "stop") void server.stop();
      else clock.advance(500);
      await stopped;
      expect(await event("aborted")).toMatchObject({ reason: "stopped" });
    }
  });
});

describe("single-port mode", () => {
  test("a transfer has no other socket: it ends with its address", async () => {
    const { server, port, event } = await running({ source, singlePort: true });
    const client = await udpClient();
    client.send(rrq("big"), port);
    await client.next();
    await server.configure({ addresses: ["127.0.0.2"] });
    expect(await event("aborted")).toMatchObject({ reason: "stopped" });
    expect(toHex((await client.next()).packet.subarray(0, 4))).toBe("00 05 00 00");
  });

  test("everything comes from the request port, for many clients at once", async () => {
    const { port, server } = await running({ source, singlePort: true });
    const clients = await Promise.all(Array.from({ length: 10 }, () => udpClient()));
    const fetched = await Promise.all(clients.map((client) => fetchFile(client, port, "big", "windowsize", "1")));
    for (const bytes of fetched) expect(Buffer.compare(bytes, files.big)).toBe(0);
    const [client] = clients;
    client?.send(rrq("nothing"), port);
    expect(await client?.next()).toMatchObject({ port });
    client?.send(rrq("hello"), port);
    expect(await client?.next()).toMatchObject({ port });
    expect(server.statistics().transfersActive).toBe(1);
  });

  test("packets of no known transfer are answered by ERROR 5, which disturbs nobody", async () => {
    const { port, event } = await running({ source, singlePort: true });
    const client = await udpClient();
    const stranger = await udpClient();
    client.send(rrq("big"), port);
    await client.next();
    stranger.send(ack(1), port);
    expect(toHex((await stranger.next()).packet)).toContain("00 05 00 05 55");
    expect(await event("refused")).toMatchObject({ reason: "malformed", code: 5 });
    client.send(ack(1), port);
    expect(toHex((await client.next()).packet.subarray(0, 4))).toBe("00 03 00 02");
  });

  test.each([
    ["is not known after it, since anybody could have acknowledged it", true, 2],
    ["is known after it in the usual mode, and has the share of such clients as well", false, 4],
  ])("who has fetched a file %s", async (_, singlePort, served) => {
    const limits = { unacknowledgedPerSecond: 1 };
    const { port, server, event } = await running({ source, singlePort, limits });
    const client = await udpClient();
    expect(await fetchFile(client, port, "hello")).toEqual(files.hello);
    await event("done");
    const silent = await Promise.all(Array.from({ length: 6 }, () => udpClient()));
    for (const other of silent) other.send(rrq("big"), port);
    for (let refused = 0; refused < silent.length - served; refused++) {
      expect(await event("refused")).toMatchObject({ reason: "rate" });
    }
    expect(server.statistics()).toMatchObject({ transfersActive: served });
  });

  test("there are no windows, and who acknowledges what was not sent yet is sent no more", async () => {
    const { port, event } = await running({ source, singlePort: true });
    const client = await udpClient();
    client.send(rrq("big", "windowsize", "16", "blksize", "1468"), port);
    expect((await client.next()).packet.toString("latin1", 2)).toBe("windowsize\x001\0blksize\x001468\0");
    for (let block = 0; block < 50; block++) client.send(ack(block), port);
    expect(await event("aborted")).toMatchObject({ reason: "protocol", detail: "guessed" });
  });

  test("a client that has closed its port is heard, and sent no more", async () => {
    const clock = fakeClock();
    const { port, event } = await running({ source, singlePort: true }, clock);
    const client = await udpClient();
    client.send(rrq("big"), port);
    await client.next();
    await client.close();
    clock.advance(1000);
    expect(await event("aborted")).toMatchObject({ reason: "port-closed" });
  });

  test("a request from the port of a running transfer, which may be forged, gets no answer", async () => {
    const { port, event, server } = await running({ source, singlePort: true });
    const client = await udpClient();
    client.send(rrq("big"), port);
    await client.next();
    client.send(ack(1), port);
    expect((await client.next()).packet.readUInt16BE(2)).toBe(2);
    client.send(rrq("hello"), port);
    expect(await event("refused")).toMatchObject({ reason: "port-in-use", file: "hello" });
    client.send(ack(2), port);
    expect((await client.next()).packet.readUInt16BE(2)).toBe(3);
    expect(server.statistics().transfersActive).toBe(1);
  });
});
