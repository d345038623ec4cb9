import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeBundle } from "../src/bundle.ts";
import { readLock } from "../src/lock.ts";
import { publishedManifest, writeNpmPackage } from "../src/npm-package.ts";
import { place } from "../src/places.ts";

const top = mkdtempSync(join(tmpdir(), "bootlace-npm-package-"));
const folder = join(top, "npm");
const program = join(folder, "dist/bin.cjs");
const read = (path: string) => JSON.parse(readFileSync(path, "utf8"));

beforeAll(() => writeNpmPackage(folder), 60_000);
afterAll(() => rmSync(top, { recursive: true, force: true }));

describe("the package that npm installs", () => {
  test("has nothing for npm to choose, and runs nothing while it is installed", () => {
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
    expect(files).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "dist", "dist/bin.cjs", "package.json"]);
    const manifest = read(join(folder, "package.json"));
    expect(manifest).toMatchObject({
      name: "bootlace",
      bin: { bootlace: "dist/bin.cjs" },
      engines: { node: ">=22.12" },
    });
    for (const kind of ["dependencies", "optionalDependencies", "peerDependencies", "scripts"])
      expect(manifest).not.toHaveProperty(kind);
  });

  test("holds the libraries in the versions that are locked", async () => {
    const locked = readLock();
    const { code, packages } = await makeBundle("npm");
    const foreign = packages.filter(({ ours }) => !ours);
    expect(foreign.length).toBeGreaterThan(20);
    for (const { name, version } of foreign) expect(locked.has(`${name}@${version}`), name).toBe(true);
    // The same input gives the same bytes.
    expect(readFileSync(program, "utf8")).toBe(code);
  }, 60_000);

  test("is installed without a registry, and runs", () => {
    const env = { ...process.env, npm_config_offline: "true", npm_config_cache: join(top, "empty") };
    execFileSync("npm", ["pack", "--silent", "--pack-destination", top, folder], { env });
    const archive = join(top, readdirSync(top).find((name) => name.endsWith(".tgz")) ?? "");
    const words = ["install", "--silent", "--no-audit", "--global", "--prefix", join(top, "prefix"), archive];
    execFileSync("npm", words, { env });
    const installed = join(top, "prefix/lib/node_modules");
    expect([readdirSync(installed), readdirSync(join(installed, "bootlace")).includes("node_modules")]).toEqual([
      ["bootlace"],
      false,
    ]);
    const said = spawnSync(process.execPath, [join(top, "prefix/bin/bootlace"), "version"], { encoding: "utf8" });
    expect(said).toMatchObject({
      status: 0,
      stderr: "",
      stdout: expect.stringMatching(/^bootlace \d+\.\d+\.\d+ \(node /),
    });
  }, 60_000);

  test("says which Node.js it needs where that is too old", () => {
    const script = `Object.defineProperty(process.versions, "node", { value: "20.20.2" }); require(${JSON.stringify(program)})`;
    const said = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
    expect(said).toMatchObject({ status: 4, stdout: "", stderr: expect.stringContaining("22.12 or later") });
  });

  test("is what pnpm packs and publishes", () => {
    const manifest = read(place("apps/appliance/package.json"));
    expect(manifest.publishConfig).toMatchObject({ directory: "npm" });
    expect(manifest.scripts.prepack).toBe("npm --prefix ../.. run -s npm-package");
    expect(read(place("package.json")).scripts["npm-package"]).toBe("exec node packaging/src/npm-package.ts");
    expect(publishedManifest(manifest).publishConfig).toEqual({ access: "public", provenance: true });
  });
});
