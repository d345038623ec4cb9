import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { directory } from "@bootlace/boot-source";
import tftp, { type Stats } from "tftp";
import { expect, test } from "vitest";
import { systemClock } from "../src/clock.ts";
import { uploads } from "../src/uploads.ts";
import { folder, pattern, running } from "./fixture.ts";

const limits = { maxBlockSize: 65_464, maxWindowSize: 64 };

/** Gets a file with the client of the npm package `tftp`. */
async function get(port: number, file: string, blockSize: number, windowSize: number) {
  const client = tftp.createClient({ host: "127.0.0.1", port, blockSize, windowSize, retries: 5, timeout: 2000 });
  const stream = client.createGetStream(file);
  const parts: Buffer[] = [];
  let stats: Stats | undefined;
  stream.on("stats", (value) => {
    stats = value;
  });
  stream.on("data", (part) => parts.push(part as Buffer));
  await once(stream, "end");
  return { bytes: Buffer.concat(parts), stats };
}

test.each([
  [0, 512, 1],
  [1, 512, 1],
  [511, 512, 4],
  [512, 512, 4],
  [513, 512, 4],
  [1_000_000, 512, 1],
  [1_000_000, 512, 16],
  [1_000_000, 1468, 1],
  [1_000_000, 1468, 4],
  [1_468 * 64, 1468, 64],
  [3_000_000, 1468, 64],
  [1_000_000, 8192, 1],
  [1_000_000, 65_464, 1],
  [70_000 * 16, 16, 64],
])("npm tftp gets %i bytes with blksize %i and windowsize %i", async (size, blockSize, windowSize) => {
  const root = await folder();
  await writeFile(join(root, "f"), pattern(size));
  const { port, event } = await running({ source: directory(root), limits }, systemClock());
  const { bytes, stats } = await get(port, "f", blockSize, windowSize);
  expect(Buffer.compare(bytes, pattern(size))).toBe(0);
  // Never more than 64 KiB in flight.
  const granted = { blockSize, windowSize: Math.min(windowSize, Math.max(1, Math.floor(65_536 / blockSize))) };
  expect(stats).toMatchObject({ ...granted, size });
  const done = await event("done");
  expect(done).toMatchObject(granted);
  // This client closes its port behind its last ACK. On a busy machine that ACK and the closed port arrive together,
  // and the last block then stays unconfirmed.
  const unconfirmed = "confirmed" in done && !done.confirmed ? size % blockSize : 0;
  expect(done).toMatchObject({ figures: { bytes: size - unconfirmed } });
});

test("npm tftp hears that a file is not there", async () => {
  const { port } = await running({ source: directory(await folder()) }, systemClock());
  await expect(get(port, "nothing", 1468, 1)).rejects.toThrow("File not found");
});

test.each([
  [0, 1],
  [100_000, 1],
  [100_000, 16],
])("npm tftp puts %i bytes with windowsize %i", async (size, windowSize) => {
  const root = await folder();
  const options = { source: directory(root), sink: uploads(root), limits };
  const { port, event } = await running(options, systemClock());
  const client = tftp.createClient({ host: "127.0.0.1", port, blockSize: 1468, windowSize });
  const stream = client.createPutStream("up", { size });
  stream.end(Buffer.from(pattern(size)));
  await once(stream, "finish");
  expect(await event("done")).toMatchObject({ transfer: { direction: "write" }, figures: { bytes: size } });
  expect(Buffer.compare(await readFile(join(root, "up")), pattern(size))).toBe(0);
});
