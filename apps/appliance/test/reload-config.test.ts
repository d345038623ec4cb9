import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { formatFault } from "../src/config/faults.ts";
import { type LoadResult, loadConfig } from "../src/config/load.ts";
import { reloadConfig } from "../src/config/reload-config.ts";

function place(first: string) {
  const cwd = mkdtempSync(join(tmpdir(), "bootlace-again-"));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  const file = join(cwd, "bootlace.yaml");
  writeFileSync(file, first);
  const request = { cwd, env: { STATE_DIRECTORY: join(cwd, "state") } };
  const read = loadConfig(request);
  if (!read.ok) throw new Error("a config with faults");
  return {
    file,
    read: read.loaded,
    again: (named = false) => reloadConfig(named ? { ...request, file } : request, read.loaded),
  };
}

const faults = (result: LoadResult) => (result.ok ? [] : result.faults.map(formatFault));
const mend = "It may be half written: reload again when it is complete. For the defaults, restart Bootlace.";

test.each(["", "\n", "  \n\n", "\ufeff"])("a file that has become empty keeps the config in force: %j", (text) => {
  const { file, again } = place("log: { level: debug }\n");
  writeFileSync(file, text);
  expect(faults(again())).toEqual([
    `bootlace.yaml: error[E053] the file is empty, and was not when it was read last. ${mend}`,
  ]);
});

test("so does a file that is gone, when others would be looked for", () => {
  const { file, again } = place("log: { level: debug }\n");
  rmSync(file);
  expect(faults(again())).toEqual([`bootlace.yaml: error[E053] the file of the current config is gone. ${mend}`]);
  mkdirSync(file);
  expect(faults(again())).toEqual([expect.stringContaining("E001")]);
});

test("a first start with an empty file has the defaults, and so has a reload after it", () => {
  const { file, read, again } = place("");
  expect(read).toMatchObject({ empty: true, config: { log: { level: "info" } } });
  expect(faults(again())).toEqual([]);
  writeFileSync(file, "log: { level: debug }\n");
  expect(again()).toMatchObject({ ok: true, loaded: { config: { log: { level: "debug" } } } });
});

test("a comment is something: whoever wants the defaults writes one", () => {
  const { file, again } = place("log: { level: debug }\n");
  writeFileSync(file, "# all defaults\n");
  expect(again()).toMatchObject({ ok: true, loaded: { config: { log: { level: "info" } } } });
});
