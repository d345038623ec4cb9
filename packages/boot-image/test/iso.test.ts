import { describe, expect, test } from "vitest";
import { noise } from "../../../tools/test-kit/images/bytes.ts";
import { makeIso } from "../../../tools/test-kit/images/iso.ts";
import { contentFault, type FileSystem, openImage, readEntry } from "../src/index.ts";
import { mediumOf, opened } from "./medium.ts";

const kernel = noise(5000, 7);
const tree = [
  { path: "live/vmlinuz-6.1.0", data: kernel },
  { path: "live/vmlinuz", link: "vmlinuz-6.1.0" },
  { path: "boot/kernel", link: "../live/vmlinuz" },
  { path: "debian", link: "." },
  { path: "absolute", link: "/live" },
  { path: "empty", data: "" },
  { path: "README.TXT", data: "read me\n", mode: 0o4755 },
  { path: "Übung.txt", data: "ü" },
  { path: `${"long ".repeat(45)}name`, data: "long" },
];

async function bytesOf(image: Uint8Array, files: FileSystem, path: string): Promise<Uint8Array> {
  const found = await files.find(path);
  if (!found.ok) throw new Error(`${path}: ${found.fault.detail}`);
  expect(contentFault(found.entry, image.length)).toBeUndefined();
  const bytes = new Uint8Array(found.entry.size);
  expect(await readEntry(mediumOf(image), found.entry, bytes, 0)).toBe(bytes.length);
  return bytes;
}

describe("Rock Ridge", () => {
  const image = makeIso(tree, { rockRidge: true, joliet: true, label: "DEBIAN_12" });

  test("names, modes, links and folders are those that were recorded", async () => {
    const { files, label, systemId, uuid, publisher, fileSystems } = await opened(image);
    expect(fileSystems.map(({ kind }) => kind)).toEqual(["rock-ridge", "joliet", "iso9660"]);
    expect({ label, systemId, uuid, publisher }).toEqual({
      label: "DEBIAN_12",
      systemId: "",
      uuid: "2026-11-30-12-00-00-00",
      publisher: "PUBLISHER",
    });
    const listed = await files.list("/");
    expect(listed.ok && listed.faults).toEqual([]);
    expect(listed.ok && listed.entries.map(({ name, kind, mode, target }) => ({ name, kind, mode, target }))).toEqual([
      { name: "live", kind: "folder", mode: 0o755 },
      { name: "boot", kind: "folder", mode: 0o755 },
      { name: "debian", kind: "symlink", mode: 0o644, target: "." },
      { name: "absolute", kind: "symlink", mode: 0o644, target: "/live" },
      { name: "empty", kind: "file", mode: 0o644 },
      { name: "README.TXT", kind: "file", mode: 0o4755 },
      { name: "Übung.txt", kind: "file", mode: 0o644 },
      { name: `${"long ".repeat(45)}name`, kind: "file", mode: 0o644 },
    ]);
  });

  test.each(["live/vmlinuz-6.1.0", "/live//vmlinuz", "boot/kernel", "debian/debian/absolute/vmlinuz"])(
    "%s leads to the kernel",
    async (path) => {
      expect(await bytesOf(image, (await opened(image)).files, path)).toEqual(kernel);
    },
  );

  test("a link at the end of a path can be kept", async () => {
    const found = await (await opened(image)).files.find("boot/kernel", { followLink: false });
    expect(found.ok && found.entry).toMatchObject({ kind: "symlink", target: "../live/vmlinuz" });
  });

  test("names that differ in case are different, unless the caller says otherwise", async () => {
    const { files } = await opened(image);
    expect(files.caseSensitive).toBe(true);
    expect(await files.find("readme.txt")).toMatchObject({ ok: false, fault: { code: "missing" } });
    expect(await files.find("readme.txt", { ignoreCase: true })).toMatchObject({ ok: true, entry: { size: 8 } });
  });

  test.each([
    ["live/none", "missing"],
    ["README.TXT/x", "not-a-folder"],
    ["live/../README.TXT", "bad-name"],
  ])("%s is %s", async (path, code) => {
    expect(await (await opened(image)).files.find(path)).toMatchObject({ ok: false, fault: { code } });
  });
});

test("Joliet keeps case and ignores it", async () => {
  const image = makeIso(tree, { joliet: true });
  const { files } = await opened(image);
  expect(files.kind).toBe("joliet");
  const listed = await files.list("live");
  expect(listed.ok && listed.entries.map(({ name }) => name)).toEqual(["vmlinuz-6.1.0", "vmlinuz"]);
  expect(await bytesOf(image, files, "LIVE/VMLINUZ-6.1.0")).toEqual(kernel);
  expect(new TextDecoder().decode(await bytesOf(image, files, "übung.TXT"))).toBe("ü");
});

test("plain ISO 9660 shows names without version and final dot, and ignores case", async () => {
  const image = makeIso(tree);
  const { files } = await opened(image);
  expect(files.kind).toBe("iso9660");
  const listed = await files.list("/");
  expect(listed.ok && listed.entries.map(({ name }) => name)).toContain("EMPTY");
  expect(new TextDecoder().decode(await bytesOf(image, files, "readme.txt"))).toBe("read me\n");
});

test("a file in many parts is one, and adjacent parts are one extent", async () => {
  const data = noise(3 * 2048 + 77, 3);
  const image = makeIso([{ path: "big", data, part: 2048 }], { rockRidge: true });
  const { files } = await opened(image);
  const found = await files.find("big");
  expect(found.ok && found.entry).toMatchObject({ size: data.length, extents: [{ length: data.length }] });
  expect(await bytesOf(image, files, "big")).toEqual(data);
  const part = new Uint8Array(100);
  expect(found.ok && (await readEntry(mediumOf(image), found.entry, part, 2000))).toBe(100);
  expect(part).toEqual(data.subarray(2000, 2100));
  expect(found.ok && (await readEntry(mediumOf(image), found.entry, part, data.length - 10))).toBe(10);
});

test("a file of more than 4 GiB lies in parts that the image need not hold in memory", async () => {
  const gigabytes = 5 * 2 ** 30;
  const small = makeIso([{ path: "big", data: noise(4096), part: 2048 }], { rockRidge: true });
  const listed = await (await opened(small)).files.find("big", { followLink: false });
  const record = listed.ok ? listed.entry.offset : 0;
  // The last record is the one that is described; the first part is in front of it.
  const view = new DataView(small.buffer);
  const first = record - (small[record - (small[record] ?? 0)] ?? 0);
  view.setUint32(first + 10, 0xfffff800, true);
  view.setUint32(record + 10, gigabytes - 0xfffff800, true);
  const entry = await (await opened(mediumOf(small, 12 * 2 ** 30))).files.find("big");
  expect(entry.ok && entry.entry.size).toBe(gigabytes);
  expect(entry.ok && entry.entry.extents.map(({ length }) => length)).toEqual([0xfffff800, gigabytes - 0xfffff800]);
});

test("what is incomplete says so, and what is there can be read", async () => {
  const image = makeIso(
    [
      { path: "first", data: noise(4096) },
      { path: "last", data: noise(40_960) },
    ],
    { rockRidge: true },
  );
  const cut = image.subarray(0, image.length - 8192);
  const whole = await opened(cut);
  expect(whole.declaredSize - whole.size).toBe(8192);
  expect(await bytesOf(cut, whole.files, "first")).toEqual(noise(4096));
  const last = await whole.files.find("last");
  expect(last.ok && contentFault(last.entry, cut.length)).toMatchObject({ code: "beyond-end" });
});

test("opening reads little, however large the image is", async () => {
  const contents = Array.from({ length: 600 }, (_, index) => ({ path: `pool/${index}/file`, data: "x" }));
  const medium = mediumOf(makeIso(contents, { rockRidge: true, joliet: true }));
  await opened(medium);
  expect(medium.bytes).toBeLessThan(128 * 1024);
});

test("other files are no images", async () => {
  for (const bytes of [new Uint8Array(), noise(100), new Uint8Array(100_000)]) {
    expect(await openImage(mediumOf(bytes))).toMatchObject({ ok: false, fault: { code: "not-an-image" } });
  }
});
