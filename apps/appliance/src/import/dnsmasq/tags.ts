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
  const hosts = atoms.filter(({ host }) => host !== undefined);
  const guarded = hosts.filter(({ host }) => host !== undefined && host.guard.length > 0 && holds(host.guard, tags));
  const plain = hosts.filter(({ host }) => host?.guard.length === 0);
  const rank = ({ host }: Atom) => (host === undefined ? 0 : host.bytes * 1e6 + host.order);
  return [guarded, plain]
    .map((list) => list.toSorted((a, b) => rank(b) - rank(a))[0])
    .find((atom) => atom !== undefined);
}
