import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
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

it("is taken by a file in it that nobody else may open, and free again when its holder was killed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-claim-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const module = new URL("../dist/os/claim-folder.js", import.meta.url).href;
  const script = `import { claimFolder } from "${module}";
    globalThis.claim = await claimFolder(process.argv[1]);
    console.log(globalThis.claim.taken);
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ["--input-type=module", "--eval", script, folder], { stdio: "pipe" });
  const [said] = await once(holder.stdout, "data");
  expect(String(said)).toBe("false\n");
  expect(statSync(join(folder, "bootlace.lock")).mode & 0o777).toBe(0o600);
  {
    await using other = await claimFolder(folder);
    expect(other.taken).toBe(true);
  }
  holder.kill("SIGKILL");
  await once(holder, "exit");
  await using again = await claimFolder(folder);
  expect(again.taken).toBe(false);
});
