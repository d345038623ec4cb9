import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Lab } from "../lab.ts";
import { copyRoot, type MinimalRoot } from "../minimal-root.ts";
import { npm } from "./environment.ts";
import { nodeOf, npmFolder } from "./node-versions.ts";
import { folderOutside, type Tarball } from "./tarballs.ts";

/** The Node.js that people install today. */
const NODE = "24.21.0";

/** What npm has fetched once for the roots; kept from run to run. */
const CACHE = fileURLToPath(new URL("../../out/npm-cache", import.meta.url));

/** The clone of this repository, as far as `npm run pack` leaves something in it. */
export const CLONE = "root/bootlace";

/**
 * A minimal Debian with Node.js and npm below /usr/local, as they are unpacked there, and the packed packages in
 * `CLONE/out`. Instead of a network its npm has a cache, with what the packages need and what else is named.
 */
export async function rootWithNode(
  lab: Lab,
  tarballs: readonly Tarball[],
  further: readonly string[] = [],
): Promise<MinimalRoot> {
  const root = copyRoot(lab);
  const at = (path: string) => join(root.folder, path);
  cpSync(await nodeOf(lab, NODE), at("usr/local/bin/node"), { dereference: true });
  cpSync(await npmFolder(lab), at("usr/local/lib/node_modules/npm"), { recursive: true, verbatimSymlinks: true });
  for (const name of ["npm", "npx"]) {
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, at(`usr/local/bin/${name}`));
  }
  mkdirSync(at("usr/local/etc"), { recursive: true });
  writeFileSync(at("usr/local/etc/npmrc"), "offline = true\n");

  const files = tarballs.map(({ file }) => file);
  const scratch = folderOutside(lab, "cache");
  writeFileSync(join(scratch, "package.json"), '{ "private": true }\n');
  await npm(lab, ["install", "--cache", CACHE, ...files, ...further], { cwd: scratch });
  cpSync(CACHE, at("root/.npm"), { recursive: true });
  for (const { file } of tarballs) cpSync(file, at(join(CLONE, "out", file.slice(file.lastIndexOf("/") + 1))));
  return root;
}
