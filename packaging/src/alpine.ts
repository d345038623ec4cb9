import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Appliance, configFile, program } from "./appliance.ts";
import { manPages } from "./man-pages.ts";
import { place } from "./places.ts";
import { type StagedFile, withStaged } from "./staged.ts";

export interface AlpineRequest {
  readonly bundle: string;
  readonly appliance: Appliance;
  readonly licenses: string;
  /** Seconds since 1970. */
  readonly time: number;
}

/**
 * Creates the archive for Alpine and returns its name: the bundle for Alpine's own Node.js, an OpenRC script, and
 * an install script. The single executable needs glibc.
 */
export function writeAlpineArchive(out: string, { bundle, appliance, licenses, time }: AlpineRequest): string {
  const top = `bootlace-${appliance.version}`;
  const readIn = (path: string): string => readFileSync(place(path), "utf8");
  const pages = [...manPages(appliance, time)].map(([name, content]): [string, StagedFile] => [
    `usr/share/man/man${name.at(-1)}/${name}`,
    { content },
  ]);
  const files: Record<string, StagedFile> = {
    README: { content: readIn("packaging/files/alpine/README") },
    LICENSE: { content: readIn("LICENSE") },
    LICENSES: { content: licenses },
    install: { content: readIn("packaging/files/alpine/install"), program: true },
    [program.slice(1)]: { content: readIn("packaging/files/alpine/bootlace"), program: true },
    "usr/lib/bootlace/bootlace.cjs": { content: { copyOf: bundle } },
    "etc/init.d/bootlace": { content: appliance.service("openrc", "--user", "bootlace"), program: true },
    [configFile.slice(1)]: { content: readIn("packaging/files/bootlace.yaml") },
    ...Object.fromEntries(pages),
  };
  const inTop = Object.fromEntries(Object.entries(files).map(([path, file]) => [`${top}/${path}`, file]));
  const name = `${top}-alpine.tar.gz`;
  withStaged(inTop, time, (folder) => {
    const owners = ["--owner=0", "--group=0", "--numeric-owner"];
    const words = ["--create", "--format=ustar", "--sort=name", ...owners, "--directory", folder, top];
    const tar = execFileSync("tar", words, { maxBuffer: 1 << 28 });
    writeFileSync(join(out, name), gzipSync(tar, { level: 9 }));
  });
  return name;
}
