import { SourceChangedError, type SourceFile } from "@bootlace/boot-source";
import { describe, expect, test } from "vitest";
import { type FrameCache, frameCache } from "../src/cache.ts";
import type { FramedFile, LoadFault } from "../src/frames.ts";
import { pattern } from "./fixture.ts";
import { toHex } from "./hex.ts";

const shape = { blockSize: 512, rollover: 0 } as const;
const perChunk = Math.floor(65_536 / 516);

interface Counted extends SourceFile {
  reads: number[];
  closed: number;
}

function file(bytes: Uint8Array, version: string | undefined, later = false): Counted {
  const counted: Counted = {
    size: bytes.length,
    version,
    reads: [],
    closed: 0,
    read(target, position) {
      counted.reads.push(position);
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      return later ? Promise.resolve(part.length) : part.length;
    },
    close() {
      counted.closed++;
    },
  };
  return counted;
}

/** Loads a piece and gives it, or the fault. */
function load(framed: FramedFile, index: number): Promise<Uint8Array | LoadFault> {
  return new Promise((resolve) => {
    framed.load(index, (fault) => resolve(fault ?? framed.chunk(index)?.bytes ?? new Uint8Array(0)));
  });
}

function openAll(cache: FrameCache, count: number, size: number): FramedFile[] {
  return Array.from({ length: count }, (_, n) => {
    const framed = cache.open(file(pattern(size), `v${n}`), shape);
    framed.load(0, undefined);
    return framed;
  });
}

describe("packets", () => {
  test.each([0, 1, 511, 512, 513, perChunk * 512 - 1, perChunk * 512, perChunk * 512 + 1, 200_000])(
    "%i octets: each block once, with its header",
    async (size) => {
      const bytes = pattern(size);
      const framed = frameCache(1e6).open(file(bytes, "v", true), shape);
      expect(framed.lastBlock).toBe(Math.floor(size / 512) + 1);
      for (let block = 1; block <= framed.lastBlock; block++) {
        const index = framed.indexOf(block);
        await load(framed, index);
        const chunk = framed.chunk(index);
        if (!chunk) return expect.fail(`no piece for block ${block}`);
        expect(block >= chunk.first && block <= chunk.last).toBe(true);
        const at = (block - chunk.first) * framed.frame;
        const packet = chunk.bytes.subarray(at, block === framed.lastBlock ? undefined : at + framed.frame);
        expect([packet[0], packet[1], packet.readUInt16BE(2)]).toEqual([0, 3, block]);
        expect(Buffer.compare(packet.subarray(4), bytes.subarray((block - 1) * 512, block * 512))).toBe(0);
      }
    },
  );

  test("far beyond 4 GiB, and around the rollover", async () => {
    const size = 6 * 2 ** 30 + 5;
    const positions: number[] = [];
    const far: SourceFile = {
      size,
      version: undefined,
      read(target, position) {
        positions.push(position);
        return target.fill(Math.floor(position / 2 ** 30)).length;
      },
      close() {},
    };
    for (const rollover of [0, 1] as const) {
      const framed = frameCache(1e6).open(far, { blockSize: 1468, rollover });
      const block = Math.floor((5 * 2 ** 30) / 1468);
      const bytes = await load(framed, framed.indexOf(block));
      const chunk = framed.chunk(framed.indexOf(block));
      expect(positions.pop()).toBe(((chunk?.first ?? 0) - 1) * 1468);
      const number = rollover === 0 ? (chunk?.first ?? 0) % 65_536 : (((chunk?.first ?? 0) - 1) % 65_535) + 1;
      expect(toHex((bytes as Uint8Array).subarray(0, 5))).toBe(
        toHex(Uint8Array.of(0, 3, number >> 8, number & 255, 4)),
      );
      const around = framed.indexOf(65_536);
      await load(framed, around);
      const piece = framed.chunk(around);
      const at = (65_536 - (piece?.first ?? 0)) * framed.frame;
      expect(piece?.bytes.readUInt16BE(at + 2)).toBe(rollover);
      const last = await load(framed, framed.indexOf(framed.lastBlock));
      const rest = framed.lastBlock - (framed.chunk(framed.indexOf(framed.lastBlock))?.first ?? 0);
      expect((last as Uint8Array).length - rest * framed.frame).toBe(4 + (size % 1468));
    }
  });

  test("blocks of 65,464 bytes are a piece each", async () => {
    const framed = frameCache(1e6).open(file(pattern(150_000), "v"), { blockSize: 65_464, rollover: 0 });
    expect((await load(framed, 2)) as Uint8Array).toHaveLength(4 + 150_000 - 2 * 65_464);
  });
});

describe("sharing", () => {
  test("one version is read once for all, and a second file handle is closed at once", async () => {
    const cache = frameCache(1e6);
    const first = file(pattern(1000), "v", true);
    const second = file(pattern(1000), "v", true);
    const framed = cache.open(first, shape);
    expect(cache.open(second, shape)).toBe(framed);
    expect([first.closed, second.closed]).toEqual([0, 1]);
    await Promise.all([load(framed, 0), load(framed, 0), load(framed, 0)]);
    expect([first.reads, second.reads]).toEqual([[0], []]);
    cache.close(framed);
    expect(first.closed).toBe(0);
    cache.close(framed);
    expect(first.closed).toBe(1);
    const third = file(pattern(1000), "v");
    const again = cache.open(third, shape);
    expect(again).toBe(framed);
    await load(again, 0);
    expect(third.reads).toEqual([]);
    cache.close(again);
    expect([third.closed, cache.statistics.misses]).toEqual([1, 1]);
  });

  test("what will still have to be read is held: at the start, and when a piece in use goes", async () => {
    let held = 0;
    const holding = (bytes: Uint8Array) => ({ ...file(bytes, "v"), hold: () => void held++ });
    const bytes = pattern(perChunk * 512 * 2);
    const cache = frameCache(1e6);
    const first = cache.open(holding(bytes), shape);
    await load(first, 0);
    cache.close(first);
    expect(held).toBe(0);
    const second = cache.open(holding(bytes), shape);
    expect(held).toBe(1);
    for (const index of [1, 2]) await load(second, index);
    cache.close(second);
    const third = cache.open(holding(bytes), shape);
    expect(held).toBe(1);
    const [piece] = third.resident();
    if (piece) third.drop(piece);
    expect(held).toBe(2);
  });

  test("other versions, block sizes, rollovers and sizes are kept apart; without a version nothing is shared", () => {
    const cache = frameCache(1e6);
    const all = [
      cache.open(file(pattern(10), "v"), shape),
      cache.open(file(pattern(10), "w"), shape),
      cache.open(file(pattern(10), "v"), { ...shape, blockSize: 8 }),
      cache.open(file(pattern(10), "v"), { ...shape, rollover: 1 }),
      cache.open(file(pattern(11), "v"), shape),
      cache.open(file(pattern(10), undefined), shape),
      cache.open(file(pattern(10), undefined), shape),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  test("what nobody else can use is forgotten with its transfer", async () => {
    const cache = frameCache(1e6);
    const framed = cache.open(file(pattern(1000), undefined), shape);
    await load(framed, 0);
    expect(cache.statistics.bytes).toBeGreaterThan(1000);
    cache.close(framed);
    expect(cache.statistics.bytes).toBe(0);
  });
});

describe("memory", () => {
  test("stays below its limit; what is used stays", () => {
    const cache = frameCache(10_000);
    const [kept] = openAll(cache, 1, 2000);
    for (let n = 0; n < 200; n++) {
      const framed = cache.open(file(pattern(2000), `n${n}`), shape);
      framed.load(0, undefined);
      cache.close(framed);
      expect(kept?.chunk(0)).toBeDefined();
      expect(cache.statistics.bytes).toBeLessThanOrEqual(10_000);
    }
  });

  test("ten thousand tiny files are counted with what they cost", () => {
    const cache = frameCache(100_000);
    for (const framed of openAll(cache, 10_000, 10)) cache.close(framed);
    expect(cache.statistics.bytes).toBeLessThanOrEqual(100_000);
    expect(cache.statistics.bytes).toBeGreaterThan(90_000);
  });

  test("goes back at once when the limit becomes smaller", async () => {
    const cache = frameCache(100_000);
    const kept = openAll(cache, 10, 2000);
    const before = cache.statistics.bytes;
    cache.resize(100_000);
    expect(cache.statistics).toMatchObject({ bytes: before, limit: 100_000 });
    cache.resize(6000);
    expect(cache.statistics.bytes).toBeLessThanOrEqual(6000);
    expect(cache.statistics.bytes).toBeGreaterThan(0);
    for (const framed of kept) expect(await load(framed, 0)).toBeInstanceOf(Uint8Array);
  });

  test("a piece larger than the limit still passes through", async () => {
    const cache = frameCache(0);
    const framed = cache.open(file(pattern(200_000), "v", true), shape);
    for (let index = 0; index < 4; index++) expect(await load(framed, index)).toBeInstanceOf(Uint8Array);
    expect(framed.chunk(0)).toBeUndefined();
    expect(cache.statistics.bytes).toBeLessThan(70_000);
    cache.close(framed);
  });

  test("clear forgets what no transfer uses", () => {
    const cache = frameCache(1e6);
    const [used, unused] = openAll(cache, 2, 2000);
    if (unused) cache.close(unused);
    cache.clear();
    expect([used?.chunk(0) === undefined, unused?.chunk(0)]).toEqual([false, undefined]);
  });
});

describe("trouble", () => {
  const troubles: readonly (readonly [string, () => number | Promise<number>, LoadFault["reason"]])[] = [
    ["changed", () => Promise.reject(new SourceChangedError("changed")), "file-changed"],
    ["short", () => 3, "file-changed"],
    ["an I/O error", () => Promise.reject(new Error("EIO")), "io-failed"],
    [
      "a throw",
      () => {
        throw new Error("bug in a source");
      },
      "io-failed",
    ],
  ];

  test.each(troubles)(
    "%s: every waiting transfer gets the error, and the next one starts over",
    async (_, read, reason) => {
      const cache = frameCache(1e6);
      const broken: SourceFile = { ...file(pattern(200_000), "v"), read };
      const framed = cache.open(broken, shape);
      const results = [load(framed, 0), load(framed, 1), load(framed, 0)];
      for (const result of results) expect(await result).toMatchObject({ reason });
      expect(await load(framed, 2)).toMatchObject({ reason });
      expect(cache.statistics.bytes).toBe(0);
      expect(cache.open(file(pattern(200_000), "v"), shape)).not.toBe(framed);
    },
  );

  test("a transfer that ends while its file is read: the file is closed after the read, once", async () => {
    const cache = frameCache(1e6);
    let finish: ((count: number) => void) | undefined;
    const slow = file(pattern(1000), "v");
    slow.read = (): Promise<number> =>
      new Promise((resolve) => {
        finish = resolve;
      });
    const framed = cache.open(slow, shape);
    framed.load(0, undefined);
    cache.close(framed);
    expect(slow.closed).toBe(0);
    const again = cache.open(file(pattern(1000), "v"), shape);
    cache.close(again);
    finish?.(1000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(slow.closed).toBe(1);
  });
});
