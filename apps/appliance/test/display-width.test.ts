import { describe, expect, test } from "vitest";
import { displayWidth, firstOf, hangingLines, lastOf } from "../src/log/display-width.ts";

const red = "\u001b[31m";
const plain = "\u001b[0m";

describe("the width of a text on a terminal", () => {
  test.each([
    ["", 0],
    ["abc", 3],
    ["ä", 1],
    ["a\u0308", 1],
    ["起動", 4],
    ["ﾃｽﾄ", 3],
    ["テスト。", 8],
    ["한국", 4],
    ["🚀", 2],
    [`${red}failed${plain}`, 6],
  ])("%j: %i columns", (text, width) => expect(displayWidth(text)).toBe(width));
});

describe("a hanging indent", () => {
  test("lets a line go on below its text, and keeps the spaces within it", () => {
    expect(hangingLines("14:05:01 one  two three four five six seven", 27, 9)).toEqual([
      "14:05:01 one  two three",
      "         four five six",
      "         seven",
    ]);
  });

  test("divides what is longer than a line", () => {
    expect(hangingLines("12345678901234567890", 12, 2)).toEqual(["123456789012", "  34567890"]);
    expect(hangingLines("a 12345678901234567890", 12, 2)).toEqual(["a 1234567890", "  1234567890"]);
  });

  test("never divides a wide character, a mark from its letter, or a colour code", () => {
    expect(hangingLines("起動起動起動", 5, 1)).toEqual(["起動", " 起動", " 起動"]);
    expect(hangingLines("aaaa\u0308bbbb", 4, 0)).toEqual(["aaaa\u0308", "bbbb"]);
    expect(hangingLines(`aaa ${red}failed${plain} bbb`, 10, 2)).toEqual([`aaa ${red}failed${plain}`, "  bbb"]);
  });

  test.each([20, 33, 80, 81])("stays within %i columns, and loses no word", (columns) => {
    const text = `14:05:01 bench-3  ${"起動 file/name ".repeat(9)}${"x".repeat(120)} ${red}failed${plain}: the end`;
    const lines = hangingLines(text, columns, 9);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    for (const line of lines.slice(1)) expect(line).toMatch(/^ {6,9}\S/);
    expect(lines.join("").replaceAll(/\s/g, "")).toBe(text.replaceAll(/\s/g, ""));
  });

  test("is not needed where nothing is broken", () => {
    expect(hangingLines(`${"word ".repeat(100)}end`, Number.POSITIVE_INFINITY, 9)).toHaveLength(1);
    expect(hangingLines("short", 80, 9)).toEqual(["short"]);
  });
});

test("a text that is cut shows where", () => {
  expect(lastOf("pxelinux/pxelinux.0", 12)).toBe("…/pxelinux.0");
  expect(lastOf("起動起動", 5)).toBe("…起動");
  expect(firstOf("put it beside it", 8)).toBe("put it…");
  expect([lastOf("abc", 3), firstOf("abc", 3)]).toEqual(["abc", "abc"]);
});
