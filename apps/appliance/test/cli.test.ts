import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { version } from "../src/app/version.ts";
import { readArguments } from "../src/cli/arguments.ts";
import { check } from "../src/cli/check.ts";
import type { OptionRow, Surroundings } from "../src/cli/command.ts";
import { commands } from "../src/cli/commands.ts";
import { commandHelp, programHelp } from "../src/cli/help.ts";

const rows: OptionRow[] = [
  { name: "config", short: "c", value: "FILE", description: "" },
  { name: "interface", value: "NAME", many: true, description: "" },
  { name: "json", description: "" },
];

function read(...words: string[]) {
  const result = readArguments(words, rows, 1);
  return result.ok ? [Object.fromEntries(result.args.options), result.args.positionals] : result.problem;
}

describe("the words of a command line", () => {
  it.each([
    [
      ["--config", "a"],
      [{ config: ["a"] }, []],
    ],
    [["--config=a=b"], [{ config: ["a=b"] }, []]],
    [
      ["--interface", "a", "--interface=b"],
      [{ interface: ["a", "b"] }, []],
    ],
    [
      ["x", "--json"],
      [{ json: [""] }, ["x"]],
    ],
    [
      ["--", "--json"],
      [{}, ["--json"]],
    ],
    [["-"], [{}, ["-"]]],
  ])("%j", (words, expected) => expect(read(...words)).toEqual(expected));

  it.each([
    [["--confg", "a"], 'unknown option "--confg"; did you mean --config?'],
    [["--zzz"], 'unknown option "--zzz"'],
    [["-x"], 'unknown option "-x"'],
    [["--config"], "--config needs a value: --config FILE"],
    [["--config="], "--config needs a value: --config FILE"],
    [["--json=yes"], "--json takes no value"],
    [[""], "empty argument"],
    [["--", ""], "empty argument"],
    [["a", "b"], 'unexpected argument "b"'],
  ])("%j is refused", (words, problem) => expect(read(...words)).toBe(problem));
});

/** A text without its line breaks and columns. */
function unwrapped(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

describe("help", () => {
  it("of the program names every command", () => {
    const width = Math.max(...commands.map(({ name }) => name.length));
    const text = unwrapped(programHelp(commands));
    for (const { name, summary } of commands) expect(text).toContain(`${name} ${summary}`);
    for (const line of programHelp(commands).split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
    // Nothing goes on below the name of a command.
    expect(programHelp(commands)).toMatch(new RegExp(`^ {2}init {${width - 2}}\\w.*\n {${width + 4}}\\w`, "m"));
  });

  it.each(commands)("of $name has every option and at least two examples", (command) => {
    const text = unwrapped(commandHelp(command));
    for (const line of commandHelp(command).split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
    for (const { name, description } of command.options) {
      expect(text).toContain(`--${name}`);
      expect(text).toContain(description);
    }
    expect(command.examples.length).toBeGreaterThanOrEqual(2);
    for (const [example] of command.examples) expect(text).toContain(example);
    expect(text).toContain("-h, --help");
  });
});

describe("check", () => {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-cli-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "good.yaml"), "root: x\n");
  writeFileSync(join(folder, "bad.yaml"), "rot: x\ntftp: { port: 0 }\n");

  async function run(words: string[], env: Readonly<Record<string, string>> = {}) {
    const args = readArguments(words, check.options, 1);
    if (!args.ok) throw new Error(args.problem);
    let out = "";
    const surroundings = { cwd: folder, env, out: (text: string) => (out += text) } as unknown as Surroundings;
    return [await check.run(args.args, surroundings), out];
  }

  it("of a good file says so and succeeds", async () => {
    expect(await run(["good.yaml"])).toEqual([
      0,
      "missing: boot files for x86-bios, x64-uefi, ia32-uefi, arm64-uefi (they get the boot check)\ngood.yaml: no errors\n",
    ]);
  });

  it("of a broken file lists every fault and their number", async () => {
    const [code, out] = await run(["bad.yaml"]);
    expect(code).toBe(1);
    expect(out).toMatch(/^bad\.yaml:1:1: error\[E003\] .*\nbad\.yaml:2:15: error\[E012\] .*\n2 errors\n$/);
  });

  it("prints one JSON document when asked to", async () => {
    const [code, out] = await run(["--json", "bad.yaml"]);
    expect(code).toBe(1);
    expect(JSON.parse(String(out))).toMatchObject({
      schema: 1,
      file: "bad.yaml",
      faults: [
        {
          line: 1,
          column: 1,
          code: "E003",
          severity: "error",
          path: "rot",
          hint: expect.stringContaining('Did you mean "root"?'),
        },
        { line: 2, column: 15, code: "E012", path: "tftp.port", message: "0 is below 1", hint: "Allowed: 1 to 65535" },
      ],
    });
    const [, good] = await run(["--json", "good.yaml"]);
    const bootCheck = ["x86-bios", "x64-uefi", "ia32-uefi", "arm64-uefi"];
    expect(JSON.parse(String(good))).toEqual({ schema: 1, file: "good.yaml", faults: [], bootCheck, notes: [] });
  });

  it.each([
    [["--set", "tftp.port=0"], {}, { flag: "--set", code: "E012", path: "tftp.port" }],
    [["--set", "nope=1"], {}, { flag: "--set", code: "E041", path: "" }],
    [["--root", " "], {}, { flag: "--root", path: "root" }],
    [[], { BOOTLACE_TFTP_PORT: "x" }, { variable: "BOOTLACE_TFTP_PORT", code: "E010", path: "tftp.port" }],
  ])("with %j and %j names what is wrong, and no place in a file", async (words, env, fault) => {
    const [code, out] = await run(["--json", ...words, "good.yaml"], env);
    const { faults } = JSON.parse(String(out));
    expect([code, faults]).toMatchObject([1, [fault]]);
    expect(Object.keys(faults[0])).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(file|line|column)$/)]));
  });

  it("warns of variables that are no settings, and of those of container links, which change nothing", async () => {
    const env = { BOOTLACE_NOPE: "x", BOOTLACE_PORT: "tcp://10.0.0.1:80", BOOTLACE_TFTP_PORT: "udp://10.0.0.1:69" };
    const [code, out] = await run(["--json", "good.yaml"], { ...env, BOOTLACE_SERVICE_HOST: "10.0.0.1" });
    const { faults, notes } = JSON.parse(String(out));
    expect([code, faults]).toEqual([0, []]);
    const names = ["BOOTLACE_NOPE", "BOOTLACE_PORT", "BOOTLACE_SERVICE_HOST", "BOOTLACE_TFTP_PORT"];
    expect(notes.map((note: string) => /^environment "(\w+)": unknown setting "\1"/.exec(note)?.[1])).toEqual(names);
  });

  it("of a missing file is a finding", async () => {
    expect(await run(["none.yaml"])).toEqual([1, "none.yaml:1:1: error[E001] the file does not exist.\n1 error\n"]);
  });
});

it("the version is that of package.json", () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8"));
  expect(version).toBe(manifest.version);
});
