import { describe, expect, test } from "vitest";
import { brokenArrows, importsOf, type SourceFile, sourceFiles } from "./floor-plan.ts";

const files = sourceFiles(process.cwd());

function withFile(path: string, text: string): SourceFile[] {
  return [...files.filter((file) => file.path !== path), { path, text }];
}

test("the tree keeps the floor plan", () => {
  expect(files.length).toBeGreaterThan(20);
  expect(brokenArrows(files)).toEqual([]);
});

describe("a broken arrow is found", () => {
  test.each([
    ["packages/dhcp-core/src/extra.ts", 'import { readFileSync } from "node:fs";', "dhcp-core may not import node:fs"],
    ["packages/tftp-serve/src/core/extra.ts", 'import "@bootlace/dhcp-core";', "may not import @bootlace/dhcp-core"],
    ["packages/tftp-serve/src/core/extra.ts", 'export { x } from "../serve.ts";', "may not import tftp-serve shell"],
    ["packages/proxy-dhcp/src/core/extra.ts", 'type A = import("../serve.ts").A;', "may not import proxy-dhcp shell"],
    ["packages/proxy-dhcp/src/extra.ts", 'import type { A } from "@bootlace/tftp-serve";', "may not import @bootlace"],
    [
      "packages/proxy-dhcp/src/extra.ts",
      'import { createSocket } from "node:dgram";',
      "sockets (node:dgram) belong in",
    ],
    ["packages/pxe-client/src/core/extra.ts", 'import "node:dgram";', "pxe-client core may not import node:dgram"],
    ["packages/proxy-dhcp/src/extra.ts", 'import "@bootlace/pxe-client";', "may not import @bootlace/pxe-client"],
    ["packages/proxy-dhcp/src/extra.ts", 'import { a } from "./index.ts";', "index.ts is the front door"],
    ["apps/appliance/src/extra.ts", 'await import("../../../lab/src/main.ts");', "may not import lab"],
    ["apps/appliance/src/extra.ts", 'import "@bootlace/lab";', "may not import @bootlace/lab"],
    ["apps/appliance/src/extra.ts", 'import "@bootlace/dhcp-core/dist/decode.js";', "is not a public name"],
    ["apps/appliance/src/boot/extra.ts", 'import { readdir } from "node:fs/promises";', "may not import node:fs"],
    ["lab/src/extra.ts", 'import { x } from "../../packages/dhcp-core/src/decode.ts";', "may not import dhcp-core"],
    ["attic/extra.ts", "export {};", "stands in no room"],
  ])("%s: %s", (path, text, sentence) => {
    const faults = brokenArrows(withFile(path, text));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(sentence);
  });

  test("a room in which no file was seen", () => {
    const blind = files.filter((file) => !file.path.startsWith("packages/dhcp-core/src/"));
    expect(brokenArrows(blind)).toEqual(["packages/dhcp-core/src/: the check saw no file of dhcp-core"]);
    expect(brokenArrows([]).length).toBeGreaterThan(5);
  });
});

test("every way to name a module is read", () => {
  const text = [
    'import a from "a";',
    "import 'b';",
    'import type { C } from "c";',
    'export * from "d";',
    'const e = await import("e");',
    'const f = require("f");',
    'type G = import("g").G;',
    'import {\n  h,\n} from "h";',
    '// copied from "i"',
    '   * counted from "j"',
  ].join("\n");
  expect(importsOf(text)).toEqual(["a", "b", "c", "d", "e", "f", "g", "h"]);
});
