import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { directory } from "@bootlace/boot-source";
import { expect, test } from "vitest";
import { folder, pattern, running, udpClient } from "./fixture.ts";
import { error, rrq } from "./hex.ts";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Open descriptors and bytes in use, once all that was closed is gone. */
async function footprint(): Promise<{ descriptors: number; octets: number }> {
  await turn();
  await turn();
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return { descriptors: readdirSync("/proc/self/fd").length, octets: heapUsed + external };
}

test("10,000 requests that are broken off leave descriptors and heap where they were", {
  timeout: 60_000,
}, async () => {
  const root = await folder();
  await writeFile(join(root, "f"), pattern(100_000));
  const source = directory(root, { now: () => Date.now() + 60_000 });
  const ends: Record<string, number> = { probe: 0, aborted: 0 };
  let ended = () => {};
  const { port, server, events } = await running({
    source,
    onEvent({ type }) {
      if (type in ends) {
        ends[type] = (ends[type] ?? 0) + 1;
        ended();
      }
    },
  });
  const client = await udpClient();
  async function breakOff(count: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      client.send(n % 2 ? rrq("f") : rrq("f", "tsize", "0", "blksize", "1468", "windowsize", "4"), port);
      const { packet, port: tid } = await client.next();
      if (packet[1] !== (n % 2 ? 3 : 6)) expect.fail(`answer ${packet[1]}`);
      const end = new Promise<void>((resolve) => {
        ended = resolve;
      });
      client.send(error(n % 3 ? 8 : 0, "User aborted the transfer"), tid);
      await end;
      events.length = 0;
    }
  }
  await breakOff(1000);
  const before = await footprint();
  await breakOff(10_000);
  const after = await footprint();
  expect(after.descriptors).toBe(before.descriptors);
  expect(after.octets - before.octets).toBeLessThan(1_000_000);
  expect(ends).toEqual({ probe: 5500, aborted: 5500 });
  expect(server.statistics().transfersActive).toBe(0);
  expect(server.statistics().cache.bytes).toBeLessThan(400_000);
});
