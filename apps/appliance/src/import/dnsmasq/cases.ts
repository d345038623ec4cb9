import { architectureByCode, architectureByName } from "@bootlace/dhcp-core";
import { ebc } from "../../catalogue/names.ts";
import { combinations, isWithin } from "./conditions.ts";
import type { Atom, DnsmasqModel, When } from "./model.ts";
import { type Outcomes, outcomesOf } from "./outcome.ts";

/** Clients with the same properties, as far as the file looks at them. */
export interface Case {
  readonly when: When;
  /** Number of option 93; undefined for all that the file does not mention. */
  readonly arch: number | undefined;
  readonly outcomes: Outcomes;
}

/** More cases than any hand has written; each becomes a rule unless a later one says the same. */
const mostCases = 20_000;

/**
 * Every case of properties that a client can have, the narrower one first, so that `tag:!x` needs no word of its own:
 * clients with x were caught before.
 * @returns undefined when there are too many cases
 */
export function casesOf(model: DnsmasqModel): Case[] | undefined {
  const archAtoms = model.atoms.filter(isAboutArch);
  const others = combinations(
    mergeAtoms([...model.atoms.filter((atom) => !isAboutArch(atom)), ...networks(model)]),
    mostCases,
  );
  if (others === undefined) return undefined;
  const archs = mentionedArchs(model, archAtoms);
  if (others.length * (archs.length + 1) > mostCases) return undefined;
  const cases: Case[] = [];
  for (const arch of [...archs, undefined]) {
    const name = arch === undefined ? undefined : architectureByCode(arch)?.name;
    const tags = archAtoms.flatMap(({ when, tags }) => (name !== undefined && when.arch?.includes(name) ? tags : []));
    const own: Case[] = others.map(({ when, atoms }) => ({
      when: name === undefined ? when : { arch: [name], ...when },
      arch,
      outcomes: outcomesOf(model, arch, atoms, tags),
    }));
    cases.push(...own.filter(({ when }, at) => !own.slice(0, at).some((earlier) => isWithin(when, earlier.when))));
  }
  return cases;
}

function isAboutArch({ when }: Atom): boolean {
  return when.arch !== undefined;
}

/** Numbers in the order of the file, EBC first: a rule for x64 takes it as well, as firmware mixes the two up. */
export function mentionedArchs(model: DnsmasqModel, archAtoms: readonly Atom[]): number[] {
  const names = archAtoms.flatMap(({ when }) => when.arch ?? []);
  const codes = names.flatMap((name) => architectureByName(name)?.code ?? []);
  const known = model.services.map(({ arch }) => arch).filter((arch) => architectureByCode(arch) !== undefined);
  const all = new Set([...known, ...codes]);
  if (all.has(ebc.servedAs)) all.add(ebc.code);
  return [...all].sort((a, b) => Number(b === ebc.code) - Number(a === ebc.code));
}

/** The networks, where their ranges tell clients apart. */
function networks({ ranges }: DnsmasqModel): Atom[] {
  const subnets = new Set(ranges.flatMap(({ subnet }) => subnet ?? []));
  const telling = ranges.some(({ guard, sets }) => guard.length > 0 || sets.length > 0);
  if (!telling || subnets.size < 2) return [];
  return [...subnets].map((subnet) => ({ when: { subnet: [subnet] }, tags: [], ignore: false, network: subnet }));
}

/** Lines about the same clients, and lines that do the same for different ones, are one case. */
function mergeAtoms(atoms: readonly Atom[]): Atom[] {
  const merged = new Map<string, Atom>();
  for (const atom of sameClients(atoms)) {
    const [entry, ...more] = Object.entries(atom.when);
    const host = atom.host === undefined ? undefined : [atom.host.bytes, atom.host.elsewhere];
    const key = JSON.stringify([entry?.[0], more.length, [...atom.tags].sort(), atom.ignore, host, atom.network]);
    const known = merged.get(key);
    const conditional = (atom.host?.guard.length ?? 0) > 0;
    if (known === undefined || entry === undefined || more.length > 0 || conditional)
      merged.set(known ? `${key}${merged.size}` : key, atom);
    else {
      const [name, list] = entry;
      const all = [...(known.when[name as keyof When] ?? []), ...list];
      merged.set(key, { ...known, when: { [name]: [...new Set(all)] } });
    }
  }
  return [...merged.values()];
}

function sameClients(atoms: readonly Atom[]): Atom[] {
  const found = new Map<string, Atom>();
  const hosts = atoms.filter(({ host }) => host !== undefined);
  for (const atom of atoms.filter(({ host }) => host === undefined)) {
    const key = JSON.stringify(atom.when);
    const known = found.get(key);
    const network = atom.network ?? known?.network;
    const tags = [...new Set([...(known?.tags ?? []), ...atom.tags])];
    found.set(key, { ...atom, tags, ...(network === undefined ? {} : { network }) });
  }
  return [...found.values(), ...hosts];
}
