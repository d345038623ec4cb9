import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { applianceRooms } from "./appliance-rooms.ts";
import { circlesOf } from "./circles.ts";
import {
  brokenArrows,
  brokenRows,
  importsOf,
  impureRooms,
  readText,
  type SourceFile,
  sourceFiles,
} from "./floor-plan.ts";
import { roomTable } from "./floor-plan-page.ts";
import { rooms } from "./floor-plan-rules.ts";

const files = sourceFiles(process.cwd());

function withFile(path: string, text: string): SourceFile[] {
  return [...files.filter((file) => file.path !== path), { path, text }];
}

test("the tree keeps the floor plan", () => {
  expect(files.length).toBeGreaterThan(20);
  expect(brokenArrows(files)).toEqual([]);
  expect(impureRooms((path) => readText(process.cwd(), path))).toEqual([]);
});

test("the page shows the rooms of the rules", () => {
  const page = readFileSync("docs/floor-plan.md", "utf8");
  expect(page).toContain(roomTable(applianceRooms));
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
    ["apps/appliance/src/app/extra.ts", 'await import("../../../../lab/src/main.ts");', "may not import lab"],
    ["apps/appliance/src/app/extra.ts", 'import "@bootlace/lab";', "may not import @bootlace/lab"],
    ["apps/appliance/src/app/extra.ts", 'import "@bootlace/dhcp-core/dist/decode.js";', "is not a public name"],
    ["apps/appliance/src/policy/extra.ts", 'import { readdir } from "node:fs/promises";', "may not import node:fs"],
    ["apps/appliance/src/sessions/extra.ts", 'import type { A } from "../api-model/types.ts";', "which is above it"],
    ["apps/appliance/src/os/extra.ts", 'import { x } from "../net/interfaces.ts";', "os may not import net"],
    ["lab/src/extra.ts", 'import { x } from "../../packages/dhcp-core/src/decode.ts";', "may not import dhcp-core"],
    ["apps/appliance/src/attic/extra.ts", "export {};", "is in no room"],
    ["apps/appliance/src/extra.ts", "export {};", "is in no room"],
    ["attic/extra.ts", "export {};", "is in no room"],
  ])("%s: %s", (path, text, sentence) => {
    const faults = brokenArrows(withFile(path, text));
    expect(faults.filter((fault) => !fault.startsWith("a circle"))).toHaveLength(1);
    expect(faults[0]).toContain(sentence);
  });

  test("a circle of files, drawn by types alone", () => {
    const [one, other] = ["apps/appliance/src/policy/one.ts", "apps/appliance/src/policy/other.ts"];
    const circle = [
      ...files,
      { path: one, text: 'import type { B } from "./other.ts";' },
      { path: other, text: 'export { a } from "./one.ts";' },
    ];
    expect(brokenArrows(circle)).toEqual([`a circle of files: ${one}, ${other}`]);
  });

  test("a circle of rooms without a circle of files", () => {
    const faults = brokenArrows(withFile("apps/appliance/src/catalogue/extra.ts", 'import "../policy/extra.ts";'));
    expect(faults).toContainEqual(expect.stringMatching(/^a circle of rooms: catalogue, .*policy/));
  });

  test("rows that point upwards, to nothing, or that nobody uses", () => {
    const last = rooms.at(-1)?.name ?? "";
    const changed = (name: string) =>
      rooms.map((room) => (room.name === "net" ? { ...room, rooms: [...room.rooms, name] } : room));
    expect(brokenRows(changed(last))).toEqual([`the floor plan: net may import ${last}, which is above it`]);
    expect(brokenRows(changed("attic"))).toEqual([
      "the floor plan: net may import attic, which is no room of the plan",
    ]);
    expect(brokenArrows(files, changed("events"))).toEqual(["the floor plan: no file of net imports events"]);
  });

  test("a planned room that has files", () => {
    expect(brokenArrows(withFile("apps/appliance/src/fleet/extra.ts", "export {};"))).toEqual([
      "apps/appliance/src/fleet/: fleet is planned only, and has files",
    ]);
  });

  test("a pure room whose project lets Node's types in", () => {
    const read = (path: string) =>
      path === "apps/appliance/src/net/tsconfig.json" ? "{}" : readText(process.cwd(), path);
    expect(impureRooms(read)).toEqual(['apps/appliance/src/net/: net has no project with "types": []']);
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

test("circles are the strongly connected parts of a graph", () => {
  const graph = (text: string) =>
    new Map(text.split(" ").map((row) => [row.slice(0, 1), new Set(row.slice(1))] as const));
  expect(circlesOf(graph("ab bc cd d"))).toEqual([]);
  expect(circlesOf(graph("abx ba cd dc eac"))).toEqual([
    ["a", "b"],
    ["c", "d"],
  ]);
  expect(circlesOf(graph("ab bc ca da"))).toEqual([["a", "b", "c"]]);
  expect(circlesOf(graph("aa b"))).toEqual([]);
});
