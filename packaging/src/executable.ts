import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bundle } from "./bundle.ts";
import type { NodeRuntime } from "./node-runtime.ts";

/** Node's documentation, "Single executable applications". */
const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";
const postject = fileURLToPath(import.meta.resolve("postject/dist/cli.js"));

/** Builds the single executable: Node with the bundle inside. The same input gives the same bytes. */
export function writeExecutable(path: string, { code }: Bundle, node: NodeRuntime): void {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-binary-"));
  try {
    // Names without a folder: the blob holds the name of the main script.
    const config = {
      main: "bootlace.cjs",
      output: "bootlace.blob",
      disableExperimentalSEAWarning: true,
      // Both contain machine code of the build machine.
      useSnapshot: false,
      useCodeCache: false,
      // $NODE_OPTIONS must not inject code into a program with CAP_NET_BIND_SERVICE.
      execArgvExtension: "none",
      // Nor may OpenSSL settings, which can name libraries to load and stop the program if they are invalid.
      execArgv: ["--openssl-config=/dev/null"],
      assets: { "node-license": node.license },
    };
    writeFileSync(join(folder, "bootlace.cjs"), code);
    writeFileSync(join(folder, "sea.json"), JSON.stringify(config));
    const run = (...words: readonly string[]) => execFileSync(process.execPath, words, { cwd: folder, stdio: "pipe" });
    run("--experimental-sea-config", "sea.json");
    copyFileSync(node.executable, path);
    chmodSync(path, 0o755);
    // As a program of its own: on the way it prints warnings about section names that mean nothing here.
    run(postject, resolve(path), "NODE_SEA_BLOB", "bootlace.blob", "--sentinel-fuse", fuse);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
