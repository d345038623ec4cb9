import { architectureByCode } from "@bootlace/dhcp-core";
import { ebc } from "../../catalogue/names.ts";
import type { Case } from "./cases.ts";
import { isWithin, overlap } from "./conditions.ts";
import type { When } from "./model.ts";
import type { Outcome } from "./outcome.ts";

export interface ImportedRule {
  readonly when: When;
  readonly outcome: Outcome;
}

const bios = "x86-bios";
const pi = "raspberry-pi";

/** The rules that give every client what dnsmasq gives it, the first that matches decides. */
export function importedRules(cases: readonly Case[]): ImportedRule[] {
  const others = { when: {}, outcome: { kind: "ignore" } } as const;
  const rules = [...cases.filter(mayBePi).map(rulesForPi), ...withoutEmptyEbc(cases).flatMap(rulesFor), others];
  return merged(withoutEchoes(rules));
}

/** A Raspberry Pi calls itself a BIOS PC, and a menu without its name is nothing to it. */
function mayBePi({ when, arch }: Case, _index: number, cases: readonly Case[]): boolean {
  if (when.firmware !== undefined || when.userClass !== undefined) return false;
  return arch === 0 || (arch === undefined && !cases.some((other) => other.arch === 0));
}

function rulesForPi({ when, outcomes }: Case): ImportedRule {
  return { when: { ...when, arch: [bios], firmware: [pi] }, outcome: outcomes.pi };
}

function rulesFor({ when, outcomes }: Case): ImportedRule[] {
  const { firmware, ipxe } = outcomes;
  if (isIpxe(when)) return [{ when, outcome: ipxe }];
  const rule = { when, outcome: firmware };
  if (sameOutcome(firmware, ipxe) || when.firmware !== undefined) return [rule];
  return [{ when: { ...when, firmware: ["ipxe"] }, outcome: ipxe }, rule];
}

/** Firmware that calls itself EBC is x64 in truth: where dnsmasq has nothing for it, better x64's file than none. */
function withoutEmptyEbc(cases: readonly Case[]): readonly Case[] {
  const none = ({ firmware, ipxe }: Case["outcomes"]) =>
    [firmware, ipxe].every(({ kind }) => kind === "nothing" || kind === "ignore");
  const own = cases.filter(({ arch }) => arch === ebc.code);
  if (!own.every(({ outcomes }) => none(outcomes))) return cases;
  // What dhcp-ignore names stays ignored.
  return cases.filter(
    ({ arch, outcomes }) => arch !== ebc.code || outcomes.used.some(({ name }) => name === "dhcp-ignore"),
  );
}

/** Conditions that only iPXE fulfils. */
export function isIpxe({ firmware, userClass }: When): boolean {
  return firmware?.includes("ipxe") === true || userClass?.includes("iPXE") === true;
}

/** Drops a rule whose clients would reach a later rule with the same result. */
function withoutEchoes(rules: readonly ImportedRule[]): ImportedRule[] {
  // The last rule first.
  const kept: { readonly rule: ImportedRule; readonly served: When; readonly outcome: string }[] = [];
  const reached = rules.filter(({ when }, at) => {
    for (let earlier = 0; earlier < at; earlier++) if (isWithin(when, rules[earlier]?.when ?? {})) return false;
    return true;
  });
  for (const rule of reached.toReversed()) {
    const outcome = textOf(rule.outcome);
    const next = kept.findLast(({ served }) => overlap(rule.when, served));
    const echo = next !== undefined && isWithin(rule.when, next.rule.when) && outcome === next.outcome;
    if (!echo) kept.push({ rule, served: asServed(rule.when), outcome });
  }
  return kept.toReversed().map(({ rule }) => rule);
}

const x64Name = architectureByCode(ebc.servedAs)?.name ?? "";
const ebcName = architectureByCode(ebc.code)?.name ?? "";

/** A rule for x64 takes firmware that calls itself EBC as well. */
function asServed(when: When): When {
  return when.arch?.includes(x64Name) === true ? { ...when, arch: [...when.arch, ebcName] } : when;
}

/** Neighbours that differ in the architecture only become one rule. */
function merged(rules: readonly ImportedRule[]): ImportedRule[] {
  const result: ImportedRule[] = [];
  const twins = new Map<string, number>();
  for (const rule of rules) {
    const { arch, ...rest } = rule.when;
    const key = JSON.stringify([rest, textOf(rule.outcome)]);
    const at = arch === undefined ? undefined : twins.get(key);
    const same = at === undefined ? undefined : result[at];
    // The rule moves up to its twin, past rules that must not be for the same clients.
    const served = asServed(rule.when);
    const met = at !== undefined && result.slice(at + 1).some(({ when }) => overlap(asServed(when), served));
    if (at === undefined || same === undefined || met) {
      if (arch !== undefined && at === undefined) twins.set(key, result.length);
      result.push(rule);
    } else result[at] = { ...same, when: { ...same.when, arch: [...(same.when.arch ?? []), ...(arch ?? [])] } };
  }
  return result;
}

/** dnsmasq's offer without a file and Bootlace's silence are the same to a client: there is nothing to boot. */
function sameOutcome(a: Outcome, b: Outcome): boolean {
  return textOf(a) === textOf(b);
}

function textOf(outcome: Outcome): string {
  return outcome.kind === "nothing" ? '{"kind":"ignore"}' : JSON.stringify(outcome);
}
