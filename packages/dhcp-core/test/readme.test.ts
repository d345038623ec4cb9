import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { OPTIONS } from "../src/index.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const block = (language: string) => new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "s").exec(readme)?.[1] ?? "";

test("the example of the README is short, runs, and prints what the README says", () => {
  const example = block("ts");
  expect(example).toContain('from "@bootlace/dhcp-core"');
  expect(example.split("\n").length).toBeLessThan(20);
  const printed = execFileSync(
    process.execPath,
    ["--conditions=source", "--input-type=module-typescript", "--eval", example],
    {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      encoding: "utf8",
      timeout: 10_000,
    },
  );
  expect(printed).toBe(block("text"));
});

test("the README counts the options right", () => {
  expect(readme).toContain(`One table of ${Object.keys(OPTIONS).length} options`);
});
