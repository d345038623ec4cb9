import { formatIpv4, parseIpv4 } from "@bootlace/dhcp-core";
import type { Directive } from "./directive.ts";
import { type DnsmasqModel, type Literal, literal, remark } from "./model.ts";

/** The networks of this machine, to find the mask that a range leaves out. */
export type LocalNetworks = readonly {
  readonly address: string;
  readonly netmask: string;
  /** The interface. */
  readonly name?: string;
}[];

interface Tags {
  /** `tag:`: only clients that have these are served. */
  readonly guard: Literal[];
  /** `set:`, and a bare word in front of the address as dnsmasq was written before. */
  readonly sets: string[];
  readonly rest: readonly string[];
}

/** option.c: everything in front of the address is a tag. */
function tagsOf(parts: readonly string[]): Tags {
  const start = parts.findIndex((part) => /^[ .:0-9a-f]*$/i.test(part) && part !== "");
  const front = start === -1 ? [] : parts.slice(0, start);
  const guard = front.flatMap((part) => /^(?:net|tag):(.+)$/.exec(part)?.[1] ?? []).map(literal);
  const sets = front.filter((part) => !/^(?:net|tag):/.test(part)).map((part) => part.replace(/^set:/, ""));
  return { guard, sets: sets.filter((tag) => tag !== ""), rest: start === -1 ? parts : parts.slice(start) };
}

/** dhcp-range=[tag:TAG,…][set:TAG,]ADDRESS,proxy[,MASK[,BROADCAST]][,TIME] */
export function readRange(directive: Directive, model: DnsmasqModel, networks: LocalNetworks): void {
  const { guard, sets, rest } = tagsOf(directive.parts);
  const [address = "", mode, mask] = rest;
  const base = parseIpv4(address);
  if (base === undefined) {
    remark(model, directive, "Bootlace serves IPv4 only: clients on this network get nothing by IPv6");
    return;
  }
  if (mode !== "proxy") {
    model.leases = true;
    remark(model, directive, "Bootlace assigns no addresses; the DHCP server does");
    const given = mask !== undefined && parseIpv4(mask) !== undefined ? mask : maskOf(address, networks);
    const bits = parseIpv4(given ?? "");
    const subnet = bits === undefined ? {} : { subnet: subnetOf(base, bits) };
    if (guard.length > 0 || sets.length > 0) model.ranges.push({ guard, sets, ...subnet, from: directive });
    return;
  }
  const bits = parseIpv4(mask ?? maskOf(address, networks) ?? "");
  if (bits === undefined) {
    const why =
      "this machine has no interface in that network, and the line has no mask; every interface is served. See subnets";
    remark(model, directive, why);
    model.ranges.push({ guard, sets, from: directive });
    return;
  }
  const subnet = subnetOf(base, bits);
  if (mask !== undefined && maskOf(address, networks) === undefined && networks.length > 0) {
    const why = "this machine has no interface in that network; for clients behind a relay list it in dhcp.relays";
    remark(model, directive, why);
  }
  model.settings.subnets.push(subnet);
  model.ranges.push({ guard, sets, subnet, from: directive });
}

function maskOf(address: string, networks: LocalNetworks): string | undefined {
  const wanted = parseIpv4(address) ?? 0;
  return networks.find((network) => {
    const bits = parseIpv4(network.netmask) ?? 0xffffffff;
    return ((parseIpv4(network.address) ?? 0) & bits) >>> 0 === (wanted & bits) >>> 0;
  })?.netmask;
}

function subnetOf(address: number, bits: number): string {
  return `${formatIpv4((address & bits) >>> 0)}/${bits.toString(2).replaceAll("0", "").length}`;
}
