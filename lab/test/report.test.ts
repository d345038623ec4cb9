import { describe, expect, test } from "vitest";
import { exitCode, formatTable, formatTotals, totals } from "../src/report.ts";

const good = { name: "bios-memtest", seconds: 17.24, proofs: ["PXELINUX 6.04", "Memtest86+ v6.10"], rows: [] };
const bad = {
  name: "uefi",
  seconds: 121,
  proofs: ["NBP"],
  rows: [],
  failure: "no text\nthe last it said: x",
  folder: "lab/out",
};

describe("the report", () => {
  test("counts", () => {
    expect(totals([good, bad, good])).toEqual({ passed: 2, failed: 1 });
    expect(formatTotals([good, bad, good])).toBe("2 passed, 1 failed");
    expect(formatTotals([])).toBe("0 passed, 0 failed");
  });

  test("is a success only when something ran and nothing failed", () => {
    expect(exitCode([good])).toBe(0);
    expect(exitCode([good, bad])).toBe(1);
    expect(exitCode([])).toBe(1);
  });

  test("has a line a scenario, with its last proof or the head of its failure", () => {
    expect(formatTable([good, bad])).toBe(
      ["ok   bios-memtest   17.2 s  Memtest86+ v6.10", "FAIL uefi          121.0 s  no text"].join("\n"),
    );
  });
});
