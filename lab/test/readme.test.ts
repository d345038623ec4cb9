import { expect, test } from "vitest";
import { commandsUnder } from "../src/readme.ts";

const text = [
  "# Top",
  "```sh",
  "not this",
  "```",
  "## Wanted",
  "1. one:",
  "   ```sh",
  "   # a comment",
  "   first",
  "   second && third",
  "   ```",
  "```yaml",
  "root: x",
  "```",
  "### Deeper",
  "```sh",
  "nor this",
  "```",
].join("\n");

test("only the shell commands under the heading are taken, as written", () => {
  expect(commandsUnder(text, "Wanted")).toEqual(["first", "second && third"]);
});

test("a heading that is not there gives nothing", () => {
  expect(commandsUnder(text, "Missing")).toEqual([]);
});
