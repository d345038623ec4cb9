import { formatIpv4, parseIpv4 } from "@bootlace/dhcp-core";

/** An IPv4 network; `network` and `mask` are unsigned 32-bit numbers in host order. */
interface Subnet {
  readonly network: number;
  readonly mask: number;
  readonly prefix: number;
}

type SubnetResult =
  | { readonly ok: true; readonly subnet: Subnet }
  | { readonly ok: false; readonly fault: "shape" | "address" | "prefix" }
  | { readonly ok: false; readonly fault: "host-bits"; readonly suggestion: string };

/** Reads `a.b.c.d/n` (RFC 4632 §3.1). Host bits must be zero: `192.168.1.5/24` names no network. */
export function parseSubnet(text: string): SubnetResult {
  const [addressText, prefixText, ...rest] = text.split("/");
  if (addressText === undefined || prefixText === undefined || rest.length > 0) return { ok: false, fault: "shape" };
  const address = parseIpv4(addressText);
  if (address === undefined) return { ok: false, fault: "address" };
  const prefix = /^\d{1,2}$/.test(prefixText) ? Number(prefixText) : 33;
  if (prefix > 32) return { ok: false, fault: "prefix" };
  const mask = maskOf(prefix);
  const network = (address & mask) >>> 0;
  if (network !== address) return { ok: false, fault: "host-bits", suggestion: `${formatIpv4(network)}/${prefix}` };
  return { ok: true, subnet: { network, mask, prefix } };
}

function maskOf(prefix: number): number {
  return prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
}

/** True when the dotted address lies in the network; false for text that is no address. */
function subnetContains(subnet: Subnet, address: string): boolean {
  const value = parseIpv4(address);
  return value !== undefined && (value & subnet.mask) >>> 0 === subnet.network;
}

/** A test for "in one of these networks"; an empty list allows every address. Texts must have passed the config. */
export function subnetFilter(texts: readonly string[]): (address: string) => boolean {
  const subnets = texts.flatMap((text) => {
    const result = parseSubnet(text);
    return result.ok ? [result.subnet] : [];
  });
  return (address) => subnets.length === 0 || subnets.some((subnet) => subnetContains(subnet, address));
}
