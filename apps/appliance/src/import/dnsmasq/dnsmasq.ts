import { subnetFilter } from "../../config/subnet.ts";
import { casesOf } from "./cases.ts";
import type { Directive } from "./directive.ts";
import { type ConfFiles, expandFiles } from "./files.ts";
import { namesBoot, whyLeftOut } from "./left-out.ts";
import { readDirectives } from "./lines.ts";
import { consequenceOf, tellDeadLines, tellDifferences, type Unanswered, unansweredBy } from "./losses.ts";
import { type DnsmasqModel, emptyModel, literal, type Remark, remark, serves, type When } from "./model.ts";
import { bootReaders } from "./read-boot.ts";
import { clientReaders } from "./read-clients.ts";
import type { LocalNetworks } from "./read-ranges.ts";
import { settingReaders } from "./read-settings.ts";
import { chooseRoot, isPath, nameFromRoot } from "./roots.ts";
import { type ImportedRule, importedRules } from "./rules.ts";
import { writeConfig } from "./write.ts";

export interface Imported {
  /** A bootlace.yaml. */
  readonly yaml: string;
  /** Every line that was not converted, or changed, in the order of the file. */
  readonly remarks: readonly Remark[];
  /** Clients that the file is about, and that get nothing from what was converted. */
  readonly unanswered: readonly Unanswered[];
}

/**
 * Converts the boot lines of a dnsmasq.conf to a bootlace.yaml with the same replies. Pure.
 * @param source name of the file, for a comment
 * @param networks the networks of this machine, for ranges without a mask
 * @param files what the config's conf-file and conf-dir lines name; without it they are left out
 */
export function importDnsmasq(text: string, source: string, networks: LocalNetworks = [], files?: ConfFiles): Imported {
  const model = emptyModel();
  const own = readDirectives(text);
  const { directives, remarks } = files === undefined ? { directives: own, remarks: [] } : expandFiles(own, files);
  model.remarks.push(...remarks);
  tellCommandLine(model, directives);
  read(model, directives, networks);
  nameOwnServer(model, networks);
  chooseRoot(model);
  nameFromRoot(
    model,
    networks.map(({ address }) => address),
  );
  addInterfaceTags(model, networks);
  const cases = casesOf(model);
  if (cases !== undefined) {
    tellDeadLines(model, cases);
    tellDifferences(model, cases);
  }
  tellSilence(model);
  const unanswered = cases === undefined ? [tooMany] : unansweredBy(model, cases);
  const rules = importedRules(cases ?? []);
  const sorted = sortedRemarks(model, directives);
  return {
    yaml: writeConfig(model, [...refusals(model, rules), ...rules], sorted, source),
    remarks: sorted,
    unanswered,
  };
}

const tooMany: Unanswered = {
  who: "everybody",
  text: "too many combinations of tags for rules: none were written, and this config answers nobody",
};

/** What other lines are read by comes first: networks, interfaces. */
const first: ReadonlySet<string> = new Set(["dhcp-range", "interface", "listen-address"]);

function read(model: DnsmasqModel, directives: readonly Directive[], networks: LocalNetworks): void {
  const readers = { ...clientReaders, ...bootReaders, ...settingReaders(networks) };
  const late = directives.filter(({ name }) => !first.has(name));
  for (const directive of [...directives.filter(({ name }) => first.has(name)), ...late]) {
    const reader = Object.hasOwn(readers, directive.name) ? readers[directive.name] : undefined;
    if (reader !== undefined) {
      reader(directive, model);
      continue;
    }
    remark(model, directive, whyLeftOut(directive, model));
    if (namesBoot(directive)) model.lostLines.push({ guard: optionGuard(directive), from: directive });
  }
}

/** Whatever stands in front of the option is a tag (option.c, parse_dhcp_opt). */
function optionGuard({ parts }: Directive) {
  const option = parts.findIndex((part) => /^(?:\d+$|option:)/.test(part));
  const tags = parts.slice(0, Math.max(option, 0)).filter((part) => !/^(?:vendor|encap|vi-encap):/.test(part));
  return tags.map((part) => literal(part.replace(/^(?:net|tag|set):/, "")));
}

/** One remark a file. */
function tellCommandLine(model: DnsmasqModel, directives: readonly Directive[]): void {
  const named = new Set<string | undefined>();
  for (const directive of directives) {
    if (directive.commandLine !== true || named.has(directive.file)) continue;
    named.add(directive.file);
    remark(model, directive, "these are command-line options; dnsmasq itself rejects them in a config file");
  }
}

/** Those of the imported file first, then file by file as they are read, each by line. */
function sortedRemarks(model: DnsmasqModel, directives: readonly Directive[]): Remark[] {
  const files = [...new Set([undefined, ...directives.map(({ file }) => file)])];
  const place = ({ file }: Remark) => files.indexOf(file);
  const rows = model.remarks.map(({ from, why }): Remark => {
    const { line, file, text } = from;
    return { line, ...(file === undefined ? {} : { file }), text, why: `${why}${consequenceOf(model, from)}` };
  });
  return rows.sort((a, b) => place(a) - place(b) || a.line - b.line);
}

/**
 * Without enable-tftp another program on dnsmasq's machine serves the files, and clients get that machine's address. A
 * rule must say so, because Bootlace's TFTP is off then, too.
 */
function nameOwnServer(model: DnsmasqModel, networks: LocalNetworks): void {
  const { settings, boots, services } = model;
  const local = [...boots, ...services].filter(({ file, server }) => isPath(file) && server === undefined);
  const [line] = local;
  if (settings.tftp || line === undefined) return;
  const inside = subnetFilter(settings.subnets);
  const own = networks.find(({ address }) => settings.subnets.length > 0 && inside(address))?.address;
  if (own === undefined) {
    settings.tftp = true;
    const why =
      "dnsmasq relies on another TFTP server on its machine; its address is unknown here, so Bootlace serves the files";
    remark(model, line.from, why);
    return;
  }
  const named = <T extends { readonly file?: string; readonly server?: string }>(row: T): T =>
    isPath(row.file) && row.server === undefined ? { ...row, server: own } : row;
  boots.splice(0, boots.length, ...boots.map(named));
  services.splice(0, services.length, ...services.map(named));
}

/** The name of the interface is a tag of every client (rfc2131.c); the only one that is served says nothing. */
function addInterfaceTags(model: DnsmasqModel, networks: LocalNetworks): void {
  const { interfaces } = model.settings;
  const names = new Set(interfaces.length > 0 ? interfaces : networks.flatMap(({ name }) => name ?? []));
  const lines = [
    ...model.boots,
    ...model.services,
    ...model.ignores,
    ...model.delays,
    ...model.prompts,
    ...model.ranges,
  ];
  const plain = lines.flatMap(({ guard }) => guard.map(({ tag }) => tag));
  const wild = model.tagRules.flatMap(({ guard }) => guard.map(({ tag }) => tag));
  const asked = (name: string) =>
    plain.includes(name) || wild.some((tag) => (tag.endsWith("*") ? name.startsWith(tag.slice(0, -1)) : tag === name));
  for (const name of names) {
    if (!asked(name)) continue;
    if (names.size === 1) model.always.add(name);
    else model.atoms.push({ when: { interface: [name] }, tags: [name], ignore: false });
  }
}

/** option.c: without pxe-service or pxe-prompt dnsmasq has no PXE, and as a proxy sends no replies. */
function tellSilence(model: DnsmasqModel): void {
  if (model.pxe || model.leases) return;
  const why = "as a proxy, dnsmasq ignores dhcp-boot without pxe-service or pxe-prompt; Bootlace uses it";
  for (const { from } of model.boots) remark(model, from, why);
}

/** dnsmasq answers HTTPClient when dhcp-pxe-vendor says so, PXEClient unless it says otherwise; rules answer both. */
function refusals({ settings }: DnsmasqModel, rules: readonly ImportedRule[]): ImportedRule[] {
  const reaches = ({ when, outcome }: ImportedRule) =>
    outcome.kind !== "ignore" &&
    outcome.kind !== "nothing" &&
    (when.arch === undefined || when.arch.some((name) => name.endsWith("-http")));
  const http: When = { firmware: ["uefi-http"] };
  const pxe: When = { vendorClass: ["PXEClient"] };
  const partly = settings.vendors.some((name) => name.startsWith("PXEClient"));
  return [
    ...(!serves(settings, "HTTPClient") && rules.some(reaches)
      ? [{ when: http, outcome: { kind: "ignore" } } as const]
      : []),
    ...(serves(settings, "PXEClient") || partly ? [] : [{ when: pxe, outcome: { kind: "ignore" } } as const]),
  ];
}
