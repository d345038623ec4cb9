import { expect, test } from "vitest";
import { examplesOf } from "../src/npm/consumer.ts";

const readme = [
  "# top",
  "```ts",
  "one();",
  "# not a heading",
  "```",
  "It prints:",
  "```text",
  "1",
  "```",
  "## Deeper",
  "```sh",
  "npm install",
  "```",
  "```ts",
  "two();",
  "```",
].join("\n");

test("examples know their heading and what they print", () => {
  expect(examplesOf("lib", readme)).toEqual([
    { library: "lib", heading: "top", code: "one();\n# not a heading\n", prints: "1\n" },
    { library: "lib", heading: "Deeper", code: "two();\n" },
  ]);
});

test("a text block without an example belongs to nothing", () => {
  expect(examplesOf("lib", "# top\n```text\n1\n```\n")).toEqual([]);
});
