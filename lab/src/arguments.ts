import { parseShare, type Share } from "./share.ts";

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
      /** Of what rotates; `auto` goes by the commit. Scenarios in `whole`, those called by their own names, run whole. */
      readonly share?: { readonly wanted: Share | "auto"; readonly whole: readonly string[] };
    };

export type ParsedArguments =
  | { readonly ok: true; readonly command: Command }
  | { readonly ok: false; readonly fault: { readonly code: string; readonly message: string } };

export const USAGE = `usage: npm run lab -- list
       npm run lab -- [--keep] [--record] [--jobs N] [--share N/M] all | SCENARIO ...
  --keep     keep the folder of every run, not only of those that fail
  --record   write the rows that they show into docs/matrix.md and docs/reliability.md
  --jobs N   run N scenarios at once (1 to 16, default 1)
  --share N/M  with all: of the scenarios that have parts, only this share of the parts; auto: the share of the commit`;

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
  let share: Share | "auto" | undefined;
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
    } else if (word === "--share" || word.startsWith("--share=")) {
      const text = word === "--share" ? words[++at] : word.slice("--share=".length);
      share = text === "auto" ? "auto" : parseShare(text ?? "");
      if (share === undefined)
        return fault("bad-share", `--share wants a share such as 1/3, or auto, not ${text ?? "nothing"}`);
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
  const shared = share === undefined ? {} : { share: { wanted: share, whole: names.filter((name) => name !== "all") } };
  return { ok: true, command: { kind: "run", names: [...new Set(wanted)], keep, record, jobs, ...shared } };
}

function fault(code: string, message: string): ParsedArguments {
  return { ok: false, fault: { code, message } };
}
