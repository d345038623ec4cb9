import { formatPath } from "./faults.ts";
import type { LoadedConfig } from "./load.ts";
import type { Origin } from "./overlay.ts";

/** One effective value. */
interface EffectiveRow {
  /** Such as `tftp.port` or `boot[0].when.arch`. */
  readonly path: string;
  readonly value: unknown;
  readonly origin: Origin;
}

/** Every effective value with its origin, in the order of the schema; lists of plain values stay whole. */
export function effectiveRows({ config, originOf }: Pick<LoadedConfig, "config" | "originOf">): EffectiveRow[] {
  const rows: EffectiveRow[] = [];
  const walk = (value: unknown, path: readonly PropertyKey[]) => {
    const inner = innerOf(value);
    if (inner.length === 0) rows.push({ path: formatPath(path), value, origin: originOf(path) });
    else for (const [key, item] of inner) walk(item, [...path, key]);
  };
  walk(config, []);
  return rows;
}

function innerOf(value: unknown): (readonly [PropertyKey, unknown])[] {
  if (typeof value !== "object" || value === null) return [];
  if (!Array.isArray(value)) return Object.entries(value);
  const deep = value.some((item) => typeof item === "object" && item !== null);
  return deep ? value.map((item, index) => [index, item]) : [];
}
