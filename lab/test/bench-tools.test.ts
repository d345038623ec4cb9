import { describe, expect, test } from "vitest";
import { cgroupMount, usedMicroseconds } from "../src/bench/account.ts";
import { loadArguments } from "../src/bench/load.ts";
import { machineLine } from "../src/bench/machine.ts";
import { markdownTable, replaceMarked } from "../src/bench/marked-text.ts";
import { crowdsTable, memoryTable } from "../src/bench/report.ts";

test("cgroupMount finds the unified hierarchy beside the old ones", () => {
  const mounts = [
    "tmpfs /sys/fs/cgroup tmpfs rw 0 0",
    "cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0",
    "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0",
  ];
  expect(cgroupMount(mounts.join("\n"))).toBe("/sys/fs/cgroup/unified");
  expect(cgroupMount(mounts.slice(0, 2).join("\n"))).toBeUndefined();
});

test("usedMicroseconds reads cpu.stat", () => {
  expect(usedMicroseconds("usage_usec 1500\nuser_usec 500\nsystem_usec 1000\n")).toBe(1500);
  expect(usedMicroseconds("")).toBeNaN();
});

describe("replaceMarked", () => {
  const text = "before\n<!-- x begin -->\nold\n<!-- x end -->\nafter <!-- y begin --><!-- y end -->";

  test("replaces what stands between the markers and nothing else", () => {
    expect(replaceMarked(text, "x", "\nnew\n")).toBe(text.replace("old", "new"));
    expect(replaceMarked(replaceMarked(text, "x", "a"), "x", "b")).toBe(replaceMarked(text, "x", "b"));
  });

  test("refuses a text without its markers", () => {
    expect(() => replaceMarked(text, "z", "new")).toThrow(/no place for z/);
  });
});

test("markdownTable aligns its columns", () => {
  expect(markdownTable(["a", "long"], [["longer", "1"], ["x"]])).toBe(
    ["| a      | long |", "|--------|------|", "| longer | 1    |", "| x      |      |"].join("\n"),
  );
});

test("loadArguments names every file and repeats nothing that was not asked", () => {
  const words = loadArguments("/root", { files: ["a", "!b"], blockSize: 1468, windowSize: 1, clients: 3 }).join(" ");
  expect(words).toMatch(/^-h 127\.0\.0\.1 -V \/root -p 69 -b 1468 -w 0 -n 3 -m 3 .*-f a -f !b$/);
  expect(words).not.toContain("-B");
  const spun = { files: ["a"], blockSize: 0, windowSize: 4, clients: 1, requests: 9, spin: true };
  expect(loadArguments("/root", spun).join(" ")).toMatch(/-w 4 -n 1 -m 9 .*-B/);
});

test("the machine has no name in its line", () => {
  expect(machineLine(new Date("2026-11-22T10:00:00Z"))).toMatch(/^2026-11-22, \d+ × .+, \d+ GiB, Linux \d+\.\d+$/);
});

test("only our line of a table is judged", () => {
  const crowd = [
    { name: "ours", busy: 99, silent: 150 },
    { name: "theirs", busy: Number.POSITIVE_INFINITY, silent: 1 },
  ];
  const lines = crowdsTable(crowd, 100).split("\n");
  expect(lines[2]).toContain("**missed**");
  expect(lines[3]).toMatch(/\| theirs +\| never +\| 1\.0 +\| +\| +\|/);
  const memory = memoryTable([{ name: "ours", few: 2 ** 20, perTransfer: 65536 }], 64).split("\n");
  expect(memory[2]).toMatch(/\| 1\.0 +\| 64\.0 +\| ≤ 64 +\| met +\|/);
});
