import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeFolders, makeFoldersSync } from "../src/os/make-folders.ts";

let base = "";
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "bootlace-folders-"));
});
afterEach(() => rmSync(base, { recursive: true }));

const ways = [
  ["sync", async (path: string) => makeFoldersSync(path)],
  ["async", makeFolders],
] as const;

describe.each(ways)("folders made, %s", (_way, make) => {
  test("the first that was not there is reported, then none", async () => {
    const path = join(base, "a", "b", "c");
    expect(await make(path)).toBe(join(base, "a"));
    expect(statSync(path).isDirectory()).toBe(true);
    expect(await make(path)).toBeUndefined();
    expect(await make(join(path, "d"))).toBe(join(path, "d"));
  });

  test("a link to a folder is a folder; a file and a link to nowhere are none", async () => {
    symlinkSync(base, join(base, "link"));
    writeFileSync(join(base, "file"), "");
    symlinkSync("nowhere", join(base, "dangling"));
    expect(await make(join(base, "link"))).toBeUndefined();
    expect(await make(join(base, "link", "x"))).toBe(join(base, "link", "x"));
    await expect(make(join(base, "file"))).rejects.toMatchObject({ code: "EEXIST" });
    await expect(make(join(base, "file", "x"))).rejects.toMatchObject({ code: "ENOTDIR" });
    await expect(make(join(base, "dangling"))).rejects.toMatchObject({ code: "EEXIST" });
    await expect(make(join(base, "dangling", "x"))).rejects.toMatchObject({ code: "EEXIST" });
  });

  test("nobody else can write them, whatever the umask", async () => {
    const before = process.umask(0);
    try {
      await make(join(base, "p", "q"));
    } finally {
      process.umask(before);
    }
    expect(["p", "p/q"].map((path) => statSync(join(base, path)).mode & 0o777)).toEqual([0o755, 0o755]);
  });

  test("where no folder can be made it ends, with the system's word", async () => {
    await expect(make("/proc/bootlace")).rejects.toMatchObject({ code: "ENOENT" });
    await expect(make("/proc/bootlace/x/y")).rejects.toMatchObject({ code: "ENOENT" });
  });
});
