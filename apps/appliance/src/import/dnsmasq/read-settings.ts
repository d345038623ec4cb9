import type { Directive } from "./directive.ts";
import { type DnsmasqModel, remark } from "./model.ts";
import { type LocalNetworks, readRange } from "./read-ranges.ts";

type Reader = (directive: Directive, model: DnsmasqModel) => void;

/** Lines about the servers themselves. */
export function settingReaders(networks: LocalNetworks): Readonly<Record<string, Reader>> {
  return {
    "dhcp-range": (directive, model) => readRange(directive, model, networks),
    interface(directive, model) {
      const plain = directive.parts.filter((name) => /^[^\s/*]{1,15}$/.test(name));
      model.settings.interfaces.push(...plain);
      if (plain.length < directive.parts.length) remark(model, directive, "Bootlace needs the full interface name");
    },
    "listen-address": (directive, model) => listenAt(directive, model, networks),
    "enable-tftp"(directive, model) {
      model.settings.tftp = true;
      const named = directive.parts.filter((part) => part !== "");
      const { interfaces } = model.settings;
      const all = interfaces.length > 0 && interfaces.every((name) => named.includes(name));
      if (named.length === 0 || all) return;
      const why = `dnsmasq serves files on ${named.join(", ")} only; Bootlace serves them on every interface on which it replies`;
      remark(model, directive, why);
    },
    "tftp-root"(directive, model) {
      const [folder = "", iface] = directive.parts;
      if (folder === "") remark(model, directive, "it names no folder");
      else model.roots.push({ folder, ...(iface === undefined || iface === "" ? {} : { iface }), from: directive });
    },
    "tftp-unique-root"(directive, model) {
      model.settings.uniqueRoot = directive.parts[0]?.toLowerCase() === "mac" ? "mac" : "ip";
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
    "dhcp-alternate-port"(directive, model) {
      const server = directive.parts[0] === undefined ? 1067 : Number(directive.parts[0]);
      const client = directive.parts[1] === undefined ? server + 1 : Number(directive.parts[1]);
      const usable = [server, client].every((port) => Number.isInteger(port) && port > 0 && port < 65_536);
      if (usable) model.settings.ports = [server, client];
      else remark(model, directive, "the numbers must be ports, 1 to 65535");
    },
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

/** dnsmasq answers on the interfaces that have these addresses. */
function listenAt(directive: Directive, model: DnsmasqModel, networks: LocalNetworks): void {
  const found = directive.parts.map((part) => networks.find(({ address }) => address === part)?.name);
  const names = found.filter((name) => name !== undefined);
  model.settings.interfaces.push(...names.filter((name) => !model.settings.interfaces.includes(name)));
  const missing = directive.parts.filter((part, index) => found[index] === undefined && !part.startsWith("127."));
  if (missing.length === 0) return;
  const why = `no interface here has the address ${missing.join(", ")}: set interfaces, or Bootlace replies on all`;
  remark(model, directive, why);
}

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
