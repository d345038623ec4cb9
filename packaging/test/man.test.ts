import { expect, test } from "vitest";
import { manPage } from "../src/man.ts";

const markdown = `# The title

<!-- made by a program -->

First \`--flag\` line,
see [the page](page.md).

## A heading

| key | type | meaning |
| --- | --- | --- |
| \`a.b\` | one \\| two | What it is. |
| \`c\` |  | .hidden |

\`\`\`sh
run 'this' \\ that
.so trouble
\`\`\`
`;

test("a reference page becomes roff", () => {
  const page = manPage({
    name: "thing.yaml",
    section: 5,
    summary: "the things - all",
    version: "1.2.3",
    time: 1_700_000_000,
    before: [{ title: "SYNOPSIS", lines: ["`thing` one", "`thing` two"] }],
    markdown,
    after: [{ title: "SEE ALSO", lines: ["`thing`(1)"] }],
  });
  expect(page.split("\n")).toEqual([
    '.TH THING.YAML 5 2023-11-14 "Bootlace 1.2.3"',
    ".nh",
    ".SH NAME",
    "thing.yaml \\- the things \\- all",
    ".SH SYNOPSIS",
    "\\fBthing\\fR one",
    ".br",
    "\\fBthing\\fR two",
    ".PP",
    "First \\fB\\-\\-flag\\fR line,",
    "see the page.",
    ".SH A heading",
    ".TP",
    "\\fBa.b\\fR",
    "What it is.",
    "Type: one | two.",
    ".TP",
    "\\fBc\\fR",
    "\\&.hidden",
    ".PP",
    ".nf",
    ".RS 4",
    "run 'this' \\e that",
    "\\&.so trouble",
    ".RE",
    ".fi",
    ".SH SEE ALSO",
    "\\fBthing\\fR(1)",
    "",
  ]);
});
