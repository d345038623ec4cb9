import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const top = fileURLToPath(new URL("..", import.meta.url));
const compiler = join(top, "node_modules/typescript/bin/tsc");
const libraries = ["boot-image", "boot-source", "dhcp-core", "http-boot", "proxy-dhcp", "pxe-client", "tftp-serve"];

/** A project of somebody who installed the libraries: they are found by what their package.json declares. */
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bootlace-modules-"));
  mkdirSync(join(folder, "node_modules/@bootlace"), { recursive: true });
  const imports = libraries.map((name, index) =>
    ["import * as", `library${index}`, "from", `"@bootlace/${name}";`].join(" "),
  );
  const source = [...imports, `export const all = [${libraries.map((_, index) => `library${index}`).join(", ")}];`, ""];
  for (const name of libraries) symlinkSync(join(top, "packages", name), join(folder, "node_modules/@bootlace", name));
  for (const type of ["module", "commonjs"]) {
    mkdirSync(join(folder, type));
    writeFileSync(join(folder, type, "package.json"), JSON.stringify({ type }));
    writeFileSync(join(folder, type, "consumer.ts"), source.join("\n"));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The codes of the errors, each once. */
function errorsOf(type: string, settings: Readonly<Record<string, string>>): string[] {
  const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const strict = ["--noEmit", "--strict", "--target", "es2023", "--types", ""];
  // The declarations of our packages are checked; to check TypeScript's own takes four times as long.
  const checked = ["--skipLibCheck", "false", "--skipDefaultLibCheck", "true"];
  const words = [compiler, ...strict, ...checked, ...options, `${type}/consumer.ts`];
  const { stdout, status } = spawnSync(process.execPath, words, {
    cwd: folder,
    encoding: "utf8",
  });
  const codes = [...new Set(stdout.match(/\bTS\d+/g))];
  expect(status === 0).toBe(codes.length === 0);
  return codes;
}

const bundler = { module: "esnext", moduleResolution: "bundler" };
const everywhere = [{ module: "node20" }, { module: "nodenext" }, { module: "preserve" }, bundler];
const esOnly = [{ module: "node16" }, { module: "node18" }];

describe("module settings of TypeScript with which the libraries compile", () => {
  test.each([...everywhere, ...esOnly])("in an ES module: %o", (settings) => {
    expect(errorsOf("module", settings)).toEqual([]);
  });

  test.each(everywhere)("in a CommonJS file: %o", (settings) => {
    expect(errorsOf("commonjs", settings)).toEqual([]);
  });

  test.each(esOnly)("not in a CommonJS file: %o", (settings) => {
    expect(errorsOf("commonjs", settings)).toEqual(["TS1479"]);
  });
});

test.each(libraries)("the README of %s says so", (name) => {
  const readme = readFileSync(join(top, "packages", name, "README.md"), "utf8").replace(/\s+/g, " ");
  const [works = "", refused = ""] = readme.split("TypeScript: `module` is ")[1]?.split("In a CommonJS file ") ?? [];
  for (const { module } of [...everywhere, ...esOnly]) expect(works).toContain(`\`${module}\``);
  for (const { module } of esOnly) expect(refused.split("(TS1479)")[0]).toContain(`\`${module}\``);
});
