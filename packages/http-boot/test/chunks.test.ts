import { content, type SourceFile } from "@bootlace/boot-source";
import { describe, expect, it } from "vitest";
import { type Chunk, chunkCache, ShortFileError, usualChunkBytes } from "../src/chunks.ts";
import { httpServer, rawClient } from "./raw-client.ts";

const MiB = usualChunkBytes;

/** A file whose bytes are its number and whose reads wait until they are let go. */
function slowFile(size: number, mark: number, version: string | undefined = `v${mark}`) {
  const waiting: (() => void)[] = [];
  let reads = 0;
  const file: SourceFile = {
    size,
    version,
    read(target, position) {
      reads++;
      return new Promise((resolve) => {
        waiting.push(() => {
          target.fill(mark);
          resolve(Math.min(target.length, size - position));
        });
      });
    },
    close() {},
  };
  return {
    file,
    reads: () => reads,
    go: () => {
      for (const let_go of waiting.splice(0)) let_go();
    },
  };
}

function plain(size: number, mark: number, version = `v${mark}`): SourceFile {
  const opened = content(new Uint8Array(size).fill(mark), version);
  if (!opened.ok) throw new Error("no content");
  return opened.file;
}

async function takeAll(cache: ReturnType<typeof chunkCache>, file: SourceFile): Promise<void> {
  const open = cache.open(file);
  for (let index = 0; index * MiB < file.size; index++) cache.release(await cache.take(open, index));
}

describe("a small part of a large file", () => {
  it("costs one block of 64 KiB, or two where it lies in two, and no more for who asks for it again", async () => {
    const size = 8 * MiB;
    const reads: (readonly [number, number])[] = [];
    const read = (target: Uint8Array, position: number) => {
      reads.push([position, target.length]);
      for (let at = 0; at < target.length; at++) target[at] = (position + at) % 251;
      return target.length;
    };
    const source = { open: () => ({ ok: true as const, file: { size, version: "v", read, close() {} } }) };
    await using test = await httpServer(source);
    using client = await rawClient(test.port());
    const ask = async (range: string) => [...(await client.get("/f", [`Range: bytes=${range}`])).body];
    expect(await ask("3000000-3000000")).toEqual([3_000_000 % 251]);
    expect(reads).toEqual([[45 * 65_536, 65_536]]);
    expect(await ask("3000001-3000002")).toEqual([3_000_001 % 251, 3_000_002 % 251]);
    expect(reads.length).toBe(1);
    expect(await ask("65535-65536")).toEqual([65_535 % 251, 65_536 % 251]);
    expect(reads.slice(1)).toEqual([
      [0, 65_536],
      [65_536, 65_536],
    ]);
    expect(await ask("8388607-")).toEqual([8_388_607 % 251]);
    client.request("/f", [], "HEAD");
    await client.answer("HEAD");
    expect(reads.length).toBe(4);
  });
});

describe("the cache of chunks", () => {
  it("reads a chunk once for all who want it at the same time, and gives it at once later", async () => {
    const cache = chunkCache(8 * MiB);
    const slow = slowFile(10, 7);
    const [a, b] = [cache.open(slow.file), cache.open(slow.file)];
    const both = Promise.all([cache.take(a, 0), cache.take(b, 0)]);
    slow.go();
    const [one, two] = await both;
    expect(one).toBe(two);
    expect([...one.bytes]).toEqual(Array(10).fill(7));
    expect(slow.reads()).toBe(1);
    expect(cache.take(cache.open(slow.file), 0)).toBe(one);
    expect([cache.statistics.hits, cache.statistics.misses, cache.statistics.bytes]).toEqual([2, 1, 10]);
  });

  it("keeps what was used last within its limit", async () => {
    const cache = chunkCache(3 * MiB);
    await takeAll(cache, plain(2 * MiB, 1));
    await takeAll(cache, plain(100, 2));
    await takeAll(cache, plain(2 * MiB, 1));
    await takeAll(cache, plain(MiB, 3));
    expect(cache.statistics.bytes).toBeLessThanOrEqual(3 * MiB);
    const misses = cache.statistics.misses;
    await takeAll(cache, plain(2 * MiB, 1));
    await takeAll(cache, plain(MiB, 3));
    expect(cache.statistics.misses).toBe(misses);
    await takeAll(cache, plain(100, 2));
    expect(cache.statistics.misses).toBe(misses + 1);
  });

  it("never hands memory that is in use to another file", async () => {
    const cache = chunkCache(MiB);
    const held: Chunk[] = [];
    for (let mark = 1; mark <= 4; mark++) held.push(await cache.take(cache.open(plain(MiB, mark)), 0));
    expect(held.map(({ bytes }) => [bytes[0], bytes.at(-1)])).toEqual([1, 2, 3, 4].map((mark) => [mark, mark]));
    expect(cache.statistics.bytes).toBe(4 * MiB);
    for (const chunk of held) cache.release(chunk);
    expect(cache.statistics.bytes).toBeLessThanOrEqual(MiB);
    await takeAll(cache, plain(MiB, 9));
    expect(cache.statistics.bytes).toBe(MiB);
  });

  it("keeps nothing of a file that may still be written", async () => {
    const cache = chunkCache(8 * MiB);
    const slow = slowFile(10, 1, undefined);
    const file = cache.open({ ...slow.file, version: undefined });
    const taking = cache.take(file, 0);
    slow.go();
    cache.release(await taking);
    expect(cache.statistics.bytes).toBe(0);
  });

  it("prefetches, and a chunk that fails is reported to all who wait and then forgotten", async () => {
    const cache = chunkCache(8 * MiB);
    const short: SourceFile = { ...plain(2 * MiB, 1), size: 3 * MiB };
    const file = cache.open(short);
    await cache.prefetch(file, 1);
    expect(cache.prefetch(file, 1)).toBeUndefined();
    expect(cache.take(file, 1)).toHaveProperty("bytes");
    const failing = [cache.take(file, 2), cache.take(cache.open(short), 2)];
    for (const one of failing) await expect(one).rejects.toBeInstanceOf(ShortFileError);
    await expect(cache.prefetch(file, 2)).resolves.toBeUndefined();
    expect(cache.statistics.bytes).toBe(MiB);
  });

  it("lets go of everything that is not in use", async () => {
    const cache = chunkCache(8 * MiB);
    const chunk = await cache.take(cache.open(plain(10, 1)), 0);
    await takeAll(cache, plain(3 * MiB, 2));
    cache.clear();
    expect(cache.statistics.bytes).toBe(10);
    cache.release(chunk);
    cache.clear();
    expect(cache.statistics.bytes).toBe(0);
  });
});
