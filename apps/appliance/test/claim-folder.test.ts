import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { claimFolder } from "../src/os/claim-folder.ts";

it("a folder is taken as long as somebody holds it, by whatever name", async () => {
  const top = mkdtempSync(join(tmpdir(), "bootlace-claim-"));
  onTestFinished(() => rmSync(top, { recursive: true }));
  const [folder, link, other] = ["folder", "link", "other"].map((name) => join(top, name)) as [string, string, string];
  mkdirSync(folder);
  symlinkSync("folder", link);
  {
    await using first = await claimFolder(folder);
    await using second = await claimFolder(link);
    await using third = await claimFolder(other);
    expect([first.taken, second.taken, third.taken]).toEqual([false, true, false]);
  }
  await using again = await claimFolder(folder);
  expect(again.taken).toBe(false);
});
