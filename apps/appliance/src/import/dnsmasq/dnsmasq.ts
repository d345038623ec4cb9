import { subnetFilter } from "../../config/subnet.ts";
import { whyLeftOut } from "./left-out.ts";
import { readDirectives } from "./lines.ts";
import { type DnsmasqModel, emptyModel, type Remark, remark, type When } from "./model.ts";
import { bootReaders } from "./read-boot.ts";
import { clientReaders } from "./read-clients.ts";
import { type LocalNetworks, settingReaders } from "./read-settings.ts";
import { type ImportedRule, importedRules } from "./rules.ts";
import { writeConfig } from "./write.ts";

export interface Imported {
  /** A bootlace.yaml. */
  readonly yaml: string;
  /** Every line not converted, or only in part, in the order of the file. */
  readonly remarks: readonly Remark[];
}

/**
 * Converts the boot lines of a dnsmasq.conf to a bootlace.yaml with the same replies. Pure.
 * @param source name of the file, for a comment
 * @param networks the networks of this machine, for ranges without a mask
 */
export function importDnsmasq(text: string, source: string, networks: LocalNetworks = []): Imported {
  const model = emptyModel();
  const readers = { ...clientReaders, ...bootReaders, ...settingReaders(networks) };
  for (const directive of readDirectives(text)) {
    const read = Object.hasOwn(readers, directive.name) ? readers[directive.name] : undefined;
    if (read === undefined) remark(model, directive, whyLeftOut(directive));
    else read(directive, model);
  }
  nameOwnServer(model, networks);
  tellUnknownTags(model);
  tellSilence(model);
  const rules = importedRules(model);
  if (rules === undefined) {
    model.remarks.push({
      line: 0,
      text: "tags",
      why: "too many combinations of tags for rules; none were written",
    });
  }
  model.remarks.sort((a, b) => a.line - b.line);
  const all = [...refusals(model, rules ?? []), ...(rules ?? [])];
  return { yaml: writeConfig(model, all, source), remarks: model.remarks };
}

/**
 * Without enable-tftp another program on dnsmasq's machine serves the files, and clients get that machine's address. A
 * rule must say so, because Bootlace's TFTP is off then, too.
 */
function nameOwnServer(model: DnsmasqModel, networks: LocalNetworks): void {
  const { settings, boots, services } = model;
  const local = [...boots, ...services].filter(({ file, server }) => isPath(file) && server === undefined);
  const [first] = local;
  if (settings.tftp || first === undefined) return;
  const inside = subnetFilter(settings.subnets);
  const own = networks.find(({ address }) => settings.subnets.length > 0 && inside(address))?.address;
  if (own === undefined) {
    settings.tftp = true;
    const why =
      "dnsmasq relies on another TFTP server on its machine; its address is unknown here, so Bootlace serves the files";
    model.remarks.push({ line: first.line, text: first.file ?? "", why });
    return;
  }
  const named = <T extends { readonly file?: string; readonly server?: string }>(line: T): T =>
    isPath(line.file) && line.server === undefined ? { ...line, server: own } : line;
  boots.splice(0, boots.length, ...boots.map(named));
  services.splice(0, services.length, ...services.map(named));
}

function isPath(file: string | undefined): boolean {
  return file !== undefined && !/^https?:/i.test(file);
}

/** A tag that no line sets never applies; an interface name is a tag as well. */
function tellUnknownTags(model: DnsmasqModel): void {
  const set = new Set([
    ...model.atoms.flatMap(({ tags }) => tags),
    ...model.tagRules.flatMap(({ sets }) => sets),
    "known",
  ]);
  const lines = [...model.boots, ...model.services];
  for (const { guard, line } of lines) {
    for (const { tag } of guard) {
      if (set.has(tag)) continue;
      if (model.settings.interfaces.includes(tag)) {
        model.atoms.push({ when: { interface: [tag] }, tags: [tag], ignore: false });
        set.add(tag);
      } else model.remarks.push({ line, text: `tag:${tag}`, why: "no converted line sets this tag" });
    }
  }
}

/** option.c: without pxe-service or pxe-prompt dnsmasq has no PXE, and as a proxy sends no replies. */
function tellSilence(model: DnsmasqModel): void {
  const [boot] = model.boots;
  if (model.pxe || boot === undefined) return;
  const why = "as a proxy, dnsmasq ignores dhcp-boot without pxe-service or pxe-prompt; Bootlace uses it";
  model.remarks.push({ line: boot.line, text: "dhcp-boot", why });
}

/** dnsmasq ignores HTTPClient unless dhcp-pxe-vendor names it; rules without an architecture would match it. */
function refusals({ settings }: DnsmasqModel, rules: readonly ImportedRule[]): ImportedRule[] {
  const reaches = ({ when, outcome }: ImportedRule) =>
    outcome.kind !== "ignore" &&
    outcome.kind !== "nothing" &&
    (when.arch === undefined || when.arch.some((name) => name.endsWith("-http")));
  const when: When = { firmware: ["uefi-http"] };
  return !settings.http && rules.some(reaches) ? [{ when, outcome: { kind: "ignore" } }] : [];
}
