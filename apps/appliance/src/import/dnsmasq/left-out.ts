import type { Directive } from "./lines.ts";

const dns = "Bootlace is no DNS server";
const leases = "Bootlace hands out no addresses: leave that to the DHCP server";
const daemon = "the service manager does that";

/** Why a directive has nothing to become, by its name or the beginning of it. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:conf-file|conf-dir|servers-file|read-ethers|dhcp-hostsfile|dhcp-optsfile|dhcp-hostsdir|dhcp-optsdir)$/,
    "it names another file: import that one by itself",
  ],
  [/^(?:user|group|pid-file|keep-in-foreground|no-daemon|conf-script|test)$/, daemon],
  [/^(?:except-interface|no-dhcp-interface|listen-address)$/, "name the interfaces to serve under interfaces"],
  [/^(?:bind-interfaces|bind-dynamic)$/, "Bootlace follows interfaces by itself"],
  [
    /^(?:dhcp-option|dhcp-option-force|dhcp-option-pxe)$/,
    "options of other kinds are the DHCP server's; those of PXE follow from menus",
  ],
  [/^dhcp-no-override$/, "Bootlace never puts options into the fields sname and file"],
  [/^(?:dhcp-relay|dhcp-proxy)$/, "name the relays that may pass requests on under dhcp.relays"],
  [/^(?:dhcp-circuitid|dhcp-remoteid|dhcp-subscrid)$/, "rules do not look into what a relay adds"],
  [/^(?:dhcp-name-match|dhcp-ignore-names|dhcp-ignore-clid|dhcp-duid|dhcp-client-update|dhcp-generate-names)$/, leases],
  [
    /^(?:dhcp-script|dhcp-luascript|dhcp-scriptuser|script-arp|script-on-renewal)$/,
    "Bootlace runs no programs; its API tells what happens",
  ],
  [
    /^(?:dhcp-authoritative|dhcp-lease|dhcp-leasefile|leasefile-ro|dhcp-sequential-ip|dhcp-rapid-commit|no-ping|dhcp-fqdn|dhcp-ttl|dhcp-broadcast|dhcp-alternate-port|bootp-dynamic|shared-network|enable-ra|ra-param|quiet-dhcp|quiet-dhcp6|quiet-ra|quiet-tftp)/,
    leases,
  ],
  [
    /^(?:log-queries|server|rev-server|address|local|domain|expand-hosts|no-hosts|addn-hosts|hostsdir|no-resolv|resolv-file|cache-size|cname|host-record|mx-|srv-host|txt-record|ptr-record|bogus-priv|domain-needed|filterwin2k|strict-order|all-servers|stop-dns-rebind|rebind-|local-ttl|neg-ttl|max-|min-|auth-|dnssec|trust-anchor|edns|query-port|dns-|localise-queries|interface-name|naptr|caa|filter|ipset|nftset|alias|bogus|synth)/,
    dns,
  ],
];

/** Options with which dnsmasq names a boot file or its server as well (rfc2131.c, do_options). */
const bootOption = /^(?:option:)?(?:66|67|150|tftp-server|bootfile-name|tftp-server-address|server-ip-address)$/;

/** Why a line with this directive was left out. */
export function whyLeftOut({ name, parts }: Directive): string {
  if (name.startsWith("dhcp-option") && parts.some((part) => bootOption.test(part)))
    return "it names a boot file or its server: write the rule by hand, with file and server, or dhcp-boot before the import";
  return reasons.find(([pattern]) => pattern.test(name))?.[1] ?? "Bootlace does not know this directive";
}
