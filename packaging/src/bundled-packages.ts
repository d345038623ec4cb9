import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Metafile } from "esbuild";
import { place } from "./places.ts";

/** A package with code in the bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly license: string;
  /** The whole text of its licence. */
  readonly licenseText: string;
  /** Part of this workspace. */
  readonly ours: boolean;
  /** `name@version` of the packages that it takes code from, sorted. */
  readonly uses: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
}

/** The packages that one output of esbuild is made of, sorted by name and version. */
export function bundledPackages({ inputs, outputs }: Metafile): BundledPackage[] {
  const [output] = Object.values(outputs);
  const used = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const homes = new Map(used.map(([path]) => [path, homeOf(path)]));
  const found = new Map<string, BundledPackage & { uses: string[] }>();
  for (const { folder, manifest } of homes.values()) {
    const id = idOf(manifest);
    if (found.has(id)) continue;
    const ours = !folder.includes("/node_modules/");
    const { name, version, license } = manifest;
    if (license === undefined) throw new Error(`${id} has no licence`);
    found.set(id, { name, version, license, licenseText: licenseText(folder, manifest), ours, uses: [] });
  }
  for (const [path, { manifest }] of homes) {
    const from = found.get(idOf(manifest));
    for (const { path: target } of inputs[path]?.imports ?? []) {
      const home = homes.get(target);
      const id = home === undefined ? undefined : idOf(home.manifest);
      if (from !== undefined && id !== undefined && id !== idOf(manifest) && !from.uses.includes(id))
        from.uses.push(id);
    }
  }
  for (const { uses } of found.values()) uses.sort();
  return [...found.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, value]) => value);
}

function idOf({ name, version }: Manifest): string {
  return `${name}@${version}`;
}

/** Folders inside a package may have a package.json of their own, without a name. */
function homeOf(path: string): { folder: string; manifest: Manifest } {
  const start = dirname(resolve(place("."), path));
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (!existsSync(file)) continue;
    const manifest = JSON.parse(readFileSync(file, "utf8")) as Partial<Manifest>;
    if (manifest.name !== undefined && manifest.version !== undefined)
      return { folder, manifest: manifest as Manifest };
  }
  throw new Error(`${path} belongs to no package`);
}

/** A package without a licence file must name its licence and author. */
function licenseText(folder: string, { license, author }: Manifest): string {
  const files = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice)(\.|-|$)/i.test(name));
  if (files.length > 0)
    return files
      .sort()
      .map((name) => readFileSync(join(folder, name), "utf8").trim())
      .join("\n\n");
  const writer = typeof author === "string" ? author : author?.name;
  if (writer === undefined) throw new Error(`${folder} has neither a licence file nor an author`);
  return `Copyright ${writer}. Licensed as ${license}; the package carries no further text.`;
}
