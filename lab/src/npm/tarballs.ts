import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Lab } from "../lab.ts";
import { execute } from "./environment.ts";

const TOP = fileURLToPath(new URL("../../../", import.meta.url));
const LIBRARIES = ["dhcp-core", "boot-source", "boot-image", "proxy-dhcp", "tftp-serve", "http-boot", "pxe-client"];
const HOMES = [...LIBRARIES.map((name) => `packages/${name}`), "apps/appliance"];

/** A package as npm would publish it. */
export interface Tarball {
  readonly name: string;
  readonly version: string;
  readonly file: string;
  /** Its folder in the workspace. */
  readonly home: string;
  /** The other packages import it; otherwise it is the program. */
  readonly library: boolean;
}

/** A folder outside the workspace, so that nothing of its node_modules is found by chance. */
export function folderOutside(lab: Lab, purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `bootlace-${purpose}-`));
  lab.defer(async () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

let packed: Promise<readonly Tarball[]> | undefined;

/** All packages as files, packed once a run, when the first scenario asks for them. */
export function packAll(lab: Lab): Promise<readonly Tarball[]> {
  packed ??= packInto(lab, join(dirname(lab.folder), "tarballs"));
  return packed;
}

/** By pnpm, as `npm run pack` does: it makes real versions of what says `workspace:`. */
async function packInto(lab: Lab, folder: string): Promise<readonly Tarball[]> {
  const tarballs: Tarball[] = [];
  for (const path of HOMES) {
    const home = join(TOP, path);
    const { name, version, bin } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
    const words = [join(TOP, "tools/pnpm/run.js"), "pack", "--pack-destination", folder];
    await execute(lab, process.execPath, words, { cwd: home });
    const file = join(folder, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
    tarballs.push({ name, version, file, home, library: bin === undefined });
  }
  return tarballs;
}
