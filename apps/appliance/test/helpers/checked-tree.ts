import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { readArguments } from "../../src/cli/arguments.ts";
import { check } from "../../src/cli/check.ts";
import type { Surroundings } from "../../src/cli/command.ts";

/** The folder of the test that runs. */
export let folder = "";

/** Gives each test of the file that calls this a folder for a boot tree. */
export function useCheckedFolder(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bootlace-check-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
}

export function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, "boot", name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** The exit code and what was printed, with the folder left out. The boot check would add a line to each. */
export async function checked(config: string, ...words: string[]): Promise<[number, string]> {
  writeFileSync(join(folder, "a.yaml"), `${config}\nbootCheck: { enabled: false }\n`);
  const args = readArguments(["a.yaml", ...words], check.options, 1);
  if (!args.ok) throw new Error(args.problem);
  let out = "";
  const surroundings = { cwd: folder, env: {}, out: (text: string) => (out += text) } as unknown as Surroundings;
  const code = await check.run(args.args, surroundings);
  return [code, out.replaceAll(`${folder}/boot`, "ROOT")];
}

export async function findings(config: string): Promise<string[]> {
  const [code, out] = await checked(config);
  const lines = out.split("\n").filter((line) => line.includes(": error["));
  expect(code).toBe(lines.length > 0 ? 1 : 0);
  return lines;
}
