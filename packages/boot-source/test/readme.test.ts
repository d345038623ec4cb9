import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import * as library from "../src/index.ts";

const readme = readFileSync(join(import.meta.dirname, "..", "README.md"), "utf8");
const [, example = ""] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];

const AsyncFunction = (async () => {}).constructor as new (
  ...parts: string[]
) => (...values: unknown[]) => Promise<void>;

test("the example prints the script", async () => {
  const folder = mkdtempSync(join(tmpdir(), "boot-source-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const lines: string[] = [];
  const body = example
    .replace(
      /^import \{(.+)\} from "@bootlace\/boot-source";$/m,
      (_, names: string) => `const {${names.replace(/, type \w+/g, "")}} = library;`,
    )
    .replace("const menu: Source", "const menu")
    .replace('directory("boot")', "directory(folder)");
  await new AsyncFunction("library", "folder", "console", body)(library, folder, {
    log: (line: string) => lines.push(line),
  });
  expect(lines).toEqual(["#!ipxe\necho Hello, 192.168.11.56\n"]);
  expect(example.split("\n").length).toBeLessThan(20);
});

test("every export that the README names exists", () => {
  const rows = [...readme.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = ""]) => [...cell.matchAll(/`(\w+)`/g)]);
  const types = ["BindFailure", "BootServer"];
  const missing = rows.map(([, name = ""]) => name).filter((name) => !(name in library) && !types.includes(name));
  expect(rows.length).toBeGreaterThan(10);
  expect(missing).toEqual([]);
});
