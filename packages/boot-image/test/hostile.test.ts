import { describe, expect, test } from "vitest";
import { noise } from "../../../tools/test-kit/images/bytes.ts";
import { makeIso } from "../../../tools/test-kit/images/iso.ts";
import { contentFault, type FileSystem, type ImageFault } from "../src/index.ts";
import { makeUdf } from "./images/udf.ts";
import { signAgain } from "./images/udf-parts.ts";
import { mediumOf, opened } from "./medium.ts";

/** Everything that a walk meets. */
async function walked(files: FileSystem): Promise<{ paths: string[]; faults: ImageFault[] }> {
  const paths: string[] = [];
  const faults: ImageFault[] = [];
  for await (const met of files.walk()) {
    if ("fault" in met) faults.push(met.fault);
    else paths.push(met.path);
  }
  return { paths, faults };
}

/** The byte of the record of a path in a Rock Ridge image. */
async function recordOf(image: Uint8Array, path: string): Promise<number> {
  const found = await (await opened(image)).files.find(path, { followLink: false });
  if (!found.ok) throw new Error(found.fault.detail);
  return found.entry.offset;
}

function u32(image: Uint8Array, at: number, value: number) {
  new DataView(image.buffer).setUint32(at, value, true);
}

describe("ISO 9660", () => {
  const tree = [
    { path: "a/b/c/file", data: "deep" },
    { path: "a/other", data: "other" },
    { path: "last", data: noise(4096) },
  ];
  const options = { rockRidge: true };

  test("a folder that holds its own ancestor is met once, and is a fault", async () => {
    const image = makeIso(tree, options);
    const top = await recordOf(image, "a");
    const inner = await recordOf(image, "a/b/c");
    image.copyWithin(inner + 2, top + 2, top + 18);
    const { files } = await opened(image);
    const { paths, faults } = await walked(files);
    expect(paths.sort()).toEqual(["a", "a/b", "a/other", "last"]);
    expect(faults).toMatchObject([{ code: "cycle", offset: inner, detail: "a/b/c" }]);
    expect(await files.find("a/b/c/b/c/b/c/other")).toMatchObject({ ok: true });
  });

  test.each([
    ["a folder", "a", "beyond-end"],
    ["a file", "last", "beyond-end"],
  ])("%s behind the end of the image is a fault", async (_, path, code) => {
    const image = makeIso(tree, options);
    u32(image, (await recordOf(image, path)) + 2, 0xffffffff);
    const { files, size } = await opened(image);
    const found = await files.find(path);
    if (path === "a") expect(await files.find("a/other")).toMatchObject({ ok: false, fault: { code } });
    else expect(found.ok && contentFault(found.entry, size)).toMatchObject({ code });
    expect((await walked(files)).paths).toContain("last");
  });

  test("a folder of 4 GiB, all of whose sectors are folders, ends by its budget", async () => {
    const image = makeIso(tree, options);
    u32(image, (await recordOf(image, "a")) + 10, 0xffffffff);
    const sectors = mediumOf(image, 2 ** 33);
    const first = image.slice(16 * 2048 + 4 * 2048, 16 * 2048 + 5 * 2048);
    const endless = {
      ...sectors,
      read(target: Uint8Array, position: number) {
        if (position + target.length <= image.length) return sectors.read(target, position);
        for (let at = 0; at < target.length; at += 2048) target.set(first.subarray(0, target.length - at), at);
        return target.length;
      },
    };
    const { files } = await opened(endless);
    expect(await files.find("a/nothing")).toMatchObject({ ok: false, fault: { code: "too-large" } });
  });

  test("parts that overlap, so that a file is larger than its image, are a fault", async () => {
    const image = makeIso([{ path: "big", data: noise(20 * 2048), part: 2048 }], options);
    const last = await recordOf(image, "big");
    const step = image[last] ?? 0;
    for (let index = 0; index < 20; index++) {
      u32(image, last - index * step + 2, 0);
      u32(image, last - index * step + 10, image.length);
    }
    const { files, size } = await opened(image);
    const found = await files.find("big");
    expect(found.ok && contentFault(found.entry, size)).toMatchObject({ code: "bad-record" });
  });

  test.each(["..", ".", "a/b", "a\0b", "a\nb", "a\u007fb"])(
    "a name %j is a fault, and the others are listed",
    async (name) => {
      // Its length stays, so that the record does.
      const placeholder = "X".repeat(name.length);
      const image = makeIso(
        [
          { path: placeholder, data: "x" },
          { path: "good", data: "good" },
        ],
        options,
      );
      const record = await recordOf(image, placeholder);
      const at = record + image.subarray(record, record + (image[record] ?? 0)).lastIndexOf(0x58) - name.length + 1;
      image.set(new TextEncoder().encode(name), at);
      const { files } = await opened(image);
      const listed = await files.list("");
      expect(listed).toMatchObject({
        ok: true,
        entries: [{ name: "good" }],
        faults: [{ code: "bad-name", offset: record }],
      });
    },
  );

  test("links in a circle, links to nothing and links out of the image lead nowhere", async () => {
    const image = makeIso(
      [
        { path: "one", link: "two" },
        { path: "two", link: "one" },
        { path: "up", link: "../../../../etc/passwd" },
        { path: "many", link: Array.from({ length: 20 }, () => "many").join("/") },
        { path: "etc/passwd", data: "of the image" },
      ],
      options,
    );
    const { files } = await opened(image);
    expect(await files.find("one")).toMatchObject({ ok: false, fault: { code: "cycle" } });
    expect(await files.find("many")).toMatchObject({ ok: false, fault: { code: "too-large" } });
    // As in a root of its own: `..` of the root is the root.
    expect(await files.find("up")).toMatchObject({ ok: true, entry: { name: "passwd", size: 12 } });
  });

  test("continuation areas in a circle are a fault of their name", async () => {
    const long = "n".repeat(240);
    const image = makeIso(
      [
        { path: long, data: "x" },
        { path: "good", data: "good" },
      ],
      options,
    );
    const record = await recordOf(image, long);
    const ce = record + latin(image.subarray(record, record + 254)).indexOf("CE");
    const area = new DataView(image.buffer).getUint32(ce + 4, true) * 2048;
    image.copyWithin(area, ce, ce + 28);
    const { files } = await opened(image);
    expect(await files.list("")).toMatchObject({ ok: true, entries: [{ name: "good" }], faults: [{ code: "cycle" }] });
  });

  test("folders deeper than 128 levels are a fault, and found by their path", async () => {
    const path = Array.from({ length: 140 }, (_, level) => `${level}`).join("/");
    const { files } = await opened(makeIso([{ path: `${path}/file`, data: "x" }], options));
    const { paths, faults } = await walked(files);
    expect(paths.length).toBe(128);
    expect(faults).toMatchObject([{ code: "too-large" }]);
    expect(await files.find(`${path}/file`)).toMatchObject({ ok: true });
    expect(await files.find("1/".repeat(600))).toMatchObject({ ok: false });
  });
});

describe("UDF", () => {
  test("allocation descriptors in a circle end", async () => {
    const image = makeUdf([{ path: "file", data: noise(100_000) }], { extentBlocks: 1, descriptorsHere: 2 });
    const found = await (await opened(image)).files.find("file");
    if (!found.ok) throw new Error(found.fault.detail);
    const view = new DataView(image.buffer);
    const own = found.entry.offset;
    // Of an ICB whose second descriptor leads to itself: the chain of it is not one of allocation extents.
    const third = own + 216 + 2 * 8;
    expect(view.getUint32(third, true) >>> 30).toBe(3);
    view.setUint32(third + 4, own / 2048 - 300, true);
    const again = await (await opened(image)).files.find("file");
    expect(again).toMatchObject({ ok: false, fault: { code: "bad-record" } });
  });

  test("a file of a thousand extents, each of half a million packets, ends by its budget", async () => {
    const image = makeUdf([{ path: "file", data: noise(1000 * 512) }], {
      partition: "sparable",
      blockSize: 512,
      extentBlocks: 1,
      descriptorsHere: 30,
    });
    const found = await (await opened(image)).files.find("file");
    if (!found.ok) throw new Error(found.fault.detail);
    const view = new DataView(image.buffer);
    view.setUint16(261 * 512 + 440 + 40, 1, true);
    view.setUint32(260 * 512 + 192, 0xffffffff, true);
    for (let at = 300 * 512; at < image.length; at += 512) {
      const kind = view.getUint16(at, true);
      const start = kind === 258 ? 24 : kind === 266 ? 216 : undefined;
      if (start === undefined) continue;
      for (let index = 0; index < 30; index++) {
        const place = at + start + index * 8;
        if (view.getUint32(place, true) === 512) view.setUint32(place, 0x3ffffe00, true);
      }
    }
    signAgain(image);
    const { files } = await opened(image);
    expect(await files.find("file")).toMatchObject({ ok: false, fault: { code: "too-large" } });
  });

  test("a folder inside itself is met once", async () => {
    const image = makeUdf([{ path: "a/b/file", data: "x" }]);
    const { files } = await opened(image);
    const outer = await files.find("a");
    const inner = await files.find("a/b");
    if (!outer.ok || !inner.ok) throw new Error("not found");
    const bytes = image.slice(outer.entry.offset, outer.entry.offset + 2048);
    image.set(bytes, inner.entry.offset);
    const { faults, paths } = await walked((await opened(image)).files);
    expect(paths.length).toBeLessThan(100);
    expect(faults.length).toBeGreaterThan(0);
  });
});

function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
