import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import {
  daemonDependencies,
  dependencyPage,
  dependencyTable,
  installedPackages,
  lockFile,
  readPage,
  runtimeClosure,
} from "../src/dependencies.ts";
import { place } from "../src/places.ts";

/** May be given away with the executable when their texts come along, and ask nothing of who links them. */
const PERMISSIVE = new Set(["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "0BSD", "BlueOak-1.0.0"]);

const manifests = [
  ".",
  "packages/dhcp-core",
  "packages/proxy-dhcp",
  "packages/tftp-serve",
  "packages/pxe-client",
  "packages/http-boot",
  "packages/boot-image",
  "apps/appliance",
  "lab",
];
const workspace = parse(readFileSync(place("pnpm-workspace.yaml"), "utf8")) as { allowBuilds: Record<string, boolean> };

describe("what the daemon installs", () => {
  const dependencies = daemonDependencies();

  test("docs/reference/dependencies.md names each, with its licence (node packaging/src/dependencies.ts writes it)", () => {
    expect(dependencies.length).toBeGreaterThan(20);
    expect(readPage()).toBe(dependencyPage(readPage(), dependencyTable(dependencies)));
    expect(readPage()).toContain(`| \`fastify\` |`);
  });

  test("is under licences that ask for nothing but their text", () => {
    expect(dependencies.filter(({ license }) => !PERMISSIVE.has(license))).toEqual([]);
  });

  test("runs nothing while it is installed, and builds no native code", () => {
    expect(dependencies.filter(({ installs }) => installs.length > 0)).toEqual([]);
  });
});

describe("the lock file", () => {
  const lock = lockFile();

  test("has a SHA-512 sum for every package, and takes none from anywhere but the registry", () => {
    for (const [name, { resolution }] of Object.entries(lock.packages)) {
      expect(Object.keys(resolution), name).toEqual(["integrity"]);
      expect(resolution.integrity, name).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    }
  });

  test("may not be changed by an install", () => {
    const { scripts } = JSON.parse(readFileSync(place("package.json"), "utf8")) as { scripts: Record<string, string> };
    expect(scripts.setup).toContain("--frozen-lockfile");
  });

  test("follows dependencies of dependencies, through peers, and leaves out what only the lab needs", () => {
    const text = `
importers:
  .: { dependencies: {} }
  lab: { dependencies: { z: { version: 9.0.0 } } }
  apps/appliance: { dependencies: { "@bootlace/dhcp-core": { version: "link:../../packages/dhcp-core" }, a: { version: 1.0.0(p@2.0.0) } } }
packages: {}
snapshots:
  a@1.0.0(p@2.0.0): { dependencies: { b: 2.0.0 } }
  b@2.0.0: { dependencies: { a: 1.0.0(p@2.0.0) }, optionalDependencies: { c: 3.0.0 } }
`;
    expect(runtimeClosure(lockFile(text))).toEqual(["a@1.0.0", "b@2.0.0", "c@3.0.0"]);
  });
});

describe("the whole workspace", () => {
  test("names exact versions only", () => {
    for (const folder of manifests) {
      const manifest = JSON.parse(readFileSync(place(`${folder}/package.json`), "utf8")) as Record<string, unknown>;
      for (const kind of ["dependencies", "devDependencies", "optionalDependencies"]) {
        for (const [name, version] of Object.entries((manifest[kind] ?? {}) as Record<string, string>))
          expect(version, `${folder}: ${name}`).toMatch(/^(\d+\.\d+\.\d+[\w.-]*|workspace:\*)$/);
      }
    }
  });

  test("every package with an install script is named, and not allowed to run it", () => {
    const scripted = [...installedPackages().values()].filter(({ installs }) => installs.length > 0);
    expect(scripted.map(({ name }) => name)).toEqual(["esbuild"]);
    for (const { name } of scripted) expect(workspace.allowBuilds[name]).toBe(false);
  });
});
