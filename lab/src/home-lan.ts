import { type Capture, startCapture } from "./capture.ts";
import { must } from "./failure.ts";
import type { Lab } from "./lab.ts";
import { breaches } from "./lan-laws.ts";
import { addHost, addSwitch, type Host, plugIn, type Switch } from "./namespaces.ts";
import { ipv6Prefix, routerLines, startDnsmasq } from "./router.ts";

/** The addresses of the first user's house. They exist only inside the scenario's namespaces. */
export const ROUTER = "192.168.11.1";
export const BOOT_SERVER = "192.168.11.109";
export const FILE_SERVER = "192.168.11.17";

/** A LAN with a router that gives addresses, a boot server at .109, and a capture of everything. */
export interface HomeLan {
  readonly lan: Switch;
  readonly router: Host;
  readonly bootServer: Host;
  readonly capture: Capture;
}

export interface HomeLanOptions {
  /** Octets kept of a captured frame. */
  readonly snap?: number;
  /** Further lines for the router's dnsmasq. */
  readonly routerLines?: readonly string[];
}

/**
 * Builds the house. When the scenario went well, all that the boot server sent is held against the laws of a proxy,
 * whatever else the scenario looked for.
 */
export async function buildHomeLan(lab: Lab, options: HomeLanOptions = {}): Promise<HomeLan> {
  const lan = await addSwitch(lab, "lan");
  const router = await addHost(lab, "router");
  await plugIn(router, lan, { addresses: [`${ROUTER}/24`, `${ipv6Prefix(11)}1/64`] });
  const bootServer = await addHost(lab, "boot");
  await plugIn(bootServer, lan, { addresses: [`${BOOT_SERVER}/24`] });
  const capture = await startCapture(lab, lan, options.snap);
  await startDnsmasq(lab, router, { lines: [...routerLines(11), ...(options.routerLines ?? [])], ports: [67] });
  lab.afterwards(() => obeysLaws(capture, BOOT_SERVER));
  return { lan, router, bootServer, capture };
}

/** Throws a LabFailure that lists what the proxy at `address` did and must not do. */
export async function obeysLaws(capture: Capture, address: string): Promise<void> {
  const found = breaches(await capture.datagrams(), address);
  must(found.length === 0, `the proxy at ${address} broke the laws of a LAN:\n${found.join("\n")}`);
}
