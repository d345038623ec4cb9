import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A dnsmasq.conf, with what is expected of its import. */
export interface Example {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  /** The part of a run it belongs to: the first word of its name. */
  readonly part: string;
  /** Kinds that get something else from Bootlace, and the beginning of the line whose remark says so. */
  readonly differ: ReadonlyMap<string, string>;
  /** Exit status of the import. */
  readonly status: number;
}

/** The part of examples whose names begin with a number. */
const CASES = "cases";

/**
 * The examples of a folder. Comments of an example say what is expected: `#~ KIND…: LINE` kinds that get something else,
 * and how the line begins at which the import says so, or `whole` for a remark on the whole; `#= STATUS` the exit status.
 */
export function examplesIn(folder: string): Example[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".conf"));
  return names.sort().map((name) => {
    const path = join(folder, name);
    const text = readFileSync(path, "utf8");
    const status = /^#= (\d+)$/m.exec(text)?.[1] ?? "0";
    const part = `dnsmasq-${/^[a-z]+/.exec(name)?.[0] ?? CASES}`;
    return { name, path, text, part, differ: differencesOf(text), status: Number(status) };
  });
}

function differencesOf(text: string): Map<string, string> {
  const rows = text.split("\n").filter((row) => row.startsWith("#~ "));
  return new Map(
    rows.flatMap((row) => {
      const [, kinds = "", line = ""] = /^#~ ([\w -]+): (.+)$/.exec(row) ?? [];
      return kinds.split(" ").map((kind) => [kind, line] as const);
    }),
  );
}
