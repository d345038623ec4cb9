/** How dnsmasq's options take their value (dnsmasq 2.90, option.c, opts). */
type Value = "none" | "optional" | "required";

function words(text: string): string[] {
  return text.split(" ");
}

const names: Readonly<Record<Value, readonly string[]>> = {
  none: words(
    "all-servers bind-dynamic bind-interfaces bogus-priv clear-on-reload conntrack dhcp-authoritative " +
      "dhcp-client-update dhcp-fqdn dhcp-ignore-clid dhcp-no-override dhcp-rapid-commit dhcp-sequential-ip " +
      "dns-loop-detect dnssec dnssec-debug dnssec-no-timecheck domain-needed enable-ra expand-hosts filter-A " +
      "filter-AAAA filterwin2k help keep-in-foreground leasefile-ro localise-queries localmx log-debug log-dhcp " +
      "no-daemon no-hosts no-ident no-negcache no-ping no-poll no-resolv no-round-robin proxy-dnssec quiet-dhcp " +
      "quiet-dhcp6 quiet-ra quiet-tftp read-ethers rebind-localhost-ok script-arp script-on-renewal selfmx " +
      "stop-dns-rebind strict-order strip-mac strip-subnet test tftp-lowercase tftp-no-blocksize tftp-no-fail " +
      "tftp-secure tftp-single-port version",
  ),
  optional: words(
    "add-mac add-subnet bootp-dynamic cache-size conf-file connmark-allowlist-enable dhcp-alternate-port " +
      "dhcp-broadcast dhcp-generate-names dhcp-ignore-names dhcp-leasefile dhcp-proxy dnssec-check-unsigned " +
      "enable-dbus enable-tftp enable-ubus fast-dns-retry group local-service log-async log-queries pid-file " +
      "resolv-file tftp-unique-root umbrella use-stale-cache user",
  ),
  required: words(
    "add-cpe-id addn-hosts address alias auth-peer auth-sec-servers auth-server auth-soa auth-ttl auth-zone " +
      "bogus-nxdomain bridge-interface caa-record cache-rr cname conf-dir conf-script connmark-allowlist " +
      "dhcp-boot dhcp-circuitid dhcp-duid dhcp-host dhcp-hostsdir dhcp-hostsfile dhcp-ignore dhcp-lease " +
      "dhcp-lease-max dhcp-luascript dhcp-mac dhcp-match dhcp-name-match dhcp-option dhcp-option-force " +
      "dhcp-optsdir dhcp-optsfile dhcp-pxe-vendor dhcp-range dhcp-relay dhcp-remoteid dhcp-reply-delay " +
      "dhcp-script dhcp-scriptuser dhcp-subscrid dhcp-ttl dhcp-userclass dhcp-vendorclass dns-forward-max dns-rr " +
      "dnssec-limits dnssec-timestamp domain domain-suffix dumpfile dumpmask dynamic-host edns-packet-max " +
      "except-interface filter-rr host-record hostsdir ignore-address interface interface-name ipset " +
      "listen-address local local-ttl log-facility max-cache-ttl max-port max-tcp-connections max-ttl " +
      "min-cache-ttl min-port mx-host mx-target naptr-record neg-ttl nftset no-dhcp-interface no-dhcpv4-interface " +
      "no-dhcpv6-interface port port-limit ptr-record pxe-prompt pxe-service query-port ra-param rebind-domain-ok " +
      "rev-server server servers-file shared-network srv-host synth-domain tag-if tftp-max tftp-mtu " +
      "tftp-port-range tftp-root trust-anchor txt-record",
  ),
};

/** Options of one letter; the others have a long name only. */
const letters: Readonly<Record<string, string>> = {
  0: "dns-forward-max",
  1: "enable-dbus",
  2: "no-dhcp-interface",
  3: "bootp-dynamic",
  4: "dhcp-mac",
  5: "no-ping",
  6: "dhcp-script",
  7: "conf-dir",
  8: "log-facility",
  9: "leasefile-ro",
  A: "address",
  B: "bogus-nxdomain",
  C: "conf-file",
  D: "domain-needed",
  E: "expand-hosts",
  F: "dhcp-range",
  G: "dhcp-host",
  H: "addn-hosts",
  I: "except-interface",
  J: "dhcp-ignore",
  K: "dhcp-authoritative",
  L: "localmx",
  M: "dhcp-boot",
  N: "no-negcache",
  O: "dhcp-option",
  P: "edns-packet-max",
  Q: "query-port",
  R: "no-resolv",
  S: "server",
  T: "local-ttl",
  U: "dhcp-vendorclass",
  V: "alias",
  W: "srv-host",
  X: "dhcp-lease-max",
  Y: "txt-record",
  Z: "read-ethers",
  a: "listen-address",
  b: "bogus-priv",
  c: "cache-size",
  d: "no-daemon",
  e: "selfmx",
  f: "filterwin2k",
  g: "group",
  h: "no-hosts",
  i: "interface",
  j: "dhcp-userclass",
  k: "keep-in-foreground",
  l: "dhcp-leasefile",
  m: "mx-host",
  n: "no-poll",
  o: "strict-order",
  p: "port",
  q: "log-queries",
  r: "resolv-file",
  s: "domain",
  t: "mx-target",
  u: "user",
  v: "version",
  w: "help",
  x: "pid-file",
  y: "localise-queries",
  z: "bind-interfaces",
};

const values = new Map(
  (Object.keys(names) as Value[]).flatMap((value) => names[value].map((name) => [name, value] as const)),
);

/** Whether an option takes a value; undefined when dnsmasq has no such option. */
export function argumentOf(name: string): Value | undefined {
  return values.get(name);
}

export function optionOfLetter(letter: string): string | undefined {
  return Object.hasOwn(letters, letter) ? letters[letter] : undefined;
}

/** The option that a long name, or the beginning of just one, stands for (getopt_long). */
export function optionNamed(name: string): string | undefined {
  if (values.has(name)) return name;
  const [found, second] = [...values.keys()].filter((candidate) => candidate.startsWith(name));
  return second === undefined ? found : undefined;
}
