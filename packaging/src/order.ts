import { parseArgs } from "node:util";
import { place } from "./places.ts";
import { type Target, targets } from "./targets.ts";

/** What to build. */
export interface Order {
  readonly targets: readonly Target[];
  /** The packages of Debian and Alpine too. */
  readonly packages: boolean;
  /** The folder for all of it. */
  readonly out: string;
}

export type OrderResult =
  | { readonly ok: true; readonly order: Order }
  | { readonly ok: false; readonly problem: string };

/** Reads the words behind `npm run binary --`. */
export function readOrder(words: readonly string[]): OrderResult {
  const known = targets.map(({ name }) => name);
  const usage = `usage: npm run binary -- TARGET… [--packages] [--out DIR]   targets: ${known.join(", ")}`;
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { out: { type: "string", default: place("out") }, packages: { type: "boolean", default: false } },
    });
    const unknown = positionals.find((name) => !known.includes(name));
    if (unknown !== undefined) return { ok: false, problem: `unknown target ${unknown}\n${usage}` };
    if (positionals.length === 0) return { ok: false, problem: usage };
    const wanted = targets.filter(({ name }) => positionals.includes(name));
    return { ok: true, order: { targets: wanted, ...values } };
  } catch (error) {
    return { ok: false, problem: `${(error as Error).message}\n${usage}` };
  }
}
