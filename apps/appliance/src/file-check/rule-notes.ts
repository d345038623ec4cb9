import { quote } from "@bootlace/dhcp-core";
import type { LoadedConfig } from "../config/load.ts";
import type { BootRule } from "../config/schema.ts";

/** Rules that no client can reach: those that never match, and those after one that always matches. */
export function ruleNotes({ config: { boot } }: LoadedConfig): string[] {
  const nameOf = (index: number) => quote(boot[index]?.name ?? `rule ${index + 1}`);
  const never = boot.flatMap((rule, index) => {
    const empty = conditions(rule).find(([, wanted]) => wanted.length === 0);
    return empty === undefined ? [] : [`${nameOf(index)} never matches: its ${empty[0]} is an empty list`];
  });
  const everybody = boot.findIndex((rule) => conditions(rule).length === 0);
  if (everybody === -1 || everybody === boot.length - 1) return never;
  return [...never, `rules after ${nameOf(everybody)} are never reached: it has no conditions`];
}

function conditions({ when = {} }: BootRule): (readonly [key: string, wanted: readonly string[]])[] {
  return Object.entries(when).flatMap(([key, wanted]) => (wanted === undefined ? [] : [[key, wanted] as const]));
}
