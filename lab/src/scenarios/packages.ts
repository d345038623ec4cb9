import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { must } from "../failure.ts";
import type { Lab, Scenario } from "../lab.ts";
import { contentFaults } from "../npm/contents.ts";
import { execute } from "../npm/environment.ts";
import { folderOutside, packAll, type Tarball } from "../npm/tarballs.ts";

const PUBLINT = "publint@0.3.25";
const ARE_THE_TYPES_WRONG = "@arethetypeswrong/cli@0.18.5";

/** Kilobytes that a packed library, and the packed program, may have. */
const BUDGETS = { library: 150, program: 900 };

export const packages: Scenario = {
  name: "packages",
  proves: "all packages, packed, hold what they must and nothing else, are well-formed, and have right types",
  async run(lab) {
    const folder = folderOutside(lab, "packages");
    for (const tarball of await packAll(lab)) {
      const files = await unpack(lab, tarball, join(folder, tarball.name));
      const sources = new Set(filesBelow(join(tarball.home, "src")).map((path) => `src/${path}`));
      const faults = contentFaults(files, sources);
      must(faults.length === 0, `${tarball.name}:\n${faults.join("\n")}`);
      await execute(lab, "npx", ["-y", "--prefer-offline", PUBLINT, "--strict", tarball.file], { cwd: folder });
      // ES modules only: Node.js 22.12 and later can require them. The program has nothing to import.
      const words = ["-y", "--prefer-offline", ARE_THE_TYPES_WRONG, "--profile", "esm-only", tarball.file];
      if (tarball.library) await execute(lab, "npx", words, { cwd: folder });
      const kilobytes = Math.ceil(statSync(tarball.file).size / 1000);
      const size = `${files.size} files, ${kilobytes} kB packed`;
      const budget = BUDGETS[tarball.library ? "library" : "program"];
      must(kilobytes <= budget, `${tarball.name} is above its budget of ${budget} kB: ${size}`);
      lab.proof(`${tarball.name} ${tarball.version}: ${size}, nothing found`);
    }
  },
};

async function unpack(lab: Lab, { file }: Tarball, folder: string): Promise<Map<string, string>> {
  mkdirSync(folder, { recursive: true });
  await execute(lab, "tar", ["-xzf", file, "-C", folder, "--strip-components=1"], { cwd: folder });
  return new Map(filesBelow(folder).map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return entries.filter((path) => statSync(join(folder, path)).isFile());
}
