/** What the command line asks for. */
export type Command =
  | { readonly kind: "list" }
  | { readonly kind: "help" }
  | {
      readonly kind: "run";
      readonly names: readonly string[];
      readonly keep: boolean;
      readonly record: boolean;
      readonly jobs: number;
    };

export type ParsedArguments =
  | { readonly ok: true; readonly command: Command }
  | { readonly ok: false; readonly fault: { readonly code: string; readonly message: string } };

export const USAGE = `usage: npm run lab -- list
       npm run lab -- [--keep] [--record] [--jobs N] all | SCENARIO ...
  --keep     keep the folder of every run, not only of those that fail
  --record   write the rows that they show into docs/matrix.md and docs/reliability.md
  --jobs N   run N scenarios at once (1 to 16, default 1)`;

/**
 * Reads the arguments after the program's name. `known` are the names of the scenarios, `usual` those that `all` stands
 * for; a name given twice runs once.
 */
export function parseArguments(
  words: readonly string[],
  known: readonly string[],
  usual: readonly string[] = known,
): ParsedArguments {
  const names: string[] = [];
  let keep = false;
  let record = false;
  let jobs = 1;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--help" || word === "-h") return { ok: true, command: { kind: "help" } };
    if (word === "--keep") keep = true;
    else if (word === "--record") record = true;
    else if (word === "--jobs" || word.startsWith("--jobs=")) {
      const text = word === "--jobs" ? words[++at] : word.slice("--jobs=".length);
      if (text === undefined || !/^[0-9]+$/.test(text) || Number(text) < 1 || Number(text) > 16)
        return fault("bad-jobs", `--jobs wants a number from 1 to 16, not ${text ?? "nothing"}`);
      jobs = Number(text);
    } else if (word.startsWith("-")) return fault("unknown-option", `unknown option ${word}`);
    else names.push(word);
  }
  if (names.length === 0) return fault("no-scenario", "no scenario named");
  if (names.includes("list")) {
    return names.length === 1 ? { ok: true, command: { kind: "list" } } : fault("list-alone", "list stands alone");
  }
  const wanted = names.flatMap((name) => (name === "all" ? usual : [name]));
  const stranger = wanted.find((name) => !known.includes(name));
  if (stranger !== undefined) {
    return fault("unknown-scenario", `no scenario is called ${stranger}; known are ${known.join(", ")}`);
  }
  return { ok: true, command: { kind: "run", names: [...new Set(wanted)], keep, record, jobs } };
}

function fault(code: string, message: string): ParsedArguments {
  return { ok: false, fault: { code, message } };
}
