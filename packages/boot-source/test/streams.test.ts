import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { content } from "../src/content.ts";
import { OptionError } from "../src/core/option-error.ts";
import type { SourceFile } from "../src/core/source.ts";

const bytes = Uint8Array.from({ length: 300 }, (_, index) => index % 251);

async function* pieces(log: string[] = []): AsyncGenerator<Uint8Array> {
  try {
    for (let start = 0; start < bytes.length; start += 70) yield bytes.slice(start, start + 70);
    log.push("read");
  } finally {
    log.push("closed");
  }
}

function webStream(onCancel = () => {}): ReadableStream<Uint8Array> {
  const all = pieces();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await all.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: onCancel,
  });
}

function fileOf(result: ReturnType<typeof content>): SourceFile {
  if (!result.ok) throw new Error(result.fault.reason);
  return result.file;
}

async function readAll(file: SourceFile, step: number): Promise<Uint8Array> {
  const all = new Uint8Array(file.size);
  for (let position = 0; position < file.size; ) {
    const target = new Uint8Array(Math.min(step, file.size - position));
    const count = await file.read(target, position);
    if (count === 0) throw new Error("nothing was read");
    all.set(target.subarray(0, count), position);
    position += count;
  }
  return all;
}

describe("content of every kind has the same bytes", () => {
  test.each([
    ["a Uint8Array", () => content(bytes)],
    ["a Blob", () => content(new Blob([bytes]))],
    ["a Readable", () => content(Readable.from(pieces()), { size: 300 })],
    ["a web ReadableStream", () => content(webStream(), { size: 300 })],
    ["an AsyncIterable", () => content(pieces(), { size: 300 })],
  ])("%s", async (_, make) => {
    for (const step of [1, 64, 71, 512]) {
      const file = fileOf(make());
      expect(await readAll(file, step)).toEqual(bytes);
      await file.close();
    }
  });
});

describe("a stream", () => {
  test("needs its size", () => {
    expect(() => content(pieces(), {} as never)).toThrow(OptionError);
    expect(() => content(pieces(), { size: -1 })).toThrow(/size/);
    expect(() => content(pieces(), { size: 300, colour: "red" } as never)).toThrow(/colour/);
  });

  test("gives its last bytes again, and says which are gone", async () => {
    const file = fileOf(content(pieces(), { size: 300, spoolSize: 80 }));
    await readAll(file, 100);
    const again = new Uint8Array(40);
    expect(await file.read(again, 240)).toBe(40);
    expect(again).toEqual(bytes.subarray(240, 280));
    await expect(async () => file.read(again, 0)).rejects.toThrow(/byte 0 of a stream is gone/);
    await file.close();
  });

  test("that ends too early fails to be read", async () => {
    const file = fileOf(content(pieces(), { size: 301 }));
    await expect(readAll(file, 64)).rejects.toThrow("the stream ended after 300 of 301 bytes");
  });

  test("that goes on too long is cut", async () => {
    const file = fileOf(content(pieces(), { size: 100 }));
    expect(await readAll(file, 64)).toEqual(bytes.subarray(0, 100));
  });

  test("is closed once, whether it was read or not", async () => {
    const log: string[] = [];
    const file = fileOf(content(pieces(log), { size: 300 }));
    await file.read(new Uint8Array(10), 0);
    await file.close();
    await file.close();
    expect(log).toEqual(["closed"]);
    const unread = Readable.from(pieces());
    await fileOf(content(unread, { size: 300 })).close();
    expect(unread.destroyed).toBe(true);
    let cancelled = 0;
    await fileOf(
      content(
        webStream(() => cancelled++),
        { size: 300 },
      ),
    ).close();
    expect(cancelled).toBe(1);
  });

  test("that fails rejects the next read and ends no process", async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error("the disk is gone"));
      },
    });
    const file = fileOf(content(broken, { size: 10 }));
    await expect(async () => file.read(new Uint8Array(10), 0)).rejects.toThrow("the disk is gone");
    await file.close();
  });

  test("of something else than bytes is refused", async () => {
    const numbers = Readable.from([1, 2]);
    await expect(async () => fileOf(content(numbers, { size: 2 })).read(new Uint8Array(2), 0)).rejects.toThrow(
      TypeError,
    );
  });
});
