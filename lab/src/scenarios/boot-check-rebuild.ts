import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { must } from "../failure.ts";
import type { Scenario } from "../lab.ts";
import { locate } from "../packages.ts";

const SOURCES = fileURLToPath(new URL("../../../boot-check", import.meta.url));

export const bootCheckRebuild: Scenario = {
  name: "boot-check-rebuild",
  proves: "the committed programs of the boot check are what their sources give, byte for byte",
  async run(lab) {
    for (const tool of ["nasm", "clang", "lld"] as const) locate(tool);
    const built = join(lab.folder, "built");
    execFileSync(join(SOURCES, "build"), [built], { stdio: "pipe" });
    const names = readdirSync(built).sort();
    const committed = readdirSync(join(SOURCES, "built")).sort();
    must(names.join() === committed.join(), `built ${names.join(", ")}, committed ${committed.join(", ")}`);
    for (const name of names) {
      const same = readFileSync(join(built, name)).equals(readFileSync(join(SOURCES, "built", name)));
      must(same, `${name} differs from the committed one; npm run boot-check builds it anew`);
    }
    const sums = readFileSync(join(built, "SHA256SUMS"), "utf8").trimEnd().split("\n");
    for (const line of sums) lab.proof(line.replace(/^(.{12}).*? {2}/, "$1…  "));
  },
};
