/** The packages that the daemon installs, with their licences: `node packaging/src/dependencies.ts` rewrites the page. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { place } from "./places.ts";

/** A package that is installed with the daemon, but for those of this workspace. */
export interface Dependency {
  readonly name: string;
  readonly version: string;
  /** SPDX expression, as its own manifest says. */
  readonly license: string;
  /** The scripts that npm would run when it is installed, and native code that it would build. */
  readonly installs: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly scripts?: Readonly<Record<string, string>>;
}

type Needs = Readonly<Record<string, string | { readonly version: string }>>;

interface Lock {
  readonly importers: Readonly<Record<string, { readonly dependencies?: Needs }>>;
  readonly packages: Readonly<Record<string, { readonly resolution: Readonly<Record<string, string>> }>>;
  readonly snapshots: Readonly<
    Record<string, { readonly dependencies?: Needs; readonly optionalDependencies?: Needs }>
  >;
}

const PAGE = "docs/reference/dependencies.md";

export function lockFile(text = readFileSync(place("pnpm-lock.yaml"), "utf8")): Lock {
  return parse(text) as Lock;
}

/** `name@version` of all that `bootlace` and the libraries need at run time, sorted. */
export function runtimeClosure({ importers, snapshots }: Lock): string[] {
  const found = new Set<string>();
  const follow = (needs: Needs = {}) => {
    for (const [name, value] of Object.entries(needs)) {
      const version = typeof value === "string" ? value : value.version;
      if (version.startsWith("link:")) continue;
      const key = `${name}@${version}`;
      // What follows the version in parentheses are the peers that it was installed with.
      const id = key.replace(/\(.*/, "");
      if (found.has(id)) continue;
      found.add(id);
      follow(snapshots[key]?.dependencies);
      follow(snapshots[key]?.optionalDependencies);
    }
  };
  for (const [path, { dependencies }] of Object.entries(importers))
    if (path.startsWith("packages/") || path.startsWith("apps/")) follow(dependencies);
  return [...found].sort();
}

/** Everything that is installed in the workspace, by `name@version`. */
export function installedPackages(): ReadonlyMap<string, Dependency> {
  const found = new Map<string, Dependency>();
  const store = place("node_modules/.pnpm");
  for (const entry of readdirSync(store)) {
    for (const folder of packageFolders(join(store, entry, "node_modules"))) {
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
      const { name, version, license = "", scripts = {} } = manifest;
      const installs = ["preinstall", "install", "postinstall"].filter((script) => script in scripts);
      if (existsSync(join(folder, "binding.gyp"))) installs.push("binding.gyp");
      found.set(`${name}@${version}`, { name, version, license, installs });
    }
  }
  return found;
}

/** Links lead to packages of other entries. */
function packageFolders(modules: string): string[] {
  if (!existsSync(modules)) return [];
  return readdirSync(modules, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== ".bin")
    .flatMap((entry) => {
      const folder = join(modules, entry.name);
      if (!entry.name.startsWith("@")) return [folder];
      return readdirSync(folder, { withFileTypes: true })
        .filter((inner) => inner.isDirectory())
        .map((inner) => join(folder, inner.name));
    })
    .filter((folder) => existsSync(join(folder, "package.json")));
}

/** The daemon's dependencies, sorted by name. Throws when one is not installed. */
export function daemonDependencies(): Dependency[] {
  const installed = installedPackages();
  return runtimeClosure(lockFile()).map((id) => {
    const dependency = installed.get(id);
    if (dependency === undefined) throw new Error(`${id} is locked but not installed: run npm run setup`);
    return dependency;
  });
}

/** The table of the page. */
export function dependencyTable(dependencies: readonly Dependency[]): string {
  const lines = dependencies.map(({ name, version, license }) => `| \`${name}\` | ${version} | ${license} |`);
  return ["| package | version | licence |", "| --- | --- | --- |", ...lines].join("\n");
}

const marks = /(<!-- dependencies begin -->\n)[\s\S]*?(<!-- dependencies end -->)/;

/** The page with this table in it. */
export function dependencyPage(text: string, table: string): string {
  return text.replace(marks, (_, begin: string, end: string) => `${begin}${table}\n${end}`);
}

export function readPage(): string {
  return readFileSync(place(PAGE), "utf8");
}

if (import.meta.main) writeFileSync(place(PAGE), dependencyPage(readPage(), dependencyTable(daemonDependencies())));
