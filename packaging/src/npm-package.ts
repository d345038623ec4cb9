/**
 * What is published as `bootlace`: `node packaging/src/npm-package.ts` writes it beside the appliance, and pnpm packs that folder
 * (publishConfig.directory). All libraries are in its one file, so an installation resolves nothing: what runs is what was tested.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeBundle, writeBundle } from "./bundle.ts";
import { place } from "./places.ts";

const home = place("apps/appliance");
const program = "dist/bin.cjs";

/** The fields of the appliance's package.json that mean something without its sources. */
const kept = [
  ...["name", "version", "description", "keywords", "license", "repository", "homepage", "bugs"],
  ...["type", "engines", "exports"],
] as const;

/** The package.json of the published package: nothing to install, and nothing that runs while it is installed. */
export function publishedManifest(manifest: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { directory: _, linkDirectory: __, ...publishConfig } = manifest.publishConfig as Record<string, unknown>;
  const fields = kept.flatMap((name) => (manifest[name] === undefined ? [] : [[name, manifest[name]]]));
  return { ...Object.fromEntries(fields), bin: { bootlace: program }, files: [program, "CHANGELOG.md"], publishConfig };
}

/** Writes the package into a folder, which is emptied. */
export async function writeNpmPackage(folder = join(home, "npm")): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeBundle(join(folder, program), await makeBundle("npm"));
  const manifest = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(publishedManifest(manifest), undefined, 2)}\n`);
  for (const name of ["README.md", "LICENSE", "CHANGELOG.md"]) cpSync(join(home, name), join(folder, name));
}

if (import.meta.main) await writeNpmPackage();
