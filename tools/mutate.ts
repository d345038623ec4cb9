/**
 * Mutation testing of one package: `node tools/mutate.ts PACKAGE FILE…`, e.g.
 * `node tools/mutate.ts dhcp-core src/decode.ts src/encode.ts`. `--skip serve` leaves out test/serve.test.ts, for tests
 * that are slow and not about these files. Works on a clone of HEAD in a temporary folder, so
 * that Stryker, which is large, is no dependency of the workspace. Prints Stryker's table and every survivor.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const STRYKER = "10.1.1";
const PNPM = "tools/pnpm/run.js";

function configure(clone: string, name: string, files: readonly string[], skip: readonly string[]): void {
  const config = {
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    // Stryker reads tsconfig.json with an API that TypeScript 7 no longer has; it needs none here.
    tsconfigFile: "absent.json",
    mutate: files.map((file) => `packages/${name}/${file}`),
    vitest: { related: false, configFile: "vitest.mutate.config.ts" },
    reporters: ["clear-text"],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    coverageAnalysis: "perTest",
    concurrency: 2,
    timeoutMS: 15_000,
  };
  const tests = { include: [`packages/${name}/test/**/*.test.ts`], exclude: skip.map((test) => `**/${test}.test.ts`) };
  writeFileSync(join(clone, "stryker.config.json"), JSON.stringify(config));
  writeFileSync(join(clone, "vitest.mutate.config.ts"), `export default ${JSON.stringify({ test: tests })};\n`);
}

/** Gives Stryker's exit status. */
function mutate(name: string, files: readonly string[], skip: readonly string[]): number {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-mutate-"));
  try {
    const clone = join(folder, "clone");
    execFileSync("git", ["clone", "--quiet", ".", clone]);
    const packages = ["core", "vitest-runner"].map((part) => `@stryker-mutator/${part}@${STRYKER}`);
    execFileSync(process.execPath, [PNPM, "add", "-w", "-D", ...packages], { cwd: clone, stdio: "ignore" });
    execFileSync("node_modules/.bin/tsc", ["-b", `packages/${name}`], { cwd: clone, stdio: "inherit" });
    configure(clone, name, files, skip);
    return spawnSync("node_modules/.bin/stryker", ["run"], { cwd: clone, stdio: "inherit" }).status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { skip: { type: "string", multiple: true, default: [] } },
});
const [name, ...files] = positionals;
if (name === undefined || files.length === 0) {
  console.error(
    "usage: node tools/mutate.ts PACKAGE FILE… [--skip TEST]…   e.g. dhcp-core src/decode.ts src/encode.ts",
  );
  process.exitCode = 2;
} else {
  process.exitCode = mutate(name, files, values.skip);
}
