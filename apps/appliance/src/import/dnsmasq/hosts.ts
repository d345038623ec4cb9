import { parseIpv4 } from "@bootlace/dhcp-core";
import { subnetFilter } from "../../config/subnet.ts";
import type { Directive } from "./directive.ts";
import { macPattern } from "./match.ts";
import { type Atom, type DnsmasqModel, type Literal, literal, remark } from "./model.ts";

interface HostParts {
  readonly macs: string[];
  readonly tags: string[];
  readonly guard: Literal[];
  readonly left: string[];
  address?: string;
  ignore: boolean;
}

/** What belongs to the machine's address is the router's business; tags and `ignore` are converted. */
export function readHost(directive: Directive, model: DnsmasqModel): void {
  const { macs, tags, guard, left, ignore, address } = partsOf(directive.parts);
  if (macs.length === 0) {
    for (const tag of tags) model.lostTags.push({ tag, from: directive, ipxe: false });
    remark(model, directive, "it has no MAC address, and Bootlace needs one here");
    return;
  }
  const elsewhere = address !== undefined && isElsewhere(address, model);
  if (guard.length === 0 && !elsewhere) takeOver(model, macs);
  for (const bytes of new Set(macs.map(bytesOf))) {
    const mac = macs.filter((text) => bytesOf(text) === bytes);
    const known = elsewhere ? ["known-othernet"] : [...tags, "known"];
    const host = { bytes, guard, order: model.atoms.length, elsewhere };
    model.atoms.push({ when: { mac }, tags: known, ignore, host });
  }
  if (ignore) {
    const why = "as a proxy, dnsmasq answers such a machine anyway (dnsmasq needs dhcp-ignore); Bootlace ignores it";
    remark(model, directive, why);
  }
  if (left.length > 0) remark(model, directive, `only its tags were converted: ${left.join(", ")} is about addresses`);
}

function partsOf(parts: readonly string[]): HostParts {
  const found: HostParts = { macs: [], tags: [], guard: [], left: [], ignore: false };
  for (const part of parts) {
    const mac = macPattern(part);
    const [, prefix, tag = ""] = /^(set|net|tag):(.+)$/.exec(part) ?? [];
    if (mac !== undefined) found.macs.push(mac);
    else if (prefix === "tag") found.guard.push(literal(tag));
    else if (prefix !== undefined) found.tags.push(tag);
    else if (part === "ignore") found.ignore = true;
    else if (part !== "") found.left.push(part);
    if (parseIpv4(part) !== undefined) found.address = part;
  }
  return found;
}

/** A line whose address is in none of the networks served counts for no machine in them (is_config_in_context). */
function isElsewhere(address: string, { settings }: DnsmasqModel): boolean {
  return settings.subnets.length > 0 && !subnetFilter(settings.subnets)(address);
}

function bytesOf(mac: string): number {
  return mac.split(":").length;
}

/** Of two lines about the same addresses the later one counts (dhcp-common.c, find_config; option.c puts it in front). */
function takeOver({ atoms }: DnsmasqModel, addresses: readonly string[]): void {
  const kept = atoms.flatMap((atom): Atom[] => {
    if (atom.host === undefined || atom.host.guard.length > 0 || atom.host.elsewhere) return [atom];
    const mac = atom.when.mac?.filter((address) => !addresses.includes(address)) ?? [];
    return mac.length === 0 ? [] : [{ ...atom, when: { mac } }];
  });
  atoms.splice(0, atoms.length, ...kept);
}
