import { formatIpv4, parseIpv4 } from "@bootlace/dhcp-core";
import type { Directive } from "./lines.ts";
import { type DnsmasqModel, remark } from "./model.ts";

type Reader = (directive: Directive, model: DnsmasqModel) => void;

/** The networks of this machine, for the mask of a range without one. */
export type LocalNetworks = readonly { readonly address: string; readonly netmask: string }[];

/** Lines about the servers themselves. */
export function settingReaders(networks: LocalNetworks): Readonly<Record<string, Reader>> {
  return {
    "dhcp-range": (directive, model) => readRange(directive, model, networks),
    interface(directive, model) {
      const plain = directive.parts.filter((name) => /^[^\s/*]{1,15}$/.test(name));
      model.settings.interfaces.push(...plain);
      if (plain.length < directive.parts.length) remark(model, directive, "Bootlace needs the full interface name");
    },
    "enable-tftp"(_directive, model) {
      model.settings.tftp = true;
    },
    "tftp-root"(directive, model) {
      const [folder = "", interfaceName] = directive.parts;
      if (interfaceName === undefined) model.settings.root = folder;
      else remark(model, directive, "Bootlace has one root for all interfaces");
    },
    "tftp-unique-root"(directive, model) {
      model.settings.uniqueRoot = directive.parts[0] === "mac" ? "mac" : "ip";
    },
    "tftp-max": number((settings, value) => (settings.maxTransfers = value), 1, 10_000),
    // A datagram has 20 bytes of IPv4, 8 of UDP and 4 of TFTP in front (tftp.c).
    "tftp-mtu": number((settings, value) => (settings.maxBlockSize = value - 32), 544, 65_496),
    "tftp-single-port"(_directive, model) {
      model.settings.singlePort = true;
    },
    "tftp-no-blocksize"(_directive, model) {
      model.settings.noBlockSize = true;
    },
    "tftp-lowercase": asItIs,
    "tftp-no-fail": asItIs,
    "tftp-secure": (directive, model) =>
      remark(model, directive, "Bootlace serves every file its user may read, whoever owns it"),
    "tftp-port-range": (directive, model) =>
      remark(model, directive, "the system chooses the ports; for a firewall set tftp.singlePort"),
    "log-dhcp": asItIs,
    "log-debug"(_directive, model) {
      model.settings.logLevel = "debug";
    },
    "log-facility"(directive, model) {
      const [target = ""] = directive.parts;
      if (target === "-") return;
      if (target.includes("/") || target.includes(".")) model.settings.logFile = target;
      else remark(model, directive, "the log goes to stdout and from there to the journal");
    },
    "log-async": asItIs,
    port(directive, model) {
      if (directive.parts[0] !== "0") remark(model, directive, "Bootlace is not a DNS server");
    },
  };
}

/** Needs no setting: Bootlace always does this. */
function asItIs(): void {}

function number(
  put: (settings: DnsmasqModel["settings"], value: number) => void,
  minimum: number,
  maximum: number,
): Reader {
  return (directive, model) => {
    const value = Number(directive.parts[0]);
    const usable = Number.isInteger(value) && value >= minimum && value <= maximum;
    if (usable) put(model.settings, value);
    else remark(model, directive, `the number must be ${minimum} to ${maximum}`);
  };
}

/** dhcp-range=[set:TAG,]ADDRESS,proxy[,MASK] */
function readRange(directive: Directive, model: DnsmasqModel, networks: LocalNetworks): void {
  const tags = directive.parts.flatMap((part) => /^(?:set|net):(.+)$/.exec(part)?.[1] ?? []);
  const [address = "", mode, mask] = directive.parts.filter((part) => !/^(?:set|net|tag):/.test(part));
  const base = parseIpv4(address);
  if (mode !== "proxy" || base === undefined) {
    remark(model, directive, "Bootlace assigns no addresses; the DHCP server does");
    return;
  }
  const bits = parseIpv4(mask ?? maskOf(address, networks) ?? "");
  if (bits === undefined) {
    const why =
      "this machine has no interface in that network, and the line has no mask; every interface is served. See subnets";
    remark(model, directive, why);
    return;
  }
  const subnet = `${formatIpv4((base & bits) >>> 0)}/${prefixOf(bits)}`;
  if (mask !== undefined && maskOf(address, networks) === undefined && networks.length > 0) {
    const why = "this machine has no interface in that network; for clients behind a relay list it in dhcp.relays";
    remark(model, directive, why);
  }
  model.settings.subnets.push(subnet);
  if (tags.length > 0) model.atoms.push({ when: { subnet: [subnet] }, tags, ignore: false });
}

function maskOf(address: string, networks: LocalNetworks): string | undefined {
  const wanted = parseIpv4(address) ?? 0;
  return networks.find((network) => {
    const bits = parseIpv4(network.netmask) ?? 0xffffffff;
    return ((parseIpv4(network.address) ?? 0) & bits) >>> 0 === (wanted & bits) >>> 0;
  })?.netmask;
}

function prefixOf(bits: number): number {
  return bits.toString(2).replaceAll("0", "").length;
}
