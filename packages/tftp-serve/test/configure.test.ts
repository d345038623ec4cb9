import { createSocket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { fakeClock } from "./fake-clock.ts";
import { fetchFile, memory, pattern, running, udpClient } from "./fixture.ts";
import { ack, rrq, toHex } from "./hex.ts";

const files = { big: pattern(5000), hello: Buffer.from("hello") };
const source = memory(files);

async function freePort(address: string): Promise<number> {
  const socket = createSocket("udp4").bind(0, address);
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  return port;
}

describe("configure", () => {
  test("moves to another port; a transfer that runs goes on to its last block", async () => {
    const { server, port, event } = await running({ source });
    const client = await udpClient();
    client.send(rrq("big"), port);
    const first = await client.next();
    const next = await freePort("127.0.0.1");
    expect(await server.configure({ port: next })).toEqual([]);
    expect(server.addresses()).toEqual([{ address: "127.0.0.1", port: next }]);
    expect(await event("unlistening")).toMatchObject({ port });
    const got = [first.packet.subarray(4)];
    for (let block = 1; block < 10; block++) {
      client.send(ack(block), first.port);
      got.push((await client.next()).packet.subarray(4));
    }
    client.send(ack(10), first.port);
    expect(new Uint8Array(Buffer.concat(got))).toEqual(files.big);
    expect(await event("done")).toMatchObject({ confirmed: true });
    const other = await udpClient();
    expect(await fetchFile(other, next, "hello")).toEqual(files.hello);
  });

  test("gives up an address and keeps its transfers; an address that stays keeps its socket", async () => {
    const { server, port } = await running({ source, addresses: ["127.0.0.1", "127.0.0.2"] });
    const stays = server.addresses()[1];
    const client = await udpClient();
    client.send(rrq("big"), port);
    const { port: tid } = await client.next();
    await server.configure({ addresses: ["127.0.0.2"] });
    expect(server.addresses()).toEqual([stays]);
    client.send(ack(1), tid);
    expect(toHex((await client.next()).packet.subarray(0, 4))).toBe("00 03 00 02");
    expect(server.statistics().transfersActive).toBe(1);
  });

  test("in single-port mode ends the transfers of a socket that is closed", async () => {
    const { server, port, event } = await running({ source, singlePort: true });
    const client = await udpClient();
    client.send(rrq("big"), port);
    await client.next();
    await server.configure({ port: await freePort("127.0.0.1") });
    expect(await event("aborted")).toMatchObject({ reason: "stopped" });
  });

  test("applies limits and clients to new requests", async () => {
    const { server, port, event } = await running({ source });
    await server.configure({ limits: { maxBlockSize: 600 } });
    const client = await udpClient();
    client.send(rrq("big", "blksize", "1428"), port);
    expect((await client.next()).packet.toString("latin1")).toContain("blksize\x00600");
    await server.configure({ clients: ["10.0.0.0/8"] });
    const stranger = await udpClient();
    stranger.send(rrq("hello"), port);
    expect(await event("refused")).toMatchObject({ reason: "client-not-allowed" });
    await server.configure({ clients: [] });
    expect(await fetchFile(stranger, port, "hello")).toEqual(files.hello);
  });

  test("applies the rates, the memory and the settings of clients to what comes next", async () => {
    const clock = fakeClock();
    const { server, port, event } = await running({ source }, clock);
    const [client, second, other] = [await udpClient(), await udpClient(), await udpClient()];
    expect(await fetchFile(client, port, "big")).toEqual(Buffer.from(files.big));
    expect(server.statistics().cache).toMatchObject({ limit: 32 * 2 ** 20 });
    await server.configure({ limits: { cacheSize: 100, unacknowledgedPerSecond: 0.5 } });
    expect(server.statistics().cache).toMatchObject({ limit: 100 });
    await server.configure({ settingsFor: () => ({ ignoreOptions: ["blksize"] }) });
    client.send(rrq("hello", "blksize", "1428", "tsize", "0"), port);
    expect((await client.next()).packet.toString("latin1", 2)).toBe("tsize\x005\0");
    // The share of known addresses is used up, and what is for all serves one more.
    second.send(rrq("hello"), port);
    await second.next();
    other.send(rrq("hello"), port);
    expect(await event("refused")).toMatchObject({ reason: "rate" });
    await server.configure({ limits: { unacknowledgedPerSecond: 100 } });
    clock.advance(20);
    other.send(rrq("hello"), port);
    expect((await other.next()).packet.toString("latin1", 4)).toBe("hello");
  });

  test("reports what cannot be bound", async () => {
    const taken = createSocket("udp4").bind(0, "127.0.0.2");
    onTestFinished(() => void taken.close());
    await once(taken, "listening");
    const { port } = taken.address();
    const { server } = await running({ source, port, addresses: ["127.0.0.1"] });
    expect(await server.configure({ addresses: ["127.0.0.1", "127.0.0.2"] })).toEqual([
      { protocol: "udp", address: "127.0.0.2", port, code: "EADDRINUSE" },
    ]);
  });

  test("before the start is what the start uses", async () => {
    const { server } = await running({ source });
    await server.stop();
    expect(await server.configure({ addresses: ["127.0.0.3"] })).toEqual([]);
    expect(server.addresses()).toEqual([]);
  });
});
