import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { declaredCells, formatRow, PAGES, readRows, renderPage } from "../src/record/pages.ts";
import { type BootRow, type FaultRow, openRowBook } from "../src/record/rows.ts";
import { SCENARIOS } from "../src/scenarios/all.ts";

const boot: BootRow = { id: "bios-a", section: "BIOS", machine: "SeaBIOS | e1000", boots: "pxelinux.0 → memtest86+" };
const cannot: BootRow = { ...boot, id: "bios-b", cannot: "the loader asks the router." };
const fault: FaultRow = { id: "storm-a", section: "Storms", done: "200 machines", holds: "all served" };
const empty = "# Page\n\n<!-- rows begin -->\n<!-- rows end -->\n\nThe end.\n";

describe("the book of a scenario's rows", () => {
  test("gives what was shown, in that order", () => {
    const book = openRowBook([boot, fault]);
    book.show("storm-a", "p99 4 ms");
    book.show("bios-a", "Memtest86+ v6.10", 17.4);
    expect(book.close()).toEqual([
      { row: fault, shown: "p99 4 ms" },
      { row: boot, shown: "Memtest86+ v6.10", seconds: 17.4 },
    ]);
  });

  test("does not close without every declared row", () => {
    const book = openRowBook([boot, cannot, fault]);
    book.show("bios-b", "grub>");
    expect(() => book.close()).toThrow("declared and not shown: bios-a, storm-a");
  });

  test("takes no strange row, and none twice", () => {
    const book = openRowBook([boot]);
    expect(() => book.show("bios-b", "x")).toThrow(/declares no row "bios-b"/);
    book.show("bios-a", "x");
    expect(() => book.show("bios-a", "x")).toThrow(/shown twice/);
  });
});

describe("the pages", () => {
  test("a cell stays in its column and on its line", () => {
    expect(formatRow({ row: boot, shown: "a `b`\n| c", seconds: 17.4 })).toBe(
      "| `bios-a` | SeaBIOS \\| e1000 | pxelinux.0 → memtest86+ | `a 'b' \\| c` | 17 |",
    );
    expect(formatRow({ row: cannot, shown: "grub>", seconds: 9 })).toContain(
      "| **Cannot**: the loader asks the router. `grub>` | 9 |",
    );
    expect(formatRow({ row: fault, shown: "p99 4 ms" })).toBe("| `storm-a` | 200 machines | all served | p99 4 ms |");
  });

  test("keep the rows of what did not run, drop what nobody declares, and sort by name", () => {
    const first = renderPage(empty, PAGES.matrix, [{ row: cannot, shown: "grub>", seconds: 9 }], [boot, cannot]);
    const second = renderPage(first, PAGES.matrix, [{ row: boot, shown: "Memtest86+", seconds: 1 }], [boot, cannot]);
    expect([...readRows(second).keys()]).toEqual(["bios-a", "bios-b"]);
    expect(readRows(second).get("bios-b")).toEqual(readRows(first).get("bios-b"));
    expect(second).toContain("## BIOS\n\n| row | machine | boots | shown by | seconds |\n| --- |");
    expect(second.endsWith("<!-- rows end -->\n\nThe end.\n")).toBe(true);
    const third = renderPage(second, PAGES.matrix, [], [boot]);
    expect([...readRows(third).keys()]).toEqual(["bios-a"]);
  });

  const declared = SCENARIOS.flatMap((scenario) => scenario.rows ?? []);

  test("no two scenarios declare the same row", () => {
    expect(new Set(declared.map((row) => row.id)).size).toBe(declared.length);
  });

  test.each(Object.entries(PAGES))("docs: the rows of %s are those that the scenarios declare", (_, look) => {
    const rows = readRows(readFileSync(look.path, "utf8"));
    const own = declared.filter(look.holds);
    expect([...rows.keys()].toSorted()).toEqual(own.map((row) => row.id).toSorted());
    for (const row of own) {
      const { section, line } = rows.get(row.id) ?? { section: "", line: "" };
      expect(section).toBe(row.section);
      for (const text of declaredCells(row)) expect(line).toContain(`| ${text.replaceAll("|", "\\|")} |`);
      if ("cannot" in row && row.cannot !== undefined) expect(line).toContain(`**Cannot**: ${row.cannot}`);
      else expect(line).not.toContain("**Cannot**");
    }
  });
});
