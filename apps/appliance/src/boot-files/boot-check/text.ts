import type { CheckProgram } from "../../catalogue/boot-check.ts";
import { scriptNames } from "../../catalogue/names.ts";
import type { BootTree } from "../../catalogue/tree.ts";
import { stillReading } from "../scan.ts";

/** What the server reports to a client that gets the boot check. */
export interface CheckFacts {
  readonly program: CheckProgram;
  readonly root: string;
  readonly tree: BootTree;
  /** Why the root is not readable. */
  readonly rootProblem?: string | undefined;
}

/** An 80 column screen shows a line of this length in any firmware; the whole must fit beside the program's 11 lines. */
const width = 76;
const longestName = 219;

/** The files looked for, and where to put one. Lines for a screen, without client data. */
export function checkText({ program, root, tree, rootProblem }: CheckFacts): string {
  const [code] = program.codes;
  const folder = clip(root);
  const entry = tree.entries.get(code);
  if (entry !== undefined) {
    return paragraphs(
      `A boot file for ${program.name} exists, but a rule, menu or "bootlace next" names this check:`,
      `  ${clip(entry.file)}`,
      "in the folder",
      `  ${folder}`,
    );
  }
  const looked = [`Bootlace has no boot file for ${program.name}. It looked in the folder`, `  ${folder}`];
  if (rootProblem === stillReading) {
    return paragraphs(...looked, "which is large and still being read. Start this machine again in a minute.");
  }
  if (rootProblem !== undefined) {
    return paragraphs(
      ...looked,
      `but cannot read it (${clip(rootProblem)}). Make it readable for Bootlace and put the boot file there.`,
    );
  }
  return paragraphs(
    ...looked,
    "for one of",
    `  ${(tree.missing.get(code) ?? []).join(", ")}`,
    `Put one there, with the files it needs. iPXE also boots ${scriptNames[0]}. The next boot gets it: Bootlace notices new files.`,
  );
}

/** A name of a file may hold the end of a line. */
function clip(name: string): string {
  const plain = name.replace(/[^ -~]/gu, "?");
  return plain.length <= longestName ? plain : `${plain.slice(0, longestName)}...`;
}

/** Each argument begins a line; what stands indented stays so. */
function paragraphs(...texts: readonly string[]): string {
  return texts.map((text) => `${wrap(text).join("\n")}\n`).join("");
}

function wrap(text: string): string[] {
  const indent = /^ */.exec(text)?.[0] ?? "";
  const room = width - indent.length;
  const lines: string[] = [];
  let line = "";
  for (const word of text.trim().split(" ")) {
    const parts = word.match(new RegExp(`[^]{1,${room}}`, "g")) ?? [""];
    for (const [at, part] of parts.entries()) {
      const joined = line === "" || at > 0 ? part : `${line} ${part}`;
      if (joined.length <= room && at === 0) line = joined;
      else {
        lines.push(indent + line);
        line = part;
      }
    }
  }
  lines.push(indent + line);
  return lines;
}
