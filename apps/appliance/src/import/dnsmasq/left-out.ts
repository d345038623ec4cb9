import type { Directive } from "./directive.ts";
import type { DnsmasqModel } from "./model.ts";

const dns = "Bootlace is not a DNS server";
const leases = "Bootlace assigns no addresses; the DHCP server does";
const daemon = "the service manager handles this";
const interfaces = "Bootlace replies there too; list the other interfaces in interfaces";

/** Why a directive has no counterpart, by its name or the start of it. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:conf-file|conf-dir|servers-file|dhcp-hostsfile|dhcp-optsfile|dhcp-hostsdir|dhcp-optsdir)$/,
    "it names another file; import that file separately",
  ],
  [/^read-ethers$/, "the machines in /etc/ethers do not get the tag known; list them with when: { mac } in rules"],
  [
    /^conf-script$/,
    "Bootlace runs no scripts, so the lines that this one prints are missing; import its output separately",
  ],
  [/^(?:user|group|pid-file|keep-in-foreground|no-daemon|test|version|help|no-ident)$/, daemon],
  [/^(?:except-interface|no-dhcp-interface|no-dhcpv4-interface)$/, interfaces],
  [/^no-dhcpv6-interface$/, "Bootlace serves IPv4 only"],
  [/^(?:bind-interfaces|bind-dynamic)$/, "Bootlace always follows interface changes"],
  [
    /^bridge-interface$/,
    "Bootlace replies on each interface separately; list each in interfaces, or its clients get nothing",
  ],
  [/^shared-network$/, "clients behind that relay get nothing until dhcp.relays lists the relay"],
  [
    /^(?:dhcp-option|dhcp-option-force|dhcp-option-pxe)$/,
    "other options belong to the DHCP server; PXE options come from menus",
  ],
  [/^dhcp-no-override$/, "Bootlace never uses sname and file for options"],
  [/^(?:dhcp-relay|dhcp-proxy)$/, "list the allowed relays in dhcp.relays"],
  [/^(?:dhcp-ignore-names|dhcp-ignore-clid|dhcp-duid|dhcp-client-update|dhcp-generate-names)$/, leases],
  [
    /^(?:dhcp-script|dhcp-luascript|dhcp-scriptuser|script-arp|script-on-renewal)$/,
    "Bootlace runs no scripts; its API reports events",
  ],
  [
    /^(?:dhcp-authoritative|dhcp-lease|dhcp-leasefile|leasefile-ro|dhcp-sequential-ip|dhcp-rapid-commit|no-ping|dhcp-fqdn|dhcp-ttl|dhcp-broadcast|bootp-dynamic|enable-ra|ra-param|quiet-dhcp|quiet-dhcp6|quiet-ra|quiet-tftp)/,
    leases,
  ],
  [
    /^(?:log-queries|server|rev-server|address|local|domain|expand-hosts|no-hosts|addn-hosts|hostsdir|no-resolv|no-poll|no-negcache|no-round-robin|resolv-file|cache-|cname|host-record|mx-|srv-host|txt-record|ptr-record|bogus-priv|domain-needed|filter|strict-order|all-servers|stop-dns-rebind|rebind-|neg-ttl|max-|min-|auth-|dnssec|trust-anchor|edns|query-port|dns-|selfmx|localise-queries|interface-name|naptr|caa|ipset|nftset|connmark|conntrack|alias|bogus|synth|ignore-address|clear-on-reload|enable-dbus|enable-ubus|add-|strip-|proxy-dnssec|fast-dns-retry|use-stale-cache|port-limit|dynamic-host|umbrella|dumpfile|dumpmask)/,
    dns,
  ],
];

/** Options that name a boot file or its server in dnsmasq too (rfc2131.c, do_options). */
const bootOption = /^(?:option:)?(?:66|67|150|tftp-server|bootfile-name|tftp-server-address|server-ip-address)$/;

/** True for a dhcp-option line that names a boot file or its server. */
export function namesBoot({ name, parts }: Directive): boolean {
  return name.startsWith("dhcp-option") && parts.some((part) => bootOption.test(part));
}

/** Why a line with this directive was left out. */
export function whyLeftOut(directive: Directive, { leases: isServer }: DnsmasqModel): string {
  const { name, parts } = directive;
  if (namesBoot(directive)) {
    const silent = isServer ? "" : "; as a proxy dnsmasq does not send it, so no client boots from it";
    return `it names a boot file or its server; write the rule by hand with file and server, or use dhcp-boot and import again${silent}`;
  }
  if (name.startsWith("dhcp-option") && parts.some((part) => part.startsWith("vendor:PXEClient")))
    return "Bootlace builds option 43 itself; clients no longer get this part of it";
  return reasons.find(([pattern]) => pattern.test(name))?.[1] ?? "unknown directive";
}
