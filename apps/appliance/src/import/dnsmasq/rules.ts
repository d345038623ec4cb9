import { architectureByCode, architectureByName } from "@bootlace/dhcp-core";
import { ebc } from "../../catalogue/names.ts";
import { bothOf, combinations, isWithin } from "./conditions.ts";
import type { Atom, DnsmasqModel, When } from "./model.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";

export interface ImportedRule {
  readonly when: When;
  readonly outcome: Outcome;
}

/** More cases than handwritten files have; each becomes a rule unless a later rule has the same result. */
const mostCases = 20_000;

/**
 * The rules that give every client the same as dnsmasq. Each combination of client properties becomes a
 * rule, narrower ones first, so that `tag:!x` needs no condition: clients with x matched an earlier rule.
 * @returns undefined when there are too many cases
 */
export function importedRules(model: DnsmasqModel): ImportedRule[] | undefined {
  const archAtoms = model.atoms.filter(isAboutArch);
  const others = combinations(mergeAtoms(model.atoms.filter((atom) => !isAboutArch(atom))), mostCases);
  if (others === undefined) return undefined;
  const archs = mentionedArchs(model, archAtoms);
  if (others.length * (archs.length + 1) > mostCases) return undefined;
  const cases: ImportedRule[] = [];
  for (const arch of [...archs, undefined]) {
    const name = arch === undefined ? undefined : architectureByCode(arch)?.name;
    const tags = archAtoms.flatMap(({ when, tags }) => (name !== undefined && when.arch?.includes(name) ? tags : []));
    for (const { when, atoms } of others) {
      const outcome = outcomeOf(model, arch, closestHost(atoms), tags);
      // Firmware that reports EBC is really x64: better the file for x64 than none.
      if (arch === ebc.code && outcome.kind === "nothing") continue;
      cases.push({ when: name === undefined ? when : { arch: [name], ...when }, outcome });
    }
  }
  return merged(withoutEchoes([...cases, { when: {}, outcome: { kind: "ignore" } }]));
}

/** One dhcp-host line applies to a machine: a whole address before a prefix, a longer prefix before a shorter. */
function closestHost(atoms: readonly Atom[]): readonly Atom[] {
  const most = Math.max(...atoms.map(({ hostOctets = 0 }) => hostOctets));
  return atoms.filter(({ hostOctets }) => hostOctets === undefined || hostOctets === most);
}

function isAboutArch({ when }: Atom): boolean {
  return when.arch !== undefined;
}

/** Numbers in the order of the file, EBC first: a rule for x64 matches it too, as firmware confuses the two. */
function mentionedArchs(model: DnsmasqModel, archAtoms: readonly Atom[]): number[] {
  const names = archAtoms.flatMap(({ when }) => when.arch ?? []);
  const codes = names.flatMap((name) => architectureByName(name)?.code ?? []);
  const known = model.services.map(({ arch }) => arch).filter((arch) => architectureByCode(arch) !== undefined);
  const all = new Set([...known, ...codes]);
  if (all.has(ebc.servedAs)) all.add(ebc.code);
  return [...all].sort((a, b) => Number(b === ebc.code) - Number(a === ebc.code));
}

/** Lines with the same effect on different machines are one case. */
function mergeAtoms(atoms: readonly Atom[]): Atom[] {
  const merged = new Map<string, Atom>();
  for (const atom of atoms) {
    const [entry, ...more] = Object.entries(atom.when);
    const key = JSON.stringify([entry?.[0], more.length, [...atom.tags].sort(), atom.ignore, atom.hostOctets]);
    const known = merged.get(key);
    if (known === undefined || entry === undefined || more.length > 0)
      merged.set(known ? `${key}${merged.size}` : key, atom);
    else {
      const [name, list] = entry;
      const all = [...(known.when[name as keyof When] ?? []), ...list];
      merged.set(key, { ...known, when: { [name]: [...new Set(all)] } });
    }
  }
  return [...merged.values()];
}

/** Drops a rule whose clients would reach a later rule with the same result. */
function withoutEchoes(rules: readonly ImportedRule[]): ImportedRule[] {
  const kept: ImportedRule[] = [];
  const reached = rules.filter(({ when }, at) => !rules.slice(0, at).some((earlier) => isWithin(when, earlier.when)));
  for (const rule of reached.reverse()) {
    const next = kept.find(({ when }) => bothOf(rule.when, when) !== undefined);
    const echo = next !== undefined && isWithin(rule.when, next.when) && sameOutcome(rule.outcome, next.outcome);
    if (!echo) kept.unshift(rule);
  }
  return kept;
}

/** Adjacent rules that differ only in the architecture become one rule. */
function merged(rules: readonly ImportedRule[]): ImportedRule[] {
  const result: ImportedRule[] = [];
  for (const rule of rules) {
    const { arch, ...rest } = rule.when;
    const at = result.findIndex(({ when, outcome }) => {
      const { arch: other, ...otherRest } = when;
      return (
        other !== undefined && JSON.stringify(otherRest) === JSON.stringify(rest) && sameOutcome(outcome, rule.outcome)
      );
    });
    const same = arch === undefined ? undefined : result[at];
    const between = result.slice(at + 1);
    // The rule moves up to its twin, past rules that match none of its clients.
    if (same === undefined || between.some(({ when }) => bothOf(when, rule.when) !== undefined)) result.push(rule);
    else result[at] = { ...same, when: { ...same.when, arch: [...(same.when.arch ?? []), ...(arch ?? [])] } };
  }
  return result;
}

/** An offer without a file from dnsmasq equals no reply from Bootlace: the client boots nothing. */
function sameOutcome(a: Outcome, b: Outcome): boolean {
  const text = (outcome: Outcome) => (outcome.kind === "nothing" ? '{"kind":"ignore"}' : JSON.stringify(outcome));
  return text(a) === text(b);
}
