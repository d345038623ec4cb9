import { describe, expect, test } from "vitest";
import { noise } from "../../../tools/test-kit/images/bytes.ts";
import { makeIso } from "../../../tools/test-kit/images/iso.ts";
import { contentFault, type FileSystem, readEntry } from "../src/index.ts";
import { makeUdf, type UdfOptions } from "./images/udf.ts";
import { mediumOf, opened } from "./medium.ts";

const kernel = noise(50_000, 7);
const tree = [
  { path: "sources/boot.wim", data: kernel, mode: 0o640 },
  { path: "link", link: "./sources/../sources/boot.wim" },
  { path: "absolute", link: "/sources" },
  { path: "empty", data: "" },
  { path: "Übung", data: "small" },
  { path: "日本.txt", data: "wide" },
  ...Array.from({ length: 60 }, (_, index) => ({ path: `many/${index}.txt`, data: `${index}` })),
];

async function bytesOf(image: Uint8Array, files: FileSystem, path: string): Promise<Uint8Array> {
  const found = await files.find(path);
  if (!found.ok) throw new Error(`${path}: ${found.fault.detail}`);
  expect(contentFault(found.entry, image.length)).toBeUndefined();
  const bytes = new Uint8Array(found.entry.size);
  expect(await readEntry(mediumOf(image), found.entry, bytes, 0)).toBe(bytes.length);
  return bytes;
}

const kinds: readonly UdfOptions[] = [
  { revision: 0x0102 },
  { revision: 0x0102, descriptors: "long" },
  { revision: 0x0150, partition: "virtual-1.50" },
  { revision: 0x0150, partition: "sparable" },
  { revision: 0x0200, partition: "virtual" },
  { revision: 0x0201, descriptors: "inside" },
  { revision: 0x0201, blockSize: 512 },
  { revision: 0x0201, blockSize: 4096 },
  { revision: 0x0250, partition: "metadata" },
  { revision: 0x0250, partition: "metadata-mirror" },
  { revision: 0x0260, partition: "metadata", descriptors: "inside" },
  { revision: 0x0201, extentBlocks: 2, descriptorsHere: 3 },
  { revision: 0x0250, partition: "metadata", extentBlocks: 3, descriptorsHere: 2 },
  { revision: 0x0200, partition: "virtual", extentBlocks: 3, descriptorsHere: 2 },
];

describe.each(kinds)("UDF as %o", (options) => {
  const image = makeUdf(tree, { ...options, label: "CCCOMA_X64FRE_日" });

  test("has its names, sizes, modes and bytes", async () => {
    const { files, label, udfRevision, faults, fileSystems, size, declaredSize } = await opened(image);
    expect(declaredSize).toBeLessThanOrEqual(size);
    expect({ kind: files.kind, label, udfRevision, faults, count: fileSystems.length }).toEqual({
      kind: "udf",
      label: "CCCOMA_X64FRE_日",
      udfRevision: options.revision,
      faults: [],
      count: 1,
    });
    const listed = await files.list("");
    expect(listed.ok && listed.faults).toEqual([]);
    expect(listed.ok && listed.entries.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      "folder sources",
      "symlink link",
      "symlink absolute",
      "file empty",
      "file Übung",
      "file 日本.txt",
      "folder many",
    ]);
    expect(await bytesOf(image, files, "sources/boot.wim")).toEqual(kernel);
    expect(await bytesOf(image, files, "link")).toEqual(kernel);
    expect(await bytesOf(image, files, "absolute/boot.wim")).toEqual(kernel);
    expect(new TextDecoder().decode(await bytesOf(image, files, "many/59.txt"))).toBe("59");
    const found = await files.find("sources/boot.wim");
    expect(found.ok && found.entry).toMatchObject({ mode: 0o640, modified: Date.UTC(2026, 10, 30, 12) });
  });

  test("gives the same bytes from every place", async () => {
    const { files } = await opened(image);
    const found = await files.find("sources/boot.wim");
    if (!found.ok) throw new Error(found.fault.detail);
    for (const position of [1, 2047, 2048, 6143, 6144, 20_000, 49_999]) {
      const part = new Uint8Array(5000);
      const got = await readEntry(mediumOf(image), found.entry, part, position);
      expect(part.subarray(0, got)).toEqual(kernel.subarray(position, position + 5000));
    }
  });
});

test("of a bridge as Microsoft makes it, UDF is used: its ISO 9660 side says only what is needed to read it", async () => {
  const readme = [{ path: "README.TXT", data: "This disc contains a UDF file system" }];
  const iso = makeIso(readme, { gap: 3, label: "CCCOMA_X64FRE" });
  const image = makeUdf(tree);
  // The descriptors of UDF follow those of ISO 9660.
  image.copyWithin(18 * 2048, 16 * 2048, 19 * 2048);
  image.set(iso.subarray(16 * 2048, 18 * 2048), 16 * 2048);
  image.set(iso.subarray(21 * 2048), 21 * 2048);
  const { files, fileSystems, label } = await opened(image);
  expect({ label, kinds: fileSystems.map(({ kind }) => kind) }).toEqual({
    label: "CCCOMA_X64FRE",
    kinds: ["udf", "iso9660"],
  });
  expect(await bytesOf(image, files, "sources/boot.wim")).toEqual(kernel);
  expect(await fileSystems[1]?.find("readme.txt")).toMatchObject({ ok: true, entry: { size: 36 } });
});

test("names that differ in case are different, unless the caller says otherwise", async () => {
  const { files } = await opened(makeUdf(tree));
  expect(await files.find("SOURCES/BOOT.WIM")).toMatchObject({ ok: false, fault: { code: "missing" } });
  expect(await files.find("SOURCES/BOOT.WIM", { ignoreCase: true })).toMatchObject({ ok: true });
});

test("a wrong checksum of a file entry is a fault of that file", async () => {
  const image = makeUdf(tree);
  const found = await (await opened(image)).files.find("sources/boot.wim");
  if (!found.ok) throw new Error(found.fault.detail);
  image[found.entry.offset + 60] = 1;
  const { files } = await opened(image);
  expect(await files.find("sources/boot.wim")).toMatchObject({
    ok: false,
    fault: { code: "bad-record", offset: found.entry.offset },
  });
  expect(await files.find("empty")).toMatchObject({ ok: true });
});
