import type { Atom, DnsmasqModel, Literal } from "./model.ts";

/** Whether a client with these tags is meant (dhcp-common.c, match_netid). */
export function holds(guard: readonly Literal[], tags: ReadonlySet<string>): boolean {
  return guard.every(({ tag, wanted }) => tags.has(tag) === wanted);
}

/** The same in tag-if, where a star at the end stands for any end (match_netid_wild). */
export function holdsWild(guard: readonly Literal[], tags: ReadonlySet<string>): boolean {
  return guard.every(({ tag, wanted }) => {
    const found = tag.endsWith("*") ? [...tags].some((one) => one.startsWith(tag.slice(0, -1))) : tags.has(tag);
    return found === wanted;
  });
}

/** With what tag-if adds: each line once, in the order of the file (run_tag_if). */
export function withTagRules({ tagRules }: DnsmasqModel, tags: Iterable<string>): Set<string> {
  const all = new Set(tags);
  for (const { sets, guard } of tagRules) {
    if (holdsWild(guard, all)) for (const tag of sets) all.add(tag);
  }
  return all;
}

/** The tags that may follow from these, whatever else a client has. */
export function tagsFrom({ tagRules }: DnsmasqModel, tags: Iterable<string>): Set<string> {
  const all = new Set(tags);
  for (const { sets, guard } of tagRules) {
    if (guard.some(({ tag, wanted }) => wanted && holdsWild([{ tag, wanted }], all)))
      for (const tag of sets) all.add(tag);
  }
  return all;
}

/**
 * One dhcp-host line counts for a machine (find_config): one whose `tag:` fits before those without, then a whole
 * address before a beginning, a longer beginning before a shorter, the later line first.
 */
export function hostLine(atoms: readonly Atom[], tags: ReadonlySet<string>): Atom | undefined {
  const hosts = atoms.flatMap((atom) => (atom.host === undefined ? [] : [{ atom, host: atom.host }]));
  const fitting = hosts.filter(({ host }) => holds(host.guard, tags));
  // The first that differs decides.
  const rank = ({ host }: (typeof hosts)[number]) =>
    [!host.elsewhere, host.guard.length > 0, host.bytes === 6].map(Number).concat(host.bytes, host.order);
  const [first] = fitting.toSorted((a, b) => {
    const other = rank(b);
    return rank(a).reduce((decided, value, at) => decided || (other[at] ?? 0) - value, 0);
  });
  return first?.atom;
}
