import type { ServedInterface } from "@bootlace/proxy-dhcp";
import type { Config } from "../config/schema.ts";
import { subnetFilter } from "../config/subnet.ts";

/** One address as in `os.networkInterfaces()`; an address range is written as Node.js writes it. */
export interface NetworkInterfaceInfo {
  readonly address: string;
  readonly netmask: string;
  readonly family: "IPv4" | "IPv6";
  readonly internal: boolean;
  /** Lower case, with colons. */
  readonly mac?: string;
}

/** As `os.networkInterfaces()` gives it: interfaces that are up, by name. */
export type NetworkInterfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

interface LeftOut {
  readonly name: string;
  readonly address?: string;
  readonly reason: string;
}

export interface InterfaceChoice {
  readonly served: readonly ServedInterface[];
  readonly leftOut: readonly LeftOut[];
  /** Named in the config, but missing or without an IPv4 address. */
  readonly missing: readonly string[];
}

export interface InterfaceRequest {
  /** Only these; empty: every one that is not left out. */
  readonly names: readonly string[];
  /** Only addresses in these networks; empty: all. */
  readonly subnets: readonly string[];
}

/** Bridges and ends of cables that belong to containers, virtual machines and tunnels, by the names their makers give. */
const foreignNames: readonly (readonly [RegExp, string])[] = [
  [/^(docker\d*|docker_gwbridge|br-[0-9a-f]{12}|podman\d*|cni-?\S*|nerdctl\d*)$/, "a container bridge"],
  [/^(veth|lxc(?!br)|vnet|cali|cilium)\S*$/, "a link to a container or VM"],
  [/^(virbr|lxcbr|lxdbr|vmnet|vboxnet|incusbr|waydroid)\d*(-nic)?$/, "a VM bridge"],
  [/^(flannel|weave|kube-|nodelocaldns|antrea|ovn)\S*$/, "a Kubernetes network"],
  [/^(tun|tap|wg|ppp|ipsec|tailscale|zt|utun|gre|sit|nordlynx)\S*$/, "a tunnel"],
];

/** Which interfaces a config names. */
export function interfaceRequest({ interfaces, subnets }: Config): InterfaceRequest {
  return { names: interfaces, subnets };
}

/** Chooses which addresses are served. Pure: the caller asks the operating system. */
export function chooseInterfaces(present: NetworkInterfaces, request: InterfaceRequest): InterfaceChoice {
  const inSubnets = subnetFilter(request.subnets);
  const served: ServedInterface[] = [];
  const leftOut: LeftOut[] = [];
  for (const [name, addresses] of Object.entries(present)) {
    const ipv4 = (addresses ?? []).filter((info) => info.family === "IPv4");
    const named = request.names.includes(name);
    if (ipv4.length === 0) {
      if (request.names.length === 0) leftOut.push({ name, reason: "no IPv4 address" });
      continue;
    }
    for (const info of ipv4) {
      const reason = reasonAgainst(name, info, named, request, inSubnets);
      if (reason === undefined) served.push(toServed(name, info));
      else leftOut.push({ name, address: info.address, reason });
    }
  }
  const withAddress = new Set(
    [...served, ...leftOut.filter((out) => out.address !== undefined)].map(({ name }) => name),
  );
  return { served, leftOut, missing: request.names.filter((name) => !withAddress.has(name)) };
}

function reasonAgainst(
  name: string,
  info: NetworkInterfaceInfo,
  named: boolean,
  request: InterfaceRequest,
  inSubnets: (address: string) => boolean,
): string | undefined {
  if (request.names.length > 0 && !named) return "not in interfaces";
  if (!named) {
    if (info.internal) return "loopback";
    const foreign = foreignNames.find(([pattern]) => pattern.test(name));
    if (foreign !== undefined) return foreign[1];
    if (info.netmask === "255.255.255.255") return "a point-to-point link";
  }
  return inSubnets(info.address) ? undefined : "outside the configured subnets";
}

function toServed(name: string, info: NetworkInterfaceInfo): ServedInterface {
  const served = { name, address: info.address, netmask: info.netmask };
  // The loopback network has a broadcast address of its own and no limited broadcast.
  return info.internal ? { ...served, broadcast: "127.255.255.255" } : served;
}

/** A text that is equal for equal choices. */
export function choiceKey(choice: InterfaceChoice): string {
  return choice.served
    .map(({ name, address, netmask }) => `${name}/${address}/${netmask}`)
    .sort()
    .join(" ");
}

/** Why none of the named interfaces can be served. */
export function explainNoInterface(
  names: readonly string[],
  present: NetworkInterfaces,
  leftOut: readonly { readonly name: string; readonly reason: string }[],
): string {
  const reasons = names.map((name) => {
    const out = leftOut.find((candidate) => candidate.name === name);
    if (out !== undefined) return `${name} is ${out.reason}`;
    return present[name] === undefined ? `${name} does not exist or is down` : `${name} has no IPv4 address`;
  });
  return `no interface to serve: ${reasons.join("; ")}. Interfaces here: ${Object.keys(present).join(", ") || "none"}`;
}
