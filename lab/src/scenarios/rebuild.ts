import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { artefacts, build } from "../artefacts.ts";
import { must } from "../failure.ts";
import type { Scenario } from "../lab.ts";

const TOP = fileURLToPath(new URL("../../..", import.meta.url));

/** What a build reads. */
const SOURCES = ["LICENSE", "package.json", "pnpm-lock.yaml", "node_modules", "packages", "apps", "packaging"];

export const rebuild: Scenario = {
  name: "rebuild",
  proves: "a second build, in another folder, time zone, language and umask, gives the same bytes",
  async run(lab) {
    const first = await artefacts(lab);
    const top = mkdtempSync(join(tmpdir(), "bootlace-rebuild-"));
    lab.defer(async () => rmSync(top, { recursive: true, force: true }));
    for (const path of SOURCES) execFileSync("cp", ["--archive", "--reflink=auto", join(TOP, path), top]);
    // The copy has no history: what another builder knows is the time of the commit.
    const time = execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: TOP, encoding: "utf8" }).trim();
    const umask = process.umask(0o077);
    const again = join(lab.folder, "again");
    const elsewhere = {
      SOURCE_DATE_EPOCH: time,
      TZ: "Asia/Kathmandu",
      LC_ALL: "C.UTF-8",
      HOME: join(lab.folder, "home"),
    };
    await build(again, top, elsewhere).finally(() => process.umask(umask));
    const sums = (folder: string) => readFileSync(join(folder, "SHA256SUMS"), "utf8");
    must(sums(again) === sums(first.folder), `the builds differ:\n${sums(first.folder)}\n${sums(again)}`);
    const lines = sums(again).trim().split("\n");
    must(lines.length === 9, `the sums are of ${lines.length} files`);
    lab.proof(`${lines.length} files, each with the sum it had before`);
  },
};
