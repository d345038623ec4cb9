import { readFileSync, writeFileSync } from "node:fs";
import { LabFailure } from "../failure.ts";

/** Replaces what stands between `<!-- NAME begin -->` and `<!-- NAME end -->`. Throws a LabFailure without the markers. */
export function replaceMarked(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name} begin -->`, `<!-- ${name} end -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new LabFailure(`the text has no place for ${name}: ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n${content.trim()}\n${text.slice(to)}`;
}

/** The same in a file. */
export function rewriteMarked(path: string, name: string, content: string): void {
  writeFileSync(path, replaceMarked(readFileSync(path, "utf8"), name, content));
}

/** A table in Markdown, its columns aligned. */
export function markdownTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((_, at) => Math.max(3, ...[head, ...lines].map((line) => (line[at] ?? "").length)));
  const row = (cells: readonly string[]) =>
    `| ${widths.map((width, at) => (cells[at] ?? "").padEnd(width)).join(" | ")} |`;
  return [row(head), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...lines.map(row)].join("\n");
}
