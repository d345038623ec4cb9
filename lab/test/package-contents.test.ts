import { describe, expect, test } from "vitest";
import { contentFaults } from "../src/npm/contents.ts";

const manifest = {
  description: "what a person needs to know",
  keywords: ["a", "b", "c", "d", "e"],
  license: "MIT",
  type: "module",
  engines: { node: ">=22.12" },
  exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" }, "./package.json": "./package.json" },
  publishConfig: { access: "public", provenance: true },
  dependencies: { "@bootlace/dhcp-core": "0.1.0" },
};
const sound = {
  "package.json": JSON.stringify(manifest),
  "README.md": "# thing",
  LICENSE: "MIT",
  "CHANGELOG.md": "# Changelog",
  "dist/index.js": "#!/usr/bin/env node\n//# sourceMappingURL=index.js.map",
  "dist/index.js.map": '{"sourceRoot":"","sources":["../src/index.ts"]}',
  "dist/index.d.ts": "export {};\n",
  "src/index.ts": "export {};\n",
};

const faultsOf = (changes: Record<string, string | undefined>) => {
  const files = Object.entries({ ...sound, ...changes }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return contentFaults(new Map(files), new Set(["src/index.ts"]));
};
const withManifest = (changes: object) => faultsOf({ "package.json": JSON.stringify({ ...manifest, ...changes }) });

test("a package that is as it must be has no fault", () => {
  expect(faultsOf({})).toEqual([]);
});

describe("each fault is found", () => {
  test.each<[Record<string, string | undefined>, string]>([
    [{ LICENSE: undefined }, "LICENSE is missing"],
    [{ "src/a.test.ts": "" }, "src/a.test.ts has no business in a package"],
    [{ "src/core/tsconfig.json": "{}" }, "src/core/tsconfig.json has no business in a package"],
    [{ "dist/a.tsbuildinfo": "{}" }, "dist/a.tsbuildinfo has no business in a package"],
    [{ "examples/a.ts": "" }, "examples/a.ts is none of what was named"],
    [{ "dist/gone.js": "" }, "dist/gone.js has no source: delete dist and build again"],
    [{ "dist/index.js.map": undefined }, "dist/index.js points to dist/index.js.map, which is not in the package"],
    [{ "src/index.ts": undefined }, "dist/index.js.map points to src/index.ts, which is not in the package"],
    [{ "dist/index.d.ts": undefined }, "package.json points to ./dist/index.d.ts"],
  ])("%j", (changes, fault) => {
    expect(faultsOf(changes)).toEqual([fault]);
  });

  test.each<[object, string]>([
    [{ private: true }, "package.json is private"],
    [{ license: "ISC" }, "package.json has no licence"],
    [{ description: "" }, "package.json has no description"],
    [{ keywords: ["a", "a", "b", "c", "d"] }, "package.json has few keywords, or one twice"],
    [{ type: "commonjs" }, "package.json is no ES module"],
    [{ engines: { node: ">=20" } }, "package.json asks for another Node.js"],
    [{ publishConfig: { access: "public" } }, "package.json is published without provenance"],
    [{ exports: undefined }, "package.json exports everything"],
    [
      { dependencies: { "@bootlace/dhcp-core": "workspace:*" } },
      "package.json asks for @bootlace/dhcp-core workspace:*",
    ],
    [{ scripts: { postinstall: "x" } }, "package.json runs something while it is installed"],
    [{ bin: { thing: "dist/index.js" } }, "package.json lets npm choose what its program runs"],
  ])("%j", (changes, fault) => {
    expect(withManifest(changes)).toEqual([fault]);
  });

  test("a program that is no script for node", () => {
    const program = JSON.stringify({ ...manifest, dependencies: undefined, bin: { thing: "dist/index.js" } });
    expect(faultsOf({ "package.json": program })).toEqual([]);
    const changed = faultsOf({ "package.json": program, "dist/index.js": "export {};\n" });
    expect(changed).toEqual(["dist/index.js does not start node"]);
  });
});
