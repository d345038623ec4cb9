import { formatIpv4, parseIpv4 } from "@bootlace/dhcp-core";
import { checkInterface } from "../config/values.ts";
import { chooseInterfaces, type NetworkInterfaces } from "../net/interfaces.ts";

/** A default route of this machine. */
export interface DefaultRoute {
  readonly interface: string;
  /** Absent on a link without one, such as a tunnel. */
  readonly router?: string;
  readonly metric: number;
}

/** A network of this machine on which others may boot. */
export interface Candidate {
  readonly interface: string;
  readonly address: string;
  /** Such as `192.168.11.0/24`. */
  readonly subnet: string;
  readonly router?: string;
}

const routeUp = 0x1;

/** Reads /proc/net/route: addresses are hexadecimal, their bytes in the host's order, which is little-endian here. */
export function readDefaultRoutes(text: string): DefaultRoute[] {
  const routes = text.split("\n").flatMap((line): DefaultRoute[] => {
    const [name = "", target, gateway = "", flags = "", , , metric = "", mask] = line.trim().split(/\s+/);
    if (target !== "00000000" || mask !== "00000000" || !(Number.parseInt(flags, 16) & routeUp)) return [];
    const router = addressOf(gateway);
    return [{ interface: name, metric: Number(metric) || 0, ...(router === undefined ? {} : { router }) }];
  });
  return routes.sort((a, b) => a.metric - b.metric);
}

function addressOf(hex: string): string | undefined {
  if (!/^[0-9a-f]{8}$/i.test(hex) || /^0+$/.test(hex)) return undefined;
  return [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(".");
}

/**
 * The networks machines may boot on, likeliest first: one for each address that `serve` would serve. The
 * interface of the default route comes before others, wired before wireless.
 */
export function findCandidates(present: NetworkInterfaces, routes: readonly DefaultRoute[]): Candidate[] {
  const { served } = chooseInterfaces(present, { names: [], subnets: [] });
  const rank = (name: string) => {
    const at = routes.findIndex((route) => route.interface === name);
    return (at === -1 ? routes.length : at) * 2 + (/^(wl|ww|rai|ath)/.test(name) ? 1 : 0);
  };
  return served
    .filter(({ name }) => checkInterface(name) === undefined)
    .map(({ name, address, netmask }, index) => {
      const router = routes.find((route) => route.interface === name && isIn(route.router, address, netmask))?.router;
      const candidate = { interface: name, address, subnet: subnetOf(address, netmask) };
      return { candidate: router === undefined ? candidate : { ...candidate, router }, index };
    })
    .sort((a, b) => rank(a.candidate.interface) - rank(b.candidate.interface) || a.index - b.index)
    .map(({ candidate }) => candidate);
}

function isIn(router: string | undefined, address: string, netmask: string): boolean {
  return router !== undefined && subnetOf(router, netmask) === subnetOf(address, netmask);
}

function subnetOf(address: string, netmask: string): string {
  const mask = parseIpv4(netmask) ?? 0;
  const prefix = mask.toString(2).replaceAll("0", "").length;
  return `${formatIpv4(((parseIpv4(address) ?? 0) & mask) >>> 0)}/${prefix}`;
}
