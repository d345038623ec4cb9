import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";
import { type BundledPackage, bundledPackages } from "./bundled-packages.ts";
import { licensesText } from "./licenses.ts";
import { place } from "./places.ts";

/** What a bundle runs on. `distribution`: the Node.js of a distribution; `npm`: that of whoever has npm. */
export type BundleKind = "executable" | "distribution" | "npm";

export interface Bundle {
  readonly code: string;
  readonly packages: readonly BundledPackage[];
}

/** Bundles the appliance and everything it imports into one CommonJS file, licences included. */
export async function makeBundle(kind: BundleKind): Promise<Bundle> {
  // Only packages in the bundle need licences; a first pass finds them.
  const packages = bundledPackages((await bundleWith("", kind)).metafile);
  const { code } = await bundleWith(licensesText(packages), kind);
  return { code, packages };
}

async function bundleWith(licenses: string, kind: BundleKind): Promise<{ code: string; metafile: Metafile }> {
  let replaced = 0;
  const builtIn: Plugin = {
    name: "built-in",
    setup({ onLoad }) {
      onLoad({ filter: /\/apps\/appliance\/dist\/cli\/built-in\.js$/ }, () => {
        replaced++;
        return { contents: `export const builtInLicenses = ${JSON.stringify(licenses)};` };
      });
    },
  };
  const forOldNode = {
    // Node.js 12 can parse it, so that the prelude can print an error; it runs from 18 up.
    target: "node12",
    banner: { js: readFileSync(place("packaging/src/prelude.js"), "utf8") },
  };
  // Modules are strict, so the bundled file must be too.
  const banner = { js: '"use strict";' };
  const settings = {
    executable: { entry: "main.js", target: "node24", banner },
    distribution: { entry: "main.js", ...forOldNode },
    // An old one must be able to read the whole file: its first words are about that.
    npm: { entry: "bin.js", target: "node18", banner },
  };
  const { entry, ...forNode } = settings[kind];
  const { metafile, outputFiles } = await build({
    absWorkingDir: place("."),
    entryPoints: [`apps/appliance/dist/${entry}`],
    bundle: true,
    platform: "node",
    format: "cjs",
    // Names are kept, for readable stack traces.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    // The input is JavaScript; a tsconfig.json beside it is ignored.
    tsconfigRaw: "{}",
    logLevel: "warning",
    metafile: true,
    write: false,
    plugins: [builtIn],
    ...forNode,
  });
  const [output] = outputFiles;
  if (output === undefined || replaced !== 1)
    throw new Error(`built-in.js is ${replaced} times in the bundle, not once`);
  return { code: output.text, metafile };
}

/** Writes a bundle where Node.js can run it. */
export function writeBundle(path: string, { code }: Bundle): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, code, { mode: 0o755 });
}
