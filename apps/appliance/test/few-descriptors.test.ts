import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { followRoot } from "../src/boot-files/follow-root.ts";
import { type ScanResult, scanRoot } from "../src/boot-files/scan.ts";

/** What cannot be opened for want of a descriptor. */
const short = vi.hoisted(() => ({ folders: false, files: false, refused: 0 }));

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  const fail = () => {
    short.refused++;
    return Promise.reject(Object.assign(new Error("EMFILE: too many open files"), { code: "EMFILE" }));
  };
  return {
    ...real,
    opendir: (path: string) => (short.folders ? fail() : real.opendir(path)),
    open: (path: string) => (short.files ? fail() : real.open(path)),
  };
});

const root = mkdtempSync(join(tmpdir(), "few-"));
writeFileSync(join(root, "bootx64.efi"), "MZ");
afterAll(() => rmSync(root, { recursive: true }));

it("distinguishes a folder that cannot be read without a free descriptor from one that is empty or gone", async () => {
  for (const what of ["folders", "files"] as const) {
    short[what] = true;
    expect(await scanRoot(root)).toEqual({ ok: false, code: "EMFILE" });
    short[what] = false;
  }
  expect(await scanRoot(root)).toMatchObject({ ok: true, files: [{ path: "bootx64.efi" }] });
});

it("keeps the tree that is known until the folder can be looked at again", async () => {
  const first = await scanRoot(root);
  const scans: ScanResult[] = [];
  short.folders = true;
  const looked = vi.fn();
  const next = new Promise<void>((resolve) => looked.mockImplementation(resolve));
  const follower = followRoot(
    root,
    (result) => {
      scans.push(result);
      looked();
    },
    { quiet: 1, longest: 2_000, rescan: 1, rescanMissing: 1 },
  );
  follower.start(first);
  const before = short.refused;
  await vi.waitFor(() => expect(short.refused).toBeGreaterThan(before + 2));
  expect(scans).toEqual([]);
  short.folders = false;
  await next;
  follower.stop();
  expect(scans[0]).toMatchObject({ ok: true, files: [{ path: "bootx64.efi" }] });
});
