import { mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { caseIndex } from "../src/case-index.ts";
import { directory } from "../src/directory.ts";
import { mountPoints, placesBelow } from "../src/places.ts";
import { folder } from "./folder.ts";

const listings = vi.hoisted(() => [] as string[]);

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  const readdir = (path: string) => {
    listings.push(path);
    return real.readdir(path);
  };
  return { ...real, readdir };
});

beforeEach(() => void listings.splice(0));

const client = { address: "10.0.0.7", port: 2070, localAddress: "10.0.0.1", localPort: 69 };
/** Long after the folder was changed. */
const later = () => Date.now() + 60_000;

test("a hundred names that are not there cost one listing of the folder, also by way of the source", async () => {
  const root = await folder();
  for (let at = 0; at < 20; at++) await writeFile(join(root, `01-52-${at}`), "");
  const index = caseIndex(later);
  for (let at = 0; at < 100; at++) expect(await index.namesLike(root, `x${at}`)).toEqual([]);
  expect(listings).toEqual([root]);
  const source = directory(root, { ignoreCase: true, trustFor: 0, now: later });
  for (let at = 0; at < 100; at++) expect((await source.open(`x${at}`, client)).ok).toBe(false);
  expect(listings.length).toBe(2);
});

test("names are found however they are written, and a folder that changed is listed again", async () => {
  const root = await folder();
  await writeFile(join(root, "Boot.EFI"), "");
  const index = caseIndex(later);
  expect(await index.namesLike(root, "bOOT.efi")).toEqual(["Boot.EFI"]);
  await writeFile(join(root, "boot.efi"), "");
  expect((await index.namesLike(root, "BOOT.EFI")).toSorted()).toEqual(["Boot.EFI", "boot.efi"]);
  await rm(join(root, "Boot.EFI"));
  expect(await index.namesLike(root, "BOOT.EFI")).toEqual(["boot.efi"]);
});

test("a folder changed a moment ago is listed each time: its time says nothing yet", async () => {
  const root = await folder();
  const index = caseIndex();
  await writeFile(join(root, "a"), "");
  await index.namesLike(root, "A");
  await index.namesLike(root, "A");
  expect(listings.length).toBe(2);
});

test("a folder of many names that changes all the time is listed once a second", async () => {
  const root = await folder();
  for (let at = 0; at < 500; at++) await writeFile(join(root, `n${at}`), "");
  const index = caseIndex();
  for (let at = 0; at < 50; at++) {
    await utimes(root, at, at);
    await index.namesLike(root, "N7");
  }
  expect(listings.length).toBe(1);
});

test("a hundred at the same time share one listing", async () => {
  const root = await folder();
  await mkdir(join(root, "Sub"));
  const index = caseIndex(later);
  const all = await Promise.all(Array.from({ length: 100 }, () => index.namesLike(root, "sub")));
  expect(all.every(([name]) => name === "Sub")).toBe(true);
  expect(listings.length).toBe(1);
});

test("a folder that is not there has no names", async () => {
  expect(await caseIndex().namesLike(join(await folder(), "none"), "a")).toEqual([]);
});

test("mount points are read with their blanks", () => {
  const text = [
    "29 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
    "77 29 0:44 / /srv/boot/my\\040nfs rw shared:9 - nfs4 nas:/boot rw",
    "",
  ].join("\n");
  expect(mountPoints(text)).toEqual(["/", "/srv/boot/my nfs"]);
});

test("each folder of the root has a place of its own, in whatever case it is asked for", () => {
  const places = placesBelow("/srv/boot");
  expect(places.of(["bootx64.efi"])).toBe("/srv/boot");
  expect(places.of(["Debian", "linux"])).toBe("/srv/boot/debian");
  expect(places.of(["debian", "sub", "linux"])).toBe("/srv/boot/debian");
  expect(places.ofReal("/srv/boot/debian/linux")).toBe("/srv/boot");
});
