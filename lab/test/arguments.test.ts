import { describe, expect, test } from "vitest";
import { parseArguments } from "../src/arguments.ts";

const known = ["bios", "uefi", "menu"];
const command = (...words: string[]) => {
  const parsed = parseArguments(words, known);
  return parsed.ok ? parsed.command : parsed.fault.code;
};

describe("parseArguments", () => {
  test("names scenarios, once each", () => {
    expect(command("uefi", "bios", "uefi")).toEqual({
      kind: "run",
      names: ["uefi", "bios"],
      keep: false,
      record: false,
      jobs: 1,
    });
  });

  test("all stands for every scenario", () => {
    expect(command("all")).toEqual({ kind: "run", names: known, keep: false, record: false, jobs: 1 });
    expect(command("menu", "all")).toMatchObject({ names: ["menu", "bios", "uefi"] });
  });

  test("all leaves out what runs only by name", () => {
    const parsed = parseArguments(["all", "menu"], known, ["bios", "uefi"]);
    expect(parsed).toMatchObject({ ok: true, command: { names: ["bios", "uefi", "menu"] } });
    expect(parseArguments(["all"], known, ["bios"])).toMatchObject({ command: { names: ["bios"] } });
  });

  test("takes its options before and after the names", () => {
    expect(command("--keep", "bios", "--jobs", "2")).toEqual({
      kind: "run",
      names: ["bios"],
      keep: true,
      record: false,
      jobs: 2,
    });
    expect(command("--record", "bios")).toMatchObject({ record: true, keep: false });
    expect(command("--jobs=3", "bios")).toMatchObject({ jobs: 3, keep: false });
  });

  test("takes a share; what is called by its name runs whole", () => {
    const share = { wanted: { number: 1, of: 3 }, whole: [] };
    expect(command("--share", "1/3", "all")).toMatchObject({ names: known, share });
    expect(command("all", "--share=auto", "menu")).toMatchObject({ share: { wanted: "auto", whole: ["menu"] } });
    expect(command("all")).not.toHaveProperty("share");
  });

  test.each([
    [["list"], { kind: "list" }],
    [["--help"], { kind: "help" }],
    [["bios", "-h"], { kind: "help" }],
  ])("%j", (words, expected) => {
    expect(command(...words)).toEqual(expected);
  });

  test.each([
    [[], "no-scenario"],
    [["--keep"], "no-scenario"],
    [["nope"], "unknown-scenario"],
    [["bios", "nope"], "unknown-scenario"],
    [["list", "bios"], "list-alone"],
    [["--fast"], "unknown-option"],
    [["--jobs"], "bad-jobs"],
    [["--jobs", "0", "bios"], "bad-jobs"],
    [["--jobs", "17", "bios"], "bad-jobs"],
    [["--jobs=two", "bios"], "bad-jobs"],
    [["--share"], "bad-share"],
    [["--share", "4/3", "all"], "bad-share"],
    [["--share=", "all"], "bad-share"],
  ])("refuses %j with %s", (words, code) => {
    expect(command(...words)).toBe(code);
  });
});
