// Runs pnpm with the words of the command line: `node tools/pnpm/run.js install`.
// pnpm checks the checksums of all other packages, so its own is checked before it runs: npm compares the archive with
// npm-shrinkwrap.json, runs no install script, and takes it from its cache where it is there. Any Node.js from 20 up runs this.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const { platform, arch } = process;
const program = `@pnpm/exe.${platform}-${arch}`;
const path = `${here}node_modules/${program}/pnpm`;
const stamp = `${here}node_modules/.sums`;
const lock = readFileSync(`${here}npm-shrinkwrap.json`, "utf8");
const sums = createHash("sha512").update(lock).digest("hex");

if (JSON.parse(lock).packages[`node_modules/${program}`] === undefined) {
  const mend = `To add it: cd tools/pnpm; npm install --package-lock-only --save-exact --save-optional ${program}`;
  console.error(`npm-shrinkwrap.json in tools/pnpm has no checksum of pnpm for ${platform}-${arch}. ${mend}`);
  process.exit(1);
}
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== sums) {
  rmSync(stamp, { force: true });
  const words = ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--silent"];
  run("npm", words, here);
  // An optional package that cannot be fetched is no failure to npm.
  if (!existsSync(path)) fail(`npm did not install ${program}: it is not in the registry, or its checksum is another`);
  writeFileSync(stamp, sums);
}
run(path, process.argv.slice(2), process.cwd());

/** Ends this process where the other one fails. */
function run(command, words, cwd) {
  const { status, signal, error } = spawnSync(command, words, { cwd, stdio: "inherit" });
  if (error !== undefined) fail(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? (signal === null ? 1 : 130));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
