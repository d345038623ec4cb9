import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readArguments } from "../src/cli/arguments.ts";
import { commands } from "../src/cli/commands.ts";
import { commandLine } from "./helpers/command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "bootlace-program-"));
afterAll(() => rmSync(folder, { recursive: true }));
const bootlace = commandLine(folder).program;

it.each([
  [["--version"], 0, /^bootlace \d+\.\d+\.\d+ \(node \d+\.\d+\.\d+, \w+ \w+\)\n$/, /^$/],
  [["version"], 0, /^bootlace \d/, /^$/],
  [["--help"], 0, /Commands:\n(?: {2}.*\n)* {2}serve {2}.*\n(?: {5}.*\n)* {2}check/, /^$/],
  [["help", "serve"], 0, /bootlace serve: .*\n\nUsage:/, /^$/],
  [["check", "--help"], 0, /bootlace check: /, /^$/],
  [[], 2, /^$/, /^bootlace: network boot/],
  [["srve"], 2, /^$/, /unknown command "srve"; did you mean serve\?/],
  [["serve", "--confg", "x"], 2, /^$/, /unknown option "--confg"; did you mean --config\?/],
  [["check", "--json", "--zzz"], 2, /^{"schema":1,"error":{"code":"usage","message":"unknown option .*}}\n$/, /^$/],
  [["check", "--efective"], 2, /^$/, /; did you mean --effective\? See bootlace check --help\n$/],
  [["-v"], 2, /^$/, /^bootlace: unknown option "-v"; did you mean -V or --version\?\n/],
  [["--hlep"], 2, /^$/, /^bootlace: unknown option "--hlep"; did you mean --help\?\n/],
  [["completion"], 2, /^$/, /^bootlace completion: SHELL is missing; one of bash, zsh, fish\n$/],
  [["completion", "tcsh"], 2, /^$/, /^bootlace completion: "tcsh" is not one of bash, zsh, fish\n$/],
  [["status", "--api", "http://127.0.0.1:99999"], 2, /^$/, /--api "http:..127\.0\.0\.1:99999": 99999 is not a port/],
  [["status", "--api", "http://127.0.0.1:1"], 5, /^$/, /no reply from the daemon/],
  [["serve", "--interface", "eth 0"], 2, /^$/, /"eth 0" is not the name of a network interface/],
  [["serve", "--config", "missing.yaml"], 3, /^$/, /^missing\.yaml:1:1: error\[E001\] the file does not exist\.\n$/],
  [["check", "missing.yaml"], 1, /error\[E001\]/, /^$/],
])("%j exits with %i", async (words, code, out, err) => {
  const result = await bootlace(...words);
  expect(result.code).toBe(code);
  expect(result.out).toMatch(out);
  expect(result.err).toMatch(err);
});

it("one mark ends a suggestion on the command line and in a config alike", async () => {
  writeFileSync(join(folder, "wrong.yaml"), "rooot: boot\n");
  for (const words of [
    ["chek"],
    ["check", "--jsn"],
    ["check", "wrong.yaml"],
    ["help", "chek"],
    ["explain", "--mac", "x"],
  ]) {
    const { out, err } = await bootlace(...words);
    expect(out + err).not.toMatch(/\?[.?!]/);
  }
});

it("-- before the command is left out, as npm and pnpm hand it on", async () => {
  writeFileSync(join(folder, "right.yaml"), "root: ./boot\n");
  mkdirSync(join(folder, "boot"), { recursive: true });
  expect(await bootlace("--", "check", "--no-files", "right.yaml")).toMatchObject({ code: 0, err: "" });
  expect((await bootlace("--", "--version")).out).toMatch(/^bootlace \d/);
});

it("help knows itself", async () => {
  for (const words of [
    ["help", "help"],
    ["help", "--help"],
    ["help", "-h"],
  ]) {
    expect(await bootlace(...words)).toMatchObject({ code: 0, out: expect.stringMatching(/^bootlace help: /) });
  }
});

it("help --json has every command with its options", async () => {
  const all = JSON.parse((await bootlace("help", "--json")).out) as {
    schema: number;
    commands: { name: string; options: { name: string }[] }[];
  };
  expect([all.schema, all.commands.map(({ name }) => name)]).toEqual([1, commands.map(({ name }) => name)]);
  expect(all.commands.every(({ options }) => options.some(({ name }) => name === "help"))).toBe(true);
  const one = JSON.parse((await bootlace("help", "next", "--json")).out) as typeof all;
  expect(one.commands.map(({ name }) => name)).toEqual(["next"]);
  expect(await bootlace("help", "--json", "nxt")).toMatchObject({ code: 2, err: expect.stringContaining("next") });
});

const rows = [
  { name: "json", description: "" },
  { name: "mac", short: "m", value: "MAC", description: "" },
  { name: "set", value: "K", many: true, description: "" },
];

it.each([
  [["--json", "--json"], "--json is given twice"],
  [["--mac", "a", "--mac", "a"], "--mac is given twice"],
  [["-m", "a", "--mac=b"], "--mac is given twice"],
])("%j is refused", (words, problem) => expect(readArguments(words, rows, 0)).toEqual({ ok: false, problem }));

it("what may be repeated may be", async () => {
  expect(readArguments(["--set", "a", "--set=b"], rows, 0)).toMatchObject({ ok: true });
  expect(await bootlace("explain", "--mac", "52:54:00:12:34:56", "-m", "52:54:00:12:34:57")).toMatchObject({ code: 2 });
});
