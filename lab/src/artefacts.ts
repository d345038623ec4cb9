import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { must } from "./failure.ts";
import type { Lab } from "./lab.ts";
import { locate } from "./packages.ts";

const TOP = fileURLToPath(new URL("../..", import.meta.url));

/** What people install, as files. */
export interface Artefacts {
  readonly folder: string;
  readonly x64: string;
  readonly arm64: string;
  /** The bundle for the Node.js of a distribution. */
  readonly bundle: string;
  readonly debs: { readonly amd64: string; readonly arm64: string };
  readonly alpine: string;
}

/** Builds everything into a folder: of the sources below `top`, with `env` beside what the lab has. */
export async function build(
  folder: string,
  top: string = TOP,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  locate("dpkgDeb");
  const words = [join(top, "packaging/src/binary.ts"), "linux-x64", "linux-arm64", "--packages", "--out", folder];
  await promisify(execFile)(process.execPath, words, { cwd: top, env: { ...process.env, ...env } });
}

let built: Promise<Artefacts> | undefined;

/** The files of this run, built when the first scenario asks for them, and gone with the folder of the run. */
export function artefacts(lab: Lab): Promise<Artefacts> {
  const folder = join(dirname(lab.folder), "artefacts");
  built ??= build(folder).then(() => {
    const names = readdirSync(folder);
    const one = (pattern: RegExp) => {
      const found = names.filter((name) => pattern.test(name));
      must(found.length === 1, `the build made ${found.length} files like ${pattern}: ${names.join(", ")}`);
      return join(folder, found[0] ?? "");
    };
    return {
      folder,
      x64: one(/^bootlace-linux-x64$/),
      arm64: one(/^bootlace-linux-arm64$/),
      bundle: one(/^bootlace\.cjs$/),
      debs: { amd64: one(/^bootlace_.*_amd64\.deb$/), arm64: one(/^bootlace_.*_arm64\.deb$/) },
      alpine: one(/^bootlace-.*-alpine\.tar\.gz$/),
    };
  });
  return built;
}
