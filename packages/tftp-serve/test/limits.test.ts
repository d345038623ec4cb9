import type { OpenResult, SourceClient } from "@bootlace/boot-source";
import { describe, expect, test } from "vitest";
import { fakeClock } from "./fake-clock.ts";
import { fetchFile, memory, pattern, running, udpClient } from "./fixture.ts";
import { ack, rrq } from "./hex.ts";

const files = { big: pattern(100_000), hello: Buffer.from("hello") };
const source = memory(files);

test("when all transfers are in use, the one that has been silent longest makes room", async () => {
  const clock = fakeClock();
  const { port, event, server } = await running({ source, limits: { maxTransfers: 2 } }, clock);
  const [first, second, third] = [await udpClient(), await udpClient(), await udpClient()];
  await beginAndFallSilent(first, port);
  clock.advance(500);
  await beginAndFallSilent(second, port);
  third.send(rrq("hello"), port);
  expect(await event("refused")).toMatchObject({ reason: "too-many-transfers", code: undefined, file: "hello" });
  clock.advance(600);
  expect(await fetchFile(third, port, "hello")).toEqual(files.hello);
  expect(await event("aborted")).toMatchObject({ reason: "evicted", transfer: { client: { port: first.port } } });
  await event("done");
  expect(server.statistics().transfersActive).toBe(1);
});

test("who never answered makes room at once, before those that have begun", async () => {
  const clock = fakeClock();
  const { port, event, server } = await running({ source, limits: { maxTransfers: 2 } }, clock);
  const [begun, mute, third] = [await udpClient(), await udpClient(), await udpClient()];
  await beginAndFallSilent(begun, port);
  clock.advance(900);
  mute.send(rrq("big"), port);
  await mute.next();
  clock.advance(40);
  third.send(rrq("hello"), port);
  expect(await event("refused")).toMatchObject({ reason: "too-many-transfers", file: "hello" });
  clock.advance(20);
  expect(await fetchFile(third, port, "hello")).toEqual(files.hello);
  expect(await event("aborted")).toMatchObject({ reason: "evicted", transfer: { client: { port: mute.port } } });
  await event("done");
  expect(server.statistics().transfersActive).toBe(1);
});

async function beginAndFallSilent(client: Awaited<ReturnType<typeof udpClient>>, port: number): Promise<void> {
  client.send(rrq("big"), port);
  const { port: tid } = await client.next();
  client.send(ack(1), tid);
  expect((await client.next()).packet[3]).toBe(2);
}

test.each([
  ["by default, in a place of its own", undefined, 0],
  ["in the place of one of them when there is no other", 256, 1],
])("a new client is served at once after a storm of 256 that were switched off again: %s", async (_, most, evicted) => {
  const clock = fakeClock();
  const limits = most === undefined ? {} : { maxTransfers: most };
  const { port, server } = await running({ source, limits }, clock);
  const storm = await Promise.all(Array.from({ length: 256 }, () => udpClient()));
  for (const client of storm) client.send(rrq("big", "blksize", "1468"), port);
  for (const client of storm) expect((await client.next()).packet[1]).toBe(6);
  expect(server.statistics().transfersActive).toBe(256);
  clock.advance(50);
  expect(await fetchFile(await udpClient(), port, "hello")).toEqual(files.hello);
  expect(server.statistics()).toMatchObject({ refused: 0, transfersAborted: evicted });
});

test("200 machines at once are all served to the end, by default", async () => {
  const { port, server } = await running({ source });
  const clients = await Promise.all(Array.from({ length: 200 }, () => udpClient()));
  const all = await Promise.all(clients.map((client) => fetchFile(client, port, "big", "blksize", "1468")));
  for (const bytes of all) expect(Buffer.compare(bytes, files.big)).toBe(0);
  expect(server.statistics()).toMatchObject({ refused: 0, transfersAborted: 0, requests: 200 });
});

test("one machine fetching hundreds of small files and misses is not held up, by default", async () => {
  const { port, server } = await running({ source });
  const client = await udpClient();
  for (let n = 0; n < 600; n++) {
    if (n % 3 === 0) expect(await fetchFile(client, port, "hello", "tsize", "0")).toEqual(files.hello);
    else await expect(fetchFile(client, port, `pxelinux.cfg/${n}`)).rejects.toThrow("ERROR 1");
  }
  expect(server.statistics()).toMatchObject({ refused: 0, notFound: 400 });
});

test("requests that nobody acknowledges are held up by their rate", async () => {
  const limits = { unacknowledgedPerSecond: 2 };
  const clock = fakeClock();
  const { port, event } = await running({ source, limits }, clock);
  for (let n = 0; n < 4; n++) {
    const client = await udpClient();
    client.send(rrq("big"), port);
    await client.next();
  }
  const late = await udpClient();
  late.send(rrq("big"), port);
  expect(await event("refused")).toMatchObject({ reason: "rate", code: undefined });
  clock.advance(500);
  late.send(rrq("big"), port);
  expect((await late.next()).packet[1]).toBe(3);
});

test("ERRORs to names that are not there are held up by their rate, and then the look-ups", async () => {
  const clock = fakeClock();
  let lookUps = 0;
  const counted = {
    open(name: string, client: SourceClient) {
      lookUps++;
      return source.open(name, client);
    },
  };
  const limits = { errorsPerSecond: 5, unacknowledgedPerSecond: 10 };
  const { port, event, server } = await running({ source: counted, limits }, clock);
  const client = await udpClient();
  for (let n = 0; n < 100; n++) client.send(rrq(`none${n}`), port);
  for (let n = 0; n < 10; n++) expect((await client.next()).packet[1]).toBe(5);
  for (let n = 0; n < 90; n++) expect(await event("refused")).toMatchObject({ reason: "rate", code: undefined });
  expect([client.waiting, lookUps, server.statistics().notFound]).toEqual([0, 10 + 20, 10]);
  clock.advance(1000);
  expect(await fetchFile(client, port, "hello")).toEqual(files.hello);
});

describe("look-ups", () => {
  function slow() {
    const waiting: ((result: OpenResult) => void)[] = [];
    return {
      waiting,
      source: {
        open: (name: string, client: SourceClient) =>
          name === "slow" ? new Promise<OpenResult>((resolve) => waiting.push(resolve)) : source.open(name, client),
      },
    };
  }

  test("that last too long end without an answer, and a file that opens later is closed", async () => {
    const { source, waiting } = slow();
    const clock = fakeClock();
    const { port, event, server } = await running({ source }, clock);
    const client = await udpClient();
    client.send(rrq("slow"), port);
    await expect.poll(() => waiting.length).toBe(1);
    clock.advance(2990);
    expect(server.statistics().transfersActive).toBe(1);
    clock.advance(20);
    expect(await event("refused")).toMatchObject({ reason: "overdue", detail: "opening", code: undefined });
    expect(server.statistics().transfersActive).toBe(0);
    let closed = 0;
    const file = { size: 1, version: undefined, read: () => 0, close: () => void closed++ };
    waiting[0]?.({ ok: true, file });
    await expect.poll(() => closed).toBe(1);
    expect(client.waiting).toBe(0);
  });

  test("make room for others like a transfer that nobody answers", async () => {
    const { source, waiting } = slow();
    const clock = fakeClock();
    const { port, server, event } = await running({ source, limits: { maxTransfers: 2 } }, clock);
    for (const client of [await udpClient(), await udpClient()]) client.send(rrq("slow"), port);
    await expect.poll(() => waiting.length).toBe(2);
    clock.advance(60);
    expect(await fetchFile(await udpClient(), port, "hello")).toEqual(files.hello);
    await event("done");
    expect(server.statistics().transfersActive).toBe(1);
  });

  test("run at most 32 at once, and those that wait for a second are dropped", async () => {
    const { source, waiting } = slow();
    const clock = fakeClock();
    const { port, event } = await running({ source }, clock);
    const clients = await Promise.all(Array.from({ length: 40 }, () => udpClient("127.0.0.2")));
    for (const client of clients) client.send(rrq("slow"), port);
    await expect.poll(() => waiting.length).toBe(32);
    clock.advance(1000);
    for (const open of waiting.splice(0)) open({ ok: false, fault: { reason: "missing" } });
    for (let n = 0; n < 8; n++) expect(await event("refused")).toMatchObject({ reason: "overdue", detail: "waiting" });
    expect(waiting.length).toBe(0);
  });
});

describe("what was negotiated", () => {
  test("stays within the limits of the server and of the client", async () => {
    const { port, event } = await running({
      source,
      limits: { maxBlockSize: 1024, maxWindowSize: 8 },
      settingsFor: (_, file) => (file === "hello" ? { maxWindowSize: 2, ignoreOptions: ["tsize"] } : undefined),
    });
    const client = await udpClient();
    client.send(rrq("big", "blksize", "60000", "windowsize", "64", "tsize", "0"), port);
    const { packet } = await client.next();
    expect(packet.toString("latin1", 2)).toBe("blksize\x001024\0windowsize\x008\0tsize\x00100000\0");
    client.send(rrq("hello", "windowsize", "64", "tsize", "0"), port);
    expect((await client.next()).packet.toString("latin1", 2)).toBe("windowsize\x002\0");
    await event("negotiated");
    expect(await event("negotiated")).toMatchObject({ windowSize: 2, size: 5 });
  });
});
