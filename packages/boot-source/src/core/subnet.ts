/** An address as unsigned 32-bit words, the first one first: one for IPv4, four for IPv6. */
export type AddressWords = readonly number[];

/** A range of addresses: those that equal `network` in their first `prefix` bits. */
export interface Subnet {
  readonly version: 4 | 6;
  readonly prefix: number;
  readonly network: AddressWords;
  readonly mask: AddressWords;
}

export type SubnetResult =
  | { readonly ok: true; readonly subnet: Subnet }
  /** `shape`: not of the form address/prefix. */
  | { readonly ok: false; readonly fault: "shape" | "address" | "prefix" }
  /** `suggestion`: the subnet in which the address is, as text. */
  | { readonly ok: false; readonly fault: "host-bits"; readonly suggestion: string };

/**
 * Reads what a person wrote as a subnet: address/prefix (RFC 4632 §3.1). Host bits must be zero: `192.168.1.5/24` names
 * no network, and whoever wrote it meant something else.
 */
export function parseSubnet(text: string): SubnetResult {
  const [addressText, prefixText, ...rest] = text.split("/");
  if (addressText === undefined || prefixText === undefined || rest.length > 0) return { ok: false, fault: "shape" };
  const address = parseAddress(addressText);
  if (address === undefined) return { ok: false, fault: "address" };
  const prefix = prefixOf(prefixText, address);
  if (prefix === undefined) return { ok: false, fault: "prefix" };
  const subnet = subnetOf(address, prefix);
  if (!equal(subnet.network, address)) return { ok: false, fault: "host-bits", suggestion: subnetText(subnet) };
  return { ok: true, subnet };
}

/**
 * The network that an address with a prefix is in: host bits are left aside, as in the "192.168.1.5/24" of an interface,
 * and an address without a prefix is a network of one. Undefined for any other text.
 */
export function networkOf(text: string): Subnet | undefined {
  const [addressText = "", prefixText, ...rest] = text.split("/");
  const address = parseAddress(addressText);
  if (address === undefined || rest.length > 0) return undefined;
  const prefix = prefixText === undefined ? address.length * 32 : prefixOf(prefixText, address);
  return prefix === undefined ? undefined : subnetOf(address, prefix);
}

/** Whether an address is in the subnet; false for text that is no address. */
export function subnetContains(subnet: Subnet, address: string): boolean {
  const words = parseAddress(address);
  return words !== undefined && containsWords(subnet, words);
}

/** The same for an address that was read before. */
export function containsWords({ network, mask }: Subnet, words: AddressWords): boolean {
  return (
    words.length === network.length &&
    words.every((word, index) => (word & (mask[index] ?? 0)) >>> 0 === network[index])
  );
}

function prefixOf(text: string, address: AddressWords): number | undefined {
  const prefix = /^(?:0|[1-9]\d{0,2})$/.test(text) ? Number(text) : Number.NaN;
  return prefix <= address.length * 32 ? prefix : undefined;
}

function subnetOf(address: AddressWords, prefix: number): Subnet {
  const mask = address.map((_, index) => {
    const bits = Math.min(32, Math.max(0, prefix - 32 * index));
    return bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  });
  const network = address.map((word, index) => (word & (mask[index] ?? 0)) >>> 0);
  return { version: address.length === 1 ? 4 : 6, prefix, network, mask };
}

function equal(one: AddressWords, other: AddressWords): boolean {
  return one.every((word, index) => word === other[index]);
}

/**
 * Reads an IPv4 address in four decimal parts, or an IPv6 address (RFC 4291 §2.2). The zone of a link-local one
 * ("%eth0") is left aside, and an IPv4 address in IPv6 notation ("::ffff:10.0.0.1") is that IPv4 address.
 */
export function parseAddress(text: string): AddressWords | undefined {
  if (!text.includes(":")) return ipv4Words(text);
  const [bare = ""] = text.split("%");
  const words = ipv6Words(bare);
  const [first, second, third, fourth = 0] = words ?? [];
  return first === 0 && second === 0 && third === 0xffff ? [fourth] : words;
}

function ipv4Words(text: string): AddressWords | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) {
    return undefined;
  }
  return [parts.reduce((value, part) => value * 256 + Number(part), 0)];
}

function ipv6Words(text: string): AddressWords | undefined {
  const [head = "", tail, ...rest] = text.split("::");
  if (rest.length > 0) return undefined;
  const before = groupsOf(head, tail === undefined);
  const after = groupsOf(tail ?? "", true);
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...new Array<number>(missing).fill(0), ...after];
  return [0, 2, 4, 6].map((index) => (groups[index] ?? 0) * 0x10000 + (groups[index + 1] ?? 0));
}

/** The 16-bit groups of a part of an IPv6 address. `last`: it may end in an IPv4 address. */
function groupsOf(text: string, last: boolean): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const ipv4 = last && index === parts.length - 1 && part.includes(".") ? ipv4Words(part)?.[0] : undefined;
    if (ipv4 !== undefined) groups.push(ipv4 >>> 16, ipv4 & 0xffff);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/** The subnet as text, such as "192.168.1.0/24". */
export function subnetText({ version, network, prefix }: Subnet): string {
  if (version === 4) {
    const [word = 0] = network;
    return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}/${prefix}`;
  }
  const groups = network.flatMap((word) => [word >>> 16, word & 0xffff]);
  while (groups.at(-1) === 0) groups.pop();
  const written = groups.map((group) => group.toString(16)).join(":");
  return `${written}${groups.length === 8 ? "" : "::"}/${prefix}`;
}
