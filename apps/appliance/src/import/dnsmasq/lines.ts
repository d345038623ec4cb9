import { commandLineOptions } from "./command-line.ts";
import type { Directive } from "./directive.ts";

interface Row {
  readonly line: number;
  readonly text: string;
}

/**
 * Reads a dnsmasq.conf (dnsmasq 2.90 option.c, read_file): `name` or `name=value` a line, `#` begins a comment at the
 * start or behind a blank, double quotes keep commas, blanks and `#`, a backslash inside them escapes. Also what people
 * keep in unit files and scripts: command lines of dnsmasq, and lines that a backslash at the end continues.
 */
export function readDirectives(text: string): Directive[] {
  return rowsOf(text).flatMap(({ line, text: row }): Directive[] => {
    if (/^\s*(?:#|$)/.test(row)) return [];
    const options = commandLineOptions(row);
    if (options !== undefined) return options.map((option) => ({ line, ...option, commandLine: true }));
    const { parts, name, end } = split(row);
    const written = row.slice(0, end).trim();
    return name === "" ? [] : [{ line, name, parts, text: written }];
  });
}

/** Lines, each with what a backslash at its end joins to it; a comment ends with its line. */
function rowsOf(text: string): Row[] {
  const rows: Row[] = [];
  let open: Row | undefined;
  for (const [index, row] of text.split(/\r?\n/).entries()) {
    const joined: Row = open === undefined ? { line: index + 1, text: row } : { ...open, text: open.text + row };
    open = undefined;
    const continues = /\\\s*$/.test(joined.text) && !/^\s*#/.test(row);
    if (continues) open = { ...joined, text: joined.text.replace(/\\\s*$/, "") };
    else rows.push(joined);
  }
  return open === undefined ? rows : [...rows, open];
}

const escapes: Readonly<Record<string, string>> = { t: "\t", n: "\n", b: "\b", r: "\r", e: "\u001b" };

function split(row: string): { name: string; parts: string[]; end: number } {
  const parts: string[] = [];
  let name: string | undefined;
  let part = "";
  let quoted = false;
  let wasQuoted = false;
  let end = row.length;
  const finish = () => {
    parts.push(wasQuoted ? part : part.trim());
    part = "";
    wasQuoted = false;
  };
  for (let at = 0; at < row.length; at++) {
    const char = row[at] as string;
    if (quoted) {
      if (char === '"') quoted = false;
      else if (char === "\\" && at + 1 < row.length) {
        const next = row[++at] as string;
        part += escapes[next] ?? next;
      } else part += char;
    } else if (char === '"') {
      quoted = true;
      wasQuoted = true;
      part = part.trim();
    } else if (char === "#" && (at === 0 || /\s/.test(row[at - 1] ?? ""))) {
      end = at;
      break;
    } else if (char === "=" && name === undefined) {
      name = part.trim();
      part = "";
    } else if (char === "," && name !== undefined) finish();
    else if (!wasQuoted || !/\s/.test(char)) part += char;
  }
  if (name === undefined) return { name: part.trim(), parts: [], end };
  finish();
  return { name, parts, end };
}
