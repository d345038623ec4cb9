import { type Capture, type CaptureOptions, startCapture } from "./capture.ts";
import { must } from "./failure.ts";
import type { Lab } from "./lab.ts";
import { breaches } from "./lan-laws.ts";
import { addHost, addSwitch, type Host, plugIn, type Switch } from "./namespaces.ts";
import { ipv6Prefix, routerLines, startDnsmasq } from "./router.ts";
import { disagreements } from "./second-opinion.ts";

/** The addresses of the first user's LAN. They exist only inside the scenario's namespaces. */
export const ROUTER = "192.168.11.1";
export const BOOT_SERVER = "192.168.11.109";
export const FILE_SERVER = "192.168.11.17";

/** A LAN with a router that gives addresses, and a capture of everything. */
export interface Lan {
  readonly lan: Switch;
  readonly router: Host;
  readonly capture: Capture;
}

/** The home LAN, with a boot server at .109. */
export interface HomeLan extends Lan {
  readonly bootServer: Host;
  /** What the boot server is held against at the end; an answer goes to all its LANs, so those of further ones belong here. */
  readonly captures: Capture[];
}

export interface LanOptions extends CaptureOptions {
  /** The router's `dhcp-range` lines, when its usual fifty addresses are not enough. */
  readonly pool?: readonly string[];
  /** Further lines for the router's dnsmasq. */
  readonly routerLines?: readonly string[];
  /** Classes that Bootlace serves by its config besides PXEClient and HTTPClient. */
  readonly vendorClasses?: readonly string[];
}

/** Builds a LAN with the router 192.168.SUBNET.1; `suffix` distinguishes its machines from those of another LAN. */
export async function buildLan(lab: Lab, subnet: number, suffix: string, options: LanOptions = {}): Promise<Lan> {
  const lan = await addSwitch(lab, `lan${suffix}`);
  const router = await addHost(lab, `router${suffix}`);
  await plugIn(router, lan, { addresses: [`192.168.${subnet}.1/24`, `${ipv6Prefix(subnet)}1/64`] });
  const capture = await startCapture(lab, lan, options);
  const lines = [...routerLines(subnet, options.pool), ...(options.routerLines ?? [])];
  await startDnsmasq(lab, router, { lines, ports: [67] });
  return { lan, router, capture };
}

/**
 * Builds the home LAN. When the scenario went well, all that the boot server sent is held against the laws of a proxy,
 * whatever else the scenario looked for.
 */
export async function buildHomeLan(lab: Lab, options: LanOptions = {}): Promise<HomeLan> {
  const home = await buildLan(lab, 11, "", options);
  const bootServer = await addHost(lab, "boot");
  await plugIn(bootServer, home.lan, { addresses: [`${BOOT_SERVER}/24`] });
  const captures = [home.capture];
  lab.afterwards(() => obeysLaws(captures, BOOT_SERVER, options.vendorClasses));
  return { ...home, bootServer, captures };
}

/**
 * Throws a LabFailure that lists what the proxy at `address` did and must not do. An answer on one LAN may belong to a
 * question on another, so all captures are read together. dhcp-core must have read all of it as the lab's reader did.
 */
export async function obeysLaws(
  captures: readonly Capture[],
  address: string,
  vendorClasses: readonly string[] = [],
): Promise<void> {
  const seen = (await Promise.all(captures.map((capture) => capture.datagrams()))).flat();
  const puzzles = disagreements(seen);
  must(puzzles.length === 0, `the readers disagree:\n${puzzles.join("\n")}`);
  const found = breaches(
    seen.toSorted((one, other) => one.time - other.time),
    address,
    vendorClasses,
  );
  must(found.length === 0, `the proxy at ${address} broke the laws of a LAN:\n${found.join("\n")}`);
}
