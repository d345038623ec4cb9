import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readRecords } from "../src/bootlace.ts";
import { filler } from "../src/filler.ts";
import { BENCH_ONLY, installedPackages, LATER, UNPACKED } from "../src/packages.ts";
import { localPorts } from "../src/ports.ts";
import { SCENARIOS } from "../src/scenarios/all.ts";

describe("lab/install", () => {
  const script = readFileSync(new URL("../install", import.meta.url), "utf8");
  const list = (name: string) => new RegExp(`^${name}=\\(([^)]*)\\)`, "m").exec(script)?.[1]?.trim().split(/\s+/) ?? [];

  test("installs exactly the packages that the lab names", () => {
    expect(list("installed").toSorted()).toEqual(installedPackages());
  });

  test("installs on demand exactly what the benchmarks by name need", () => {
    expect(list("bench")).toEqual([...BENCH_ONLY]);
  });

  test("unpacks exactly the packages that the lab runs without installing", () => {
    expect(list("unpacked")).toEqual([...UNPACKED]);
  });

  test("unpacks exactly the packages of the next release that the lab names", () => {
    expect(list("later")).toEqual([...LATER]);
  });
});

test("every scenario has a name of its own and says what it proves", () => {
  expect(new Set(SCENARIOS.map((scenario) => scenario.name)).size).toBe(SCENARIOS.length);
  for (const { name, proves } of SCENARIOS) {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(proves.length).toBeGreaterThan(20);
  }
});

test("localPorts reads the kernel's table", () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
  102: 6D0BA8C0:0045 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 5 2 0 0
 1234: 00000000:0FAB 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 6 2 0 0
`;
  expect(localPorts(table)).toEqual(new Set([69, 4011]));
});

describe("readRecords", () => {
  test("gives the complete lines", () => {
    expect(readRecords('{"a":1}\n{"b":2}\n{"c":')).toEqual([{ a: 1 }, { b: 2 }]);
  });

  test.each(["listening\n", "null\n", "{\n"])("%j is no log", (text) => {
    expect(() => readRecords(text)).toThrow(/not JSON/);
  });
});

test("filler has the size asked for and no repeated block", () => {
  expect(filler(0)).toHaveLength(0);
  expect(filler(513)).toHaveLength(513);
  const bytes = filler(8192);
  const blocks = Array.from({ length: 16 }, (_, at) => bytes.subarray(at * 512, at * 512 + 512).join());
  expect(new Set(blocks).size).toBe(16);
  expect(filler(8192)).toEqual(bytes);
});
