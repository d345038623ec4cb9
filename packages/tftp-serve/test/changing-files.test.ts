import { appendFile, rename, truncate, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { directory } from "@bootlace/boot-source";
import { describe, expect, test } from "vitest";
import { fetchFile, folder, pattern, running, type UdpClient, udpClient } from "./fixture.ts";
import { ack, error, rrq } from "./hex.ts";

const size = 1_000_000;
const old = pattern(size);
const fresh = pattern(size).map((octet) => octet ^ 0xff);

async function settled(path: string, bytes: Uint8Array): Promise<string> {
  await writeFile(path, bytes);
  await utimes(path, 1_700_000_000, 1_700_000_000);
  return path;
}

/** Reads on from block 1 to the end or to an ERROR. */
async function rest(client: UdpClient, tid: number): Promise<{ bytes: Buffer; error: string | undefined }> {
  const blocks: Buffer[] = [];
  for (let block = 1; ; block++) {
    client.send(ack(block), tid);
    const { packet } = await client.next();
    if (packet[1] === 5) {
      return { bytes: Buffer.concat(blocks), error: `${packet[3]} ${packet.toString("latin1", 4, packet.length - 1)}` };
    }
    blocks.push(packet.subarray(4));
    if (packet.length < 516) {
      client.send(ack(block + 1), tid);
      return { bytes: Buffer.concat(blocks), error: undefined };
    }
  }
}

async function begun(changes: { readonly cacheSize?: number } = {}) {
  const root = await folder();
  const path = await settled(join(root, "f"), old);
  const server = await running({ source: directory(root, { trustFor: 0 }), limits: changes });
  const client = await udpClient();
  client.send(rrq("f"), server.port);
  const { packet, port: tid } = await client.next();
  expect(Buffer.compare(packet.subarray(4), old.subarray(0, 512))).toBe(0);
  return { ...server, root, path, client, tid };
}

describe("a file that changes during a transfer never mixes old and new bytes", () => {
  test.each([
    ["written over", (path: string) => writeFile(path, fresh)],
    ["truncated", (path: string) => truncate(path, 700)],
    ["made longer", (path: string) => appendFile(path, "more")],
  ])("%s: ERROR 0, and the log says why", async (_, change) => {
    const { path, client, tid, event } = await begun();
    await change(path);
    const { bytes, error } = await rest(client, tid);
    expect(error).toBe("0 File changed");
    expect(Buffer.compare(bytes, old.subarray(512, 512 + bytes.length))).toBe(0);
    expect(await event("aborted")).toMatchObject({ reason: "file-changed", transfer: { file: "f" } });
  });

  test("removed after a transfer began with what was in memory: it ends with the whole file", async () => {
    const root = await folder();
    const path = await settled(join(root, "f"), old);
    // A file that was written a moment ago is not kept in memory.
    const settledBy = Date.now() + 60_000;
    const server = await running({ source: directory(root, { now: () => settledBy }) });
    const first = await udpClient();
    first.send(rrq("f"), server.port);
    const { port: leaving } = await first.next();
    // Some pieces of the file, so that the next client does not need the disk at first.
    for (let block = 1; block <= 600; block++) {
      first.send(ack(block), leaving);
      await first.next();
    }
    first.send(error(0, "enough"), leaving);
    await server.event("aborted");
    const client = await udpClient();
    client.send(rrq("f"), server.port);
    const { port: tid } = await client.next();
    await unlink(path);
    const { bytes, error: fault } = await rest(client, tid);
    expect(fault).toBeUndefined();
    expect(Buffer.compare(bytes, old.subarray(512))).toBe(0);
  });

  test("replaced: the transfer ends with the old file, the next one gets the new", async () => {
    const { path, client, tid, port, root } = await begun();
    await rename(await settled(join(root, "new"), fresh), path);
    const { bytes, error } = await rest(client, tid);
    expect(error).toBeUndefined();
    expect(Buffer.compare(bytes, old.subarray(512))).toBe(0);
    expect(Buffer.compare(await fetchFile(client, port, "f"), fresh)).toBe(0);
  });

  test("both at once, each gets its own, even without memory to keep them", async () => {
    const { path, client, tid, port, root } = await begun({ cacheSize: 0 });
    await rename(await settled(join(root, "new"), fresh), path);
    const second = await udpClient();
    const [first, other] = await Promise.all([rest(client, tid), fetchFile(second, port, "f", "blksize", "1468")]);
    expect(Buffer.compare(first.bytes, old.subarray(512))).toBe(0);
    expect(Buffer.compare(other, fresh)).toBe(0);
  });

  test("after the change the file is served as it is now", async () => {
    const { path, client, tid, port } = await begun();
    await settled(path, fresh);
    expect((await rest(client, tid)).error).toBe("0 File changed");
    expect(Buffer.compare(await fetchFile(client, port, "f"), fresh)).toBe(0);
  });
});
