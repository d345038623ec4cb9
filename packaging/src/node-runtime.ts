import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Locked, lockedVersion, readLock } from "./lock.ts";
import { place } from "./places.ts";
import type { Target } from "./targets.ts";

/** Node for a target. */
export interface NodeRuntime {
  readonly executable: string;
  readonly license: string;
  readonly locked: Locked;
}

/**
 * Node for a target: the installed one where it fits, else the package from the registry, which must have the sum of
 * pnpm-lock.yaml. A blob is only understood by the version that made it, so that must be the one that runs this.
 */
export function nodeFor({ nodePackage }: Target): NodeRuntime {
  const locked = lockedVersion(readLock(), nodePackage);
  if (locked.version !== process.versions.node) {
    throw new Error(`this is Node ${process.versions.node}, but ${nodePackage} is ${locked.version}: use npm run`);
  }
  const installed = place(`node_modules/${nodePackage}`);
  const folder = existsSync(join(installed, "bin/node")) ? installed : unpack(locked);
  return { executable: join(folder, "bin/node"), license: join(folder, "LICENSE"), locked };
}

function unpack(locked: Locked): string {
  const cache = place("node_modules/.cache/bootlace-packaging");
  const archive = join(cache, `${locked.name}-${locked.version}.tgz`);
  mkdirSync(cache, { recursive: true });
  if (!existsSync(archive)) {
    execFileSync("npm", ["pack", "--silent", "--pack-destination", cache, `${locked.name}@${locked.version}`], {
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  const problem = wrongSum(readFileSync(archive), locked);
  if (problem !== undefined) {
    rmSync(archive);
    throw new Error(problem);
  }
  const folder = join(cache, `${locked.name}-${locked.version}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const members = ["package/bin/node", "package/LICENSE"];
  execFileSync("tar", ["--extract", "--gzip", "--file", archive, "--directory", folder, "--strip=1", ...members]);
  return folder;
}

/** The error when the checksum of an archive differs from the lock file. */
export function wrongSum(archive: Uint8Array, { name, version, integrity }: Locked): string | undefined {
  const sum = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
  return sum === integrity
    ? undefined
    : `${name}@${version} has the checksum ${sum}, but pnpm-lock.yaml has ${integrity}`;
}
