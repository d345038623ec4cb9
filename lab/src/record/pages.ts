import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { replaceMarked } from "../bench/marked-text.ts";
import { BOOT_SECTIONS, FAULT_SECTIONS, isBootRow, type Row, type Seen } from "./rows.ts";

const BOOT_HEAD = ["row", "machine", "boots", "shown by", "seconds"] as const;
const FAULT_HEAD = ["row", "what is done", "what must hold", "measured"] as const;

/** The two pages that runs write. */
export const PAGES = {
  matrix: { path: page("matrix"), head: BOOT_HEAD, sections: BOOT_SECTIONS, holds: isBootRow },
  reliability: {
    path: page("reliability"),
    head: FAULT_HEAD,
    sections: FAULT_SECTIONS,
    holds: (row: Row) => !isBootRow(row),
  },
} as const;

function page(name: string): string {
  return fileURLToPath(new URL(`../../../docs/${name}.md`, import.meta.url));
}

/** The line of a row: the cells that the scenario declares, then those that the run saw. */
export function formatRow({ row, shown, seconds }: Seen): string {
  return `| ${[...declaredCells(row), ...seenCells(row, shown, seconds)].map(cell).join(" | ")} |`;
}

/** The cells of a line that do not change from run to run. */
export function declaredCells(row: Row): string[] {
  return isBootRow(row) ? [`\`${row.id}\``, row.machine, row.boots] : [`\`${row.id}\``, row.done, row.holds];
}

function seenCells(row: Row, shown: string, seconds: number | undefined): string[] {
  if (!isBootRow(row)) return [shown];
  const time = seconds === undefined ? "" : seconds.toFixed(0);
  return [row.cannot === undefined ? quote(shown) : `**Cannot**: ${row.cannot} ${quote(shown)}`, time];
}

/** What a machine said, as code. */
function quote(shown: string): string {
  return `\`${shown.replaceAll("`", "'").trim()}\``;
}

/** A cell stays on one line and in its column. */
function cell(text: string): string {
  return text.replace(/\s+/g, " ").replaceAll("|", "\\|").trim();
}

/** The lines of the tables on a page, by the id of their row, each with its section. */
export function readRows(text: string): Map<string, { section: string; line: string }> {
  const rows = new Map<string, { section: string; line: string }>();
  let section = "";
  for (const line of text.split("\n")) {
    if (line.startsWith("## ")) section = line.slice(3);
    const id = /^\| `([a-z0-9-]+)` \|/.exec(line)?.[1];
    if (id !== undefined) rows.set(id, { section, line });
  }
  return rows;
}

/**
 * The page's text with what a run saw in it: seen rows are new, rows of `declared` that did not run keep their line,
 * and what nobody declares any more goes.
 */
export function renderPage(
  text: string,
  { head, sections }: { readonly head: readonly string[]; readonly sections: readonly string[] },
  seen: readonly Seen[],
  declared: readonly Row[],
): string {
  const lines = readRows(text);
  for (const id of lines.keys()) if (!declared.some((row) => row.id === id)) lines.delete(id);
  for (const one of seen) lines.set(one.row.id, { section: one.row.section, line: formatRow(one) });
  const tables = sections.flatMap((section) => {
    const own = [...lines].filter(([, line]) => line.section === section).sort(([a], [b]) => (a < b ? -1 : 1));
    if (own.length === 0) return [];
    const table = [
      `| ${head.join(" | ")} |`,
      `|${head.map(() => " --- |").join("")}`,
      ...own.map(([, { line }]) => line),
    ];
    return [`## ${section}\n\n${table.join("\n")}\n`];
  });
  return replaceMarked(text, "rows", `\n${tables.join("\n")}`);
}

/** Writes what a run saw into both pages. */
export function recordRows(seen: readonly Seen[], declared: readonly Row[]): void {
  for (const { path, holds, ...look } of Object.values(PAGES)) {
    const own = seen.filter(({ row }) => holds(row));
    if (own.length === 0) continue;
    const text = readFileSync(path, "utf8");
    writeFileSync(path, renderPage(text, look, own, declared.filter(holds)));
  }
}
