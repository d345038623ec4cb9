import { boundedMap } from "./core/bounded-map.ts";
import { check } from "./core/option-checks.ts";
import { checkArgument } from "./core/option-error.ts";
import { containsWords, networkOf, parseAddress, type Subnet } from "./core/subnet.ts";
import { ownSubnets } from "./own-addresses.ts";

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
const impossible = ["0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "ff00::/8", "::/128"].map(subnetNamed);

const maxRemembered = 4096;

/** Says whether an address is served. Answers are remembered, since the same clients ask many times. */
export interface ClientFilter {
  allows(address: string): boolean;
}

/**
 * @param subnets addresses and subnets, as {@link networkOf} reads them; undefined: those of this machine's interfaces, and
 * everything private
 * @throws OptionError for what is no list, and for an item that is neither
 */
export function clientFilter(subnets: readonly string[] | undefined): ClientFilter {
  if (subnets !== undefined) {
    checkArgument("clientFilter", "subnets", subnets, check.listOf(check.addressOrSubnet));
  }
  const allowed = (subnets ?? [...privateSubnets, ...ownSubnets()]).map(subnetNamed);
  const remembered = boundedMap<string, boolean>(maxRemembered);

  function decide(address: string): boolean {
    const words = parseAddress(address);
    if (words === undefined || impossible.some((subnet) => containsWords(subnet, words))) return false;
    return allowed.some((subnet) => containsWords(subnet, words));
  }

  return {
    allows(address) {
      const known = remembered.get(address);
      if (known !== undefined) return known;
      const answer = decide(address);
      remembered.set(address, answer);
      return answer;
    },
  };
}

function subnetNamed(text: string): Subnet {
  const subnet = networkOf(text);
  if (subnet === undefined) throw new RangeError(`not an address or subnet: ${text}`);
  return subnet;
}
