import { readdirSync, readFileSync, statSync } from "node:fs";
import { expect, it } from "vitest";

const source = new URL("../src/", import.meta.url);
/** Where decisions are made, reported and judged. */
const places = ["sessions", "policy", "log", "catalogue/reasons", "config/explain.ts", "cli/explain.ts"];

/** A text with a blank between two words, in any quotes; in a template, what is filled in counts as a word. */
const sentence = String.raw`(?:"[^"\n]*[\w,:;)}] [\w($"][^"\n]*"|'[^'\n]*[\w,:;)}] [\w($"][^'\n]*'|\`[^\`\n]*[\w,:;)}] [\w($"][^\`\n]*\`)`;
const comparisons = [
  new RegExp(String.raw`[=!]==?\s*${sentence}`, "g"),
  new RegExp(String.raw`${sentence}\s*[=!]==?`, "g"),
  new RegExp(String.raw`\bcase\s+${sentence}\s*:`, "g"),
  new RegExp(
    String.raw`\.(?:includes|startsWith|endsWith|indexOf|lastIndexOf|localeCompare|split|has|match|search)\(\s*${sentence}`,
    "g",
  ),
];

/** A set of words is asked whether it has one of them. */
const set = /new Set(?:<[^>]*>)?\(\[([^\]]*)\]/g;

function comparedSentences(text: string): string[] {
  const compared = comparisons.flatMap((comparison) => [...text.matchAll(comparison)].map(([found]) => found));
  const members = [...text.matchAll(set)].flatMap(([, list = ""]) => list.split(",").map((member) => member.trim()));
  return [...compared, ...members.filter((member) => new RegExp(`^${sentence}$`).test(member))];
}

function filesIn(place: string): string[] {
  const path = new URL(place, source);
  if (statSync(path).isFile()) return [place];
  const names = readdirSync(path, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".ts")).map((name) => `${place}/${name}`);
}

it.each([
  `if (detail === "the rule says ignore") return;`,
  `if (\`no boot file for \${arch}\` !== detail) return;`,
  `return detail.includes("switched off here");`,
  `if (message.startsWith("Allowed: a number")) return "a number";`,
  `const willed = new Set(["other", "a one-time boot says to ignore it"]);`,
  `switch (why) { case "not found": return 1; }`,
])("a comparison with a sentence is found: %s", (code) => expect(comparedSentences(code)).toHaveLength(1));

it.each([
  `if (code === "rule-ignores") return "the rule says ignore";`,
  `const text = reason === "missing" ? "not found" : "not served";`,
])("what only says a sentence is none: %s", (code) => expect(comparedSentences(code)).toEqual([]));

it("nothing that decides, logs or judges compares sentences: a reason has a code", () => {
  const files = places.flatMap(filesIn);
  expect(files.length).toBeGreaterThan(40);
  const found = files.flatMap((file) =>
    comparedSentences(readFileSync(new URL(file, source), "utf8")).map((code) => `${file}: ${code}`),
  );
  expect(found).toEqual([]);
});
