import { expect, test } from "vitest";
import type { TftpServerOptions } from "../src/server-options.ts";
import { fakeClock } from "./fake-clock.ts";
import { memory, pattern, running, type UdpClient, udpClient } from "./fixture.ts";
import { ack, rrq } from "./hex.ts";

const file = pattern(1468 * 6 + 100);

/** A server on a system that pretends to cut: a window arrives as the one datagram that was sent. */
async function pretending(options: Omit<TftpServerOptions, "source">) {
  const asked: string[] = [];
  const made = await running({ source: memory({ file }), ...options }, fakeClock(), async (descriptors, size) => {
    asked.push(`${descriptors.length} × ${size}`);
    return true;
  });
  for (let n = 0; n < 10; n++) await new Promise((resolve) => setImmediate(resolve));
  return { ...made, asked };
}

async function firstWindow(client: UdpClient, port: number, ...options: string[]): Promise<Buffer> {
  client.send(rrq("file", ...options), port);
  const oack = await client.next();
  client.send(ack(0), oack.port);
  return (await client.next()).packet;
}

test("a window of a transfer is one call where that was wanted, with every block of it", async () => {
  const { port, asked, server } = await pretending({ segmentation: true });
  expect(asked).toEqual(["64 × 1472", "64 × 1472", "64 × 1472", "64 × 1472"]);
  const client = await udpClient();
  const window = await firstWindow(client, port, "blksize", "1468", "windowsize", "4");
  expect(window.length).toBe(4 * 1472);
  for (let block = 1; block <= 4; block++) {
    const packet = window.subarray((block - 1) * 1472, block * 1472);
    expect(packet.subarray(0, 4)).toEqual(Buffer.of(0, 3, 0, block));
    expect(packet.subarray(4)).toEqual(Buffer.from(file.subarray((block - 1) * 1468, block * 1468)));
  }
  expect(server.statistics().transfersActive).toBe(1);
});

test.each([
  ["other blocks", "blksize", "1024", "windowsize", "4"],
  ["no window", "blksize", "1468"],
])("not for %s", async (_, ...options) => {
  const { port } = await pretending({ segmentation: true });
  const packet = await firstWindow(await udpClient(), port, ...options);
  expect(packet.length).toBe(4 + Number(options[1]));
});

test("the largest block that is granted counts, and no more sockets than transfers", async () => {
  const { asked } = await pretending({ segmentation: true, limits: { maxBlockSize: 1400, maxTransfers: 70 } });
  expect(asked).toEqual(["64 × 1404", "6 × 1404"]);
});

test.each([
  ["without a word", {}],
  ["in single-port mode", { segmentation: true, singlePort: true }],
])("%s nothing is made ahead", async (_, options) => {
  const { port, asked } = await pretending(options);
  const packet = await firstWindow(await udpClient(), port, "blksize", "1468", "windowsize", "4");
  expect([packet.length, asked]).toEqual([1472, []]);
});

test("requests start no program, however many there are", async () => {
  const { port, asked, event, server } = await pretending({ segmentation: true, limits: { maxTransfers: 3 } });
  const clients = await Promise.all(Array.from({ length: 3 }, () => udpClient()));
  for (const windowSize of ["2", "3", "4"]) {
    for (const client of clients) client.send(rrq("file", "blksize", "1468", "windowsize", windowSize), port);
  }
  for (let n = 0; n < 6; n++) await event("aborted");
  expect([server.statistics().requests, server.statistics().transfersActive, asked]).toEqual([9, 3, ["3 × 1472"]]);
});

test("each address has its own, four at most, and one that goes makes room", async () => {
  const addresses = [1, 2, 3, 4, 5].map((last) => `127.0.0.${last}`);
  const { asked, server } = await pretending({ segmentation: true, addresses });
  expect(asked.length).toBe(16);
  await server.configure({ addresses: ["127.0.0.5"] });
  await server.configure({ addresses: ["127.0.0.5", "127.0.0.6"] });
  for (let n = 0; n < 10; n++) await new Promise((resolve) => setImmediate(resolve));
  expect(asked.length).toBe(20);
});
