import { parseSubnet, type SubnetResult, subnetContains } from "@bootlace/boot-source";

/** Reads a subnet as the config has them: {@link parseSubnet}, but IPv4 alone. */
export function parseIpv4Subnet(text: string): SubnetResult {
  const result = parseSubnet(text);
  const isIpv6 = text.includes(":") && (result.ok || result.fault !== "shape");
  return isIpv6 ? { ok: false, fault: "address" } : result;
}

/** A test for "in one of these networks"; an empty list allows every address. Texts must have passed the config. */
export function subnetFilter(texts: readonly string[]): (address: string) => boolean {
  const subnets = texts.flatMap((text) => {
    const result = parseIpv4Subnet(text);
    return result.ok ? [result.subnet] : [];
  });
  return (address) => subnets.length === 0 || subnets.some((subnet) => subnetContains(subnet, address));
}
