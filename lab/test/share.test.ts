import { expect, test } from "vitest";
import type { Scenario } from "../src/lab.ts";
import { openRowBook } from "../src/record/rows.ts";
import { SCENARIOS } from "../src/scenarios/all.ts";
import { chooseShare, parseShare, shareLines, shareOfCommit } from "../src/share.ts";

const scenario = (name: string, parts?: readonly string[]): Scenario => ({
  name,
  proves: "",
  run: async () => {},
  ...(parts === undefined ? {} : { parts }),
});
const some = [scenario("plain"), scenario("nics", ["a", "b", "c", "d"]), scenario("single", ["e"])];
const names = (share: string, whole: readonly string[] = []) =>
  chooseShare(some, parseShare(share), whole).map((one) => `${one.scenario.name}:${one.parts.join("")}`);

test("parts are dealt out in turn; without parts a scenario runs in every share", () => {
  expect(names("1/3")).toEqual(["plain:", "nics:ad"]);
  expect(names("2/3")).toEqual(["plain:", "nics:b", "single:e"]);
  expect(names("3/3")).toEqual(["plain:", "nics:c"]);
  expect(names("1/1")).toEqual(["plain:", "nics:abcd", "single:e"]);
});

test("without a share, and by its name, a scenario runs whole", () => {
  expect(chooseShare(some, undefined).map(({ parts }) => parts.length)).toEqual([0, 4, 1]);
  expect(names("3/3", ["nics", "single"])).toEqual(["plain:", "nics:abcd", "single:e"]);
});

test("the shares of the real scenarios together hold every part once, and every scenario", () => {
  const shares = [1, 2, 3].map((number) => chooseShare(SCENARIOS, { number, of: 3 }));
  for (const { name, parts = [] } of SCENARIOS) {
    const ran = shares.map((share) => share.find((one) => one.scenario.name === name));
    expect(ran.flatMap((one) => one?.parts ?? []).toSorted(), name).toEqual(parts.toSorted());
    if (parts.length === 0) expect(ran, name).not.toContain(undefined);
  }
  expect(SCENARIOS.filter(({ parts }) => parts !== undefined).length).toBeGreaterThan(0);
});

test("no two parts of a scenario have one name, and where there are parts each row is one of them", () => {
  for (const { name, parts, rows = [] } of SCENARIOS) {
    expect(new Set(parts).size, name).toBe(parts?.length ?? 0);
    for (const { id } of parts === undefined ? [] : rows) expect(parts, name).toContain(id);
  }
});

test.each(["1/3", "3/3", "2/99"])("%s is a share", (text) => {
  expect(parseShare(text)).toEqual({ number: Number(text[0]), of: Number(text.slice(2)) });
});

test.each(["", "0/3", "4/3", "1", "1/0", "1/100", "1/3/3", "a/b", "-1/3"])("%j is none", (text) => {
  expect(parseShare(text)).toBeUndefined();
});

test("a commit always has the same share, and commits get all of them", () => {
  expect(shareOfCommit("000000000004ffff")).toEqual({ number: 2, of: 3 });
  const spread = Array.from({ length: 30 }, (_, at) => shareOfCommit(at.toString(16).padStart(12, "0")).number);
  expect(new Set(spread)).toEqual(new Set([1, 2, 3]));
});

test("the lines say what ran of the scenarios that rotate", () => {
  const share = { number: 1, of: 3 };
  const lines = ["share 1/3:", "  nics 2 of 4: a, d", "  single 0 of 1: none"];
  expect(shareLines(share, some, chooseShare(some, share)).split("\n")).toEqual(lines);
});

test("the row of a part that does not run need not be shown, and may not", () => {
  const row = (id: string) => ({ id, section: "Bad wires", done: "", holds: "" }) as const;
  const book = openRowBook([row("a"), row("b"), row("c")], ["b"]);
  book.show("a", "yes");
  expect(() => book.show("b", "yes")).toThrow('no row "b"');
  expect(() => book.close()).toThrow("declared and not shown: c");
  book.show("c", "yes");
  expect(book.close()).toHaveLength(2);
});
