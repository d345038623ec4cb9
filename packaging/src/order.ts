import { parseArgs } from "node:util";
import { place } from "./places.ts";
import { type Target, targets } from "./targets.ts";

export type Order =
  | { readonly ok: true; readonly targets: readonly Target[]; readonly out: string }
  | { readonly ok: false; readonly problem: string };

/** Reads the words behind `npm run binary --`. */
export function readOrder(words: readonly string[]): Order {
  const known = targets.map(({ name }) => name);
  const usage = `usage: npm run binary -- TARGET… [--out DIR]   targets: ${known.join(", ")}`;
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { out: { type: "string" } },
    });
    const unknown = positionals.find((name) => !known.includes(name));
    if (unknown !== undefined) return { ok: false, problem: `there is no target ${unknown}\n${usage}` };
    if (positionals.length === 0) return { ok: false, problem: usage };
    const wanted = targets.filter(({ name }) => positionals.includes(name));
    return { ok: true, targets: wanted, out: values.out ?? place("out") };
  } catch (error) {
    return { ok: false, problem: `${(error as Error).message}\n${usage}` };
  }
}
