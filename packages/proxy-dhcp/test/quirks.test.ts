import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { firmwareTable } from "../src/core/firmware.ts";

const page = new URL("../../../docs/quirks.md", import.meta.url);
const rows = readFileSync(page, "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| ---"))
  .map((line) => line.slice(2, -2).split(" | "));

test("the page has the table of firmware as the source has it", () => {
  const reported = rows
    .filter(([name]) => name?.startsWith("`"))
    .map(([name, ...rest]) => [name?.slice(1, -1), ...rest]);
  const real = Object.entries(firmwareTable).map(([name, row]) => [name, row.form, row.menuCarriedBy, row.scar]);
  expect(reported).toEqual(real);
});

/** The comments of a file, each on one line; consecutive lines of `//` are one comment. */
function commentsOf(source: string): string[] {
  const found = source.match(/\/\*\*?[\s\S]*?\*\/|^[ \t]*\/\/.*(?:\n[ \t]*\/\/.*)*|\/\/.*/gm) ?? [];
  return found.map((comment) =>
    comment
      .replace(/^[ \t]*(?:\/\*\*?|\*\/|\*|\/\/)[ \t]?/gm, "")
      .replace(/\*\/$/, "")
      .replace(/\s+/g, " ")
      .trim(),
  );
}

/** Words of the first column that name no client. */
const fillers = new Set([
  "old",
  "some",
  "many",
  "most",
  "but",
  "not",
  "all",
  "and",
  "of",
  "others",
  "other",
  "inside",
  "without",
]);

/** Whether a comment has one of the names as a whole word, in one or many. */
function names(comment: string, client: string): boolean {
  const wanted = client.split(/[ ,]+/).filter((word) => !fillers.has(word));
  return wanted.some((word) => new RegExp(`(?<![\\w-])${word.replace(/s$/, "")}s?(?![\\w-])`, "i").test(comment));
}

/** One for each link of a row: who, which file, which words of its comment. */
const quirks = rows
  .filter(([, , , where]) => where?.includes("]("))
  .flatMap(([client = "", does = "", , where = ""]) =>
    [...where.matchAll(/\[([^\]]+)\]\(([^)\s]+)(?: "(.*?)")?\)/g)].map(([, label = "", file = "", words = ""]) => ({
      ...{ client, does, label, file },
      words: words.replaceAll("\\\\", "\\"),
    })),
  );

test.each(quirks)("$client $does: the comment is in $label", ({ client, label, file, words }) => {
  expect(words.length).toBeGreaterThan(15);
  expect(file.endsWith(`/${label}`)).toBe(true);
  const found = commentsOf(readFileSync(new URL(file, page), "utf8")).filter((comment) => comment.includes(words));
  expect(found).toHaveLength(1);
  expect(names(found[0] ?? "", client)).toBe(true);
});

test("every quirk of the page is looked at", () => {
  expect(rows.filter(([, , , where]) => where?.includes("]("))).toHaveLength(43);
  expect(quirks).toHaveLength(46);
});

describe("the guard", () => {
  const source = '/** Law: edk2 does\n * so. */\nconst edk2 = "iPXE does so";\nfoo(); // first\n// second\n// line\n';

  test("reads comments alone, over their lines", () => {
    expect(commentsOf(source)).toEqual(["Law: edk2 does so.", "first", "second line"]);
  });

  test.each([
    ["iPXE waits", "iPXE", true],
    ["relays and boot ROMs drop it", "old ROMs, relays", true],
    ["a ROM drops it", "old ROMs", true],
    ["UEFI firmware", "EFI", false],
    ["gPXE asks", "PXE", false],
    ["the prompt is drawn", "ROMs", false],
    ["some others", "some others", false],
  ])("%j names %j: %s", (comment, client, is) => {
    expect(names(comment, client)).toBe(is);
  });
});
