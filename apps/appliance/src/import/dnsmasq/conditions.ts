import type { Atom, When, WhenKey } from "./model.ts";

/** Clients that match both conditions; undefined when no client can. A list matches any of its values. */
export function bothOf(a: When, b: When): When | undefined {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<WhenKey>;
  const both: Partial<Record<WhenKey, readonly string[]>> = {};
  for (const key of keys) {
    const one = a[key];
    const other = b[key];
    const list = one === undefined || other === undefined ? (one ?? other) : common(key, one, other);
    if (list === undefined || list.length === 0) return undefined;
    both[key] = list;
  }
  return both;
}

/** Keys compared by prefix: when the longer matches, the shorter does too. */
const beginnings: ReadonlySet<WhenKey> = new Set(["mac", "vendorClass"]);

function common(key: WhenKey, one: readonly string[], other: readonly string[]): readonly string[] {
  if (!beginnings.has(key)) return one.filter((item) => other.includes(item));
  const pairs = one.flatMap((a) => other.flatMap((b) => (a.startsWith(b) ? [a] : b.startsWith(a) ? [b] : [])));
  return [...new Set(pairs)];
}

/** Whether some client matches both. */
export function overlap(a: When, b: When): boolean {
  for (const name in a) {
    const key = name as WhenKey;
    const one = a[key];
    const other = b[key];
    if (one !== undefined && other !== undefined && common(key, one, other).length === 0) return false;
  }
  return true;
}

/** Every client that matches `narrow` matches `wide`. */
export function isWithin(narrow: When, wide: When): boolean {
  for (const name in wide) {
    const key = name as WhenKey;
    const list = wide[key] ?? [];
    const own = narrow[key];
    if (own === undefined) return false;
    const prefixes = beginnings.has(key);
    const fits = (item: string) =>
      prefixes ? list.some((beginning) => item.startsWith(beginning)) : list.includes(item);
    if (!own.every(fits)) return false;
  }
  return true;
}

export interface Combination {
  readonly when: When;
  readonly atoms: readonly Atom[];
}

/**
 * Every set of atoms that one client can have at once, larger sets first, the empty one last.
 * @returns undefined when there are too many
 */
export function combinations(atoms: readonly Atom[], most: number): Combination[] | undefined {
  let found: Combination[] = [{ when: {}, atoms: [] }];
  for (const atom of atoms) {
    const more = found.flatMap((combination): Combination[] => {
      const when = bothOf(combination.when, atom.when);
      return when === undefined ? [] : [{ when, atoms: [...combination.atoms, atom] }];
    });
    found = [...found, ...more];
    if (found.length > most) return undefined;
  }
  return found.sort((a, b) => b.atoms.length - a.atoms.length);
}
