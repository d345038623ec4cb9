import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";

/** Addresses that no client on the Internet has: RFC 1918, 6598, 3927, 4193, loopback and link-local. */
const privateSubnets = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "127.0.0.0/8",
  "::1/128",
  "fc00::/7",
  "fe80::/10",
];

/** What no client has as its address: "this host", multicast, reserved and broadcast. */
const impossible = blockListOf(["0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "ff00::/8", "::/128"]);

const maxRemembered = 4096;

/** Tells whether an address is served. Answers are remembered, since the same clients ask many times. */
export interface ClientFilter {
  allows(address: string): boolean;
}

/**
 * @param subnets addresses and subnets; undefined: those of this machine's interfaces and everything private
 * @throws RangeError for text that is neither
 */
export function clientFilter(subnets: readonly string[] | undefined): ClientFilter {
  const allowed = blockListOf(subnets ?? [...privateSubnets, ...ownSubnets()]);
  const remembered = new Map<string, boolean>();
  return {
    allows(address) {
      const known = remembered.get(address);
      if (known !== undefined) return known;
      if (remembered.size >= maxRemembered) remembered.clear();
      // A link-local address comes with the name of its interface, which BlockList takes for a fault.
      const [bare = ""] = address.split("%");
      const family = isIP(bare) === 6 ? "ipv6" : "ipv4";
      const answer = allowed.check(bare, family) && !impossible.check(bare, family);
      remembered.set(address, answer);
      return answer;
    },
  };
}

function blockListOf(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address = "", prefix] = subnet.split("/");
    const version = isIP(address);
    if (version === 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) {
      throw new RangeError(`not an address or subnet: ${subnet}`);
    }
    list.addSubnet(
      address,
      prefix === undefined ? (version === 4 ? 32 : 128) : Number(prefix),
      `ipv${version}` as "ipv4",
    );
  }
  return list;
}

/** What `networkInterfaces` of Node gives, as far as it is read: the declarations must do without Node's own. */
type Interfaces = Readonly<
  Record<
    string,
    readonly { readonly address: string; readonly family: string; readonly cidr: string | null }[] | undefined
  >
>;

let latest: Interfaces | undefined;

/** Where no descriptor is left, the system cannot be asked (EMFILE): then what it said last still holds. */
export function interfacesNow(): Interfaces {
  try {
    latest = networkInterfaces();
  } catch (error) {
    if (latest === undefined) throw error;
  }
  return latest;
}

function ownSubnets(): string[] {
  return Object.values(interfacesNow())
    .flatMap((addresses) => addresses ?? [])
    .flatMap(({ cidr }) => (cidr ? [cidr] : []));
}

/** Every IPv4 address of this machine. */
export function ownAddresses(): string[] {
  return Object.values(interfacesNow())
    .flatMap((addresses) => addresses ?? [])
    .flatMap(({ family, address }) => (family === "IPv4" ? [address] : []));
}

/** True for an address of this very machine. */
export function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}
