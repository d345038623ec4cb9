import { posix } from "node:path";

/** The fields of a package.json that are looked at. */
interface Manifest {
  readonly private?: boolean;
  readonly license?: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly type?: string;
  readonly engines?: { readonly node?: string };
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly exports?: unknown;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
}

const NEEDED = ["package.json", "README.md", "LICENSE", "CHANGELOG.md"];
const UNWANTED = /(^|\/)(tests?|fixtures|node_modules)\/|\.test\.|\.tsbuildinfo$|(^|\/)tsconfig[^/]*\.json$/;

/**
 * What is wrong with a packed package, one line each.
 * @param files its files, by path in it
 * @param sources the TypeScript files of its folder in the workspace, such as `src/index.ts`
 */
export function contentFaults(files: ReadonlyMap<string, string>, sources: ReadonlySet<string>): string[] {
  const faults: string[] = [];
  for (const name of NEEDED) if (!files.has(name)) faults.push(`${name} is missing`);
  for (const [path, text] of files) {
    if (UNWANTED.test(path)) faults.push(`${path} has no business in a package`);
    else if (!NEEDED.includes(path) && !/^(dist|src)\//.test(path)) faults.push(`${path} is none of what was named`);
    if (/^dist\/.*\.js$/.test(path) && !sources.has(path.replace(/^dist(.*)\.js$/, "src$1.ts"))) {
      faults.push(`${path} has no source: delete dist and build again`);
    }
    for (const target of pointers(path, text)) {
      if (!files.has(target)) faults.push(`${path} points to ${target}, which is not in the package`);
    }
  }
  return [...faults, ...manifestFaults(files)];
}

/** The files that a source map, or a file that has one, names. */
function pointers(path: string, text: string): string[] {
  const beside = (name: string) => posix.join(posix.dirname(path), name);
  if (path.endsWith(".map")) {
    const { sources, sourceRoot } = JSON.parse(text) as { sources: readonly string[]; sourceRoot?: string };
    return sources.map((name) => beside(posix.join(sourceRoot ?? "", name)));
  }
  const map = /\.[jt]s$/.test(path) ? /^\/\/# sourceMappingURL=(\S+)$/m.exec(text)?.[1] : undefined;
  return map === undefined ? [] : [beside(map)];
}

function manifestFaults(files: ReadonlyMap<string, string>): string[] {
  const manifest = JSON.parse(files.get("package.json") ?? "{}") as Manifest;
  const { keywords = [], publishConfig, dependencies = {}, scripts = {}, bin = {} } = manifest;
  const rules: readonly [boolean, string][] = [
    [manifest.private !== true, "is private"],
    [manifest.license === "MIT", "has no licence"],
    [(manifest.description ?? "").length > 20, "has no description"],
    [keywords.length >= 5 && new Set(keywords).size === keywords.length, "has few keywords, or one twice"],
    [manifest.type === "module", "is no ES module"],
    [manifest.engines?.node === ">=22.12", "asks for another Node.js"],
    [publishConfig?.access === "public" && publishConfig.provenance === true, "is published without provenance"],
    [manifest.exports !== undefined, "exports everything"],
    [manifest.bin === undefined || manifest.dependencies === undefined, "lets npm choose what its program runs"],
    [
      ["preinstall", "install", "postinstall"].every((name) => !(name in scripts)),
      "runs something while it is installed",
    ],
  ];
  const faults = rules.filter(([holds]) => !holds).map(([, fault]) => `package.json ${fault}`);
  for (const [name, range] of Object.entries(dependencies)) {
    if (!/^\d+\.\d+\.\d+$/.test(range)) faults.push(`package.json asks for ${name} ${range}`);
  }
  for (const target of [...targets(manifest.exports), ...Object.values(bin)]) {
    if (!files.has(posix.normalize(target))) faults.push(`package.json points to ${target}`);
  }
  for (const target of Object.values(bin)) {
    if (files.get(target)?.startsWith("#!/usr/bin/env node\n") !== true) faults.push(`${target} does not start node`);
  }
  return faults;
}

/** The files named anywhere in `exports`. */
function targets(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(targets) : [];
}
