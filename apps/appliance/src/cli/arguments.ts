import { quote } from "@bootlace/dhcp-core";
import { nearest } from "../config/nearest.ts";
import type { Arguments, OptionRow } from "./command.ts";

export type ArgumentsResult =
  | { readonly ok: true; readonly args: Arguments }
  | { readonly ok: false; readonly problem: string };

/**
 * Reads the words after a command. `--name value` and `--name=value` mean the same; `--` ends the options.
 * @param mostPositionals how many words besides options the command takes
 */
export function readArguments(
  words: readonly string[],
  rows: readonly OptionRow[],
  mostPositionals: number,
): ArgumentsResult {
  const options = new Map<string, readonly string[]>();
  const positionals: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") {
      positionals.push(...rest.splice(0));
      continue;
    }
    if (!word.startsWith("-") || word === "-") {
      positionals.push(word);
      continue;
    }
    const [name = "", inline] = splitOnce(word);
    const row = rows.find((candidate) => name === `--${candidate.name}` || name === `-${candidate.short}`);
    if (row === undefined) return { ok: false, problem: unknownOption(name, rows) };
    const value = row.value === undefined ? "" : (inline ?? rest.shift());
    if (row.value === undefined && inline !== undefined) return { ok: false, problem: `--${row.name} takes no value` };
    if (value === undefined || (row.value !== undefined && value === "")) {
      return { ok: false, problem: `--${row.name} needs a value: --${row.name} ${row.value}` };
    }
    const earlier = options.get(row.name) ?? [];
    if (!row.many && earlier.length > 0) return { ok: false, problem: `--${row.name} is given twice` };
    options.set(row.name, row.many ? [...earlier, value] : [value]);
  }
  // A script with an unset variable.
  if (positionals.includes("")) return { ok: false, problem: "empty argument" };
  const extra = positionals[mostPositionals];
  return extra === undefined
    ? { ok: true, args: { options, positionals } }
    : { ok: false, problem: `unexpected argument ${quote(extra)}` };
}

function splitOnce(word: string): [string, string | undefined] {
  const at = word.startsWith("--") ? word.indexOf("=") : -1;
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function unknownOption(name: string, rows: readonly OptionRow[]): string {
  const known = rows.map((row) => `--${row.name}`);
  const suggestion = nearest(name, known);
  return `unknown option ${quote(name)}${suggestion === undefined ? "" : `; did you mean ${suggestion}?`}`;
}
