import type { Directive } from "./lines.ts";

const dns = "Bootlace is not a DNS server";
const leases = "Bootlace assigns no addresses; the DHCP server does";
const daemon = "the service manager handles this";

/** Why a directive has no counterpart, by its name or the start of it. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:conf-file|conf-dir|servers-file|read-ethers|dhcp-hostsfile|dhcp-optsfile|dhcp-hostsdir|dhcp-optsdir)$/,
    "it names another file; import that file separately",
  ],
  [/^(?:user|group|pid-file|keep-in-foreground|no-daemon|conf-script|test)$/, daemon],
  [/^(?:except-interface|no-dhcp-interface|listen-address)$/, "set the interfaces to serve with interfaces"],
  [/^(?:bind-interfaces|bind-dynamic)$/, "Bootlace always follows interface changes"],
  [
    /^(?:dhcp-option|dhcp-option-force|dhcp-option-pxe)$/,
    "other options belong to the DHCP server; PXE options come from menus",
  ],
  [/^dhcp-no-override$/, "Bootlace never uses sname and file for options"],
  [/^(?:dhcp-relay|dhcp-proxy)$/, "list the allowed relays in dhcp.relays"],
  [/^(?:dhcp-circuitid|dhcp-remoteid|dhcp-subscrid)$/, "rules cannot match relay options"],
  [/^(?:dhcp-name-match|dhcp-ignore-names|dhcp-ignore-clid|dhcp-duid|dhcp-client-update|dhcp-generate-names)$/, leases],
  [
    /^(?:dhcp-script|dhcp-luascript|dhcp-scriptuser|script-arp|script-on-renewal)$/,
    "Bootlace runs no scripts; its API reports events",
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

/** Options that name a boot file or its server in dnsmasq too (rfc2131.c, do_options). */
const bootOption = /^(?:option:)?(?:66|67|150|tftp-server|bootfile-name|tftp-server-address|server-ip-address)$/;

/** Why a line with this directive was left out. */
export function whyLeftOut({ name, parts }: Directive): string {
  if (name.startsWith("dhcp-option") && parts.some((part) => bootOption.test(part)))
    return "it names a boot file or its server; write the rule by hand with file and server, or use dhcp-boot and import again";
  return reasons.find(([pattern]) => pattern.test(name))?.[1] ?? "unknown directive";
}
