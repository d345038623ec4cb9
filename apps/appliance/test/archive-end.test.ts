import { describe, expect, test } from "vitest";
import { archiveFlaw } from "../src/catalogue/contents/archive-end.ts";
import { cpio, packed } from "./helpers/archives.ts";

async function flawOf(...parts: readonly Uint8Array[]) {
  const bytes = Buffer.concat(parts);
  let reads = 0;
  const flaw = await archiveFlaw({
    size: bytes.length,
    async read(position, length) {
      reads++;
      return bytes.subarray(position, position + length);
    },
  });
  return { flaw, reads };
}

const zeros = (count: number) => new Uint8Array(count);
const files = { kernel: Buffer.alloc(301, "k"), "kernel/x86/microcode/GenuineIntel.bin": Buffer.alloc(1000, "m") };
const archives = { ...packed, cpio: cpio(files) };

describe.each(Object.entries(archives))("%s", (name, bytes) => {
  test("whole, also with zeros or another archive behind it", async () => {
    expect((await flawOf(bytes)).flaw).toBeUndefined();
    expect((await flawOf(bytes, zeros(508))).flaw).toBeUndefined();
    expect((await flawOf(cpio(files), zeros(300), bytes)).flaw).toBeUndefined();
    expect((await flawOf(bytes, zeros(4), archives.cpio)).flaw).toBeUndefined();
    // A signature, or what only its maker knows.
    expect((await flawOf(bytes, Buffer.from("~Module signature appended~\n"))).flaw).toBeUndefined();
  });

  test("cut anywhere, alone or behind another archive", async () => {
    const wholes: number[] = [];
    for (let length = 8; length < bytes.length; length++) {
      const { flaw } = await flawOf(bytes.subarray(0, length));
      if (flaw === undefined) wholes.push(length);
      else expect(["cut-short", "no-end"]).toContain(flaw);
      expect((await flawOf(cpio(files), zeros(512), bytes.subarray(0, length))).flaw).toBe(flaw);
    }
    // After the mark of bzip2 comes its checksum, which only unpacking would miss; the end of cpio has no length.
    expect(wholes).toEqual(name === "bzip2" ? [4, 3, 2, 1].map((missing) => bytes.length - missing) : []);
  });
});

test("what is no archive, and what nobody can tell, is whole", async () => {
  for (const text of ["", "0", "070701", "\x1f\x8b\x08", "MZ", "\x28\xb5\x2f", "]\0\0"]) {
    const { flaw } = await flawOf(Buffer.from(text, "latin1"));
    expect([text, flaw]).toEqual([text, text === "070701" ? "cut-short" : undefined]);
  }
  expect((await flawOf(zeros(100_000))).flaw).toBeUndefined();
});

test("an archive of very many parts costs a bounded number of reads", async () => {
  const many = Buffer.concat(
    Array.from({ length: 10_000 }, () => packed["zstd in one block, without a checksum"] ?? zeros(0)),
  );
  expect((await flawOf(many)).reads).toBeLessThanOrEqual(8192);
  const sparse = Buffer.alloc(9000 * 5000);
  for (let at = 4; at + 3 < sparse.length; at += 5003) sparse.writeUIntLE(5000 << 3, at + 1, 3);
  sparse.set([0x28, 0xb5, 0x2f, 0xfd, 0x20], 0);
  const { reads, flaw } = await flawOf(sparse);
  expect([reads <= 8192, flaw]).toEqual([true, undefined]);
}, 20_000);
