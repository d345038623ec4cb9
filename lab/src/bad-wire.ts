import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Lab } from "./lab.ts";
import { addHost, addSwitch, configure, type Host, type Switch } from "./namespaces.ts";
import { locate } from "./packages.ts";
import { runOk, start } from "./processes.ts";

const SOURCE = fileURLToPath(new URL("../tools/bad-wire.c", import.meta.url));

/** Words for `ip link set`: what the system may cut into packets later is cut before it leaves, so that packets are lost. */
export const ONE_BY_ONE = ["gso_max_segs", "1"] as const;

/** What a bad cable does to IPv4 packets, each way. Per cent and milliseconds, 0 when left out. */
export interface WireFaults {
  readonly loss?: number;
  readonly delay?: number;
  /** The delay is up to so much shorter or longer. */
  readonly jitter?: number;
  readonly duplicate?: number;
  /** Sent at once while the others wait. */
  readonly reorder?: number;
  readonly seed?: number;
}

/** Two machines at the ends of one cable. */
export interface Wire {
  readonly near: Host;
  readonly far: Host;
  /** Cuts the cable; returns what it did, in its own words. */
  cut(): Promise<string>;
}

export interface WireEnds {
  /** Tells the machines of one wire from those of another. */
  readonly suffix: string;
  /** Addresses with their prefix lengths. */
  readonly near: string;
  readonly far: string;
  /** Of both ends. Default 1500. */
  readonly mtu?: number;
}

/** Builds two machines, each with eth0 at one end of a cable with faults. */
export async function buildBadWire(lab: Lab, ends: WireEnds, faults: WireFaults): Promise<Wire> {
  const { suffix, mtu = 1500 } = ends;
  const wire = await addHost(lab, `wire-${suffix}`);
  const plug = async (role: string, end: string, address: string): Promise<Host> => {
    const host = await addHost(lab, `${role}-${suffix}`);
    const peer = ["type", "veth", "peer", "name", end, "netns", wire.netns];
    await configure(host, "link", "add", "eth0", ...peer);
    await configure(wire, "link", "set", end, "mtu", String(mtu), "up");
    await configure(host, "link", "set", "eth0", "mtu", String(mtu), ...ONE_BY_ONE, "up");
    await configure(host, "address", "add", address, "broadcast", "+", "dev", "eth0");
    return host;
  };
  const near = await plug("near", "near", ends.near);
  const far = await plug("far", "far", ends.far);
  return { near, far, cut: await joinEnds(lab, wire, faults) };
}

/** Joins the interfaces `near` and `far` of a host; returns what cuts the cable and says what it did. */
async function joinEnds(lab: Lab, wire: Host, faults: WireFaults): Promise<() => Promise<string>> {
  const command = join(lab.folder, "bad-wire");
  if (!existsSync(command)) await runOk(lab, wire.netns, locate("cc"), ["-O2", "-o", command, SOURCE], { seconds: 60 });
  const { seed = 1, loss = 0, delay = 0, jitter = 0, duplicate = 0, reorder = 0 } = faults;
  const args = ["near", "far", ...[seed, loss, delay, jitter, duplicate, reorder].map(String)];
  const cable = start(lab, wire.netns, { name: wire.role, command, args });
  await cable.output.until(/joined/, 10);
  return async () => {
    await cable.stop();
    return (await cable.output.until(/seen .*/, 1))[0];
  };
}

/** A switch behind a bad cable. */
export interface BadFloor {
  readonly floor: Switch;
  cut(): Promise<string>;
}

export interface FloorOptions {
  readonly suffix: string;
  /** The largest packet that the cable carries. Default 1500. */
  readonly mtu?: number;
}

/** Builds a switch for machines, joined to that of the LAN by a cable with faults. */
export async function addBadFloor(
  lab: Lab,
  site: Switch,
  { suffix, mtu = 1500 }: FloorOptions,
  faults: WireFaults,
): Promise<BadFloor> {
  const wire = await addHost(lab, `wire-${suffix}`);
  const floor = await addSwitch(lab, `floor-${suffix}`);
  for (const { lan, end } of [
    { lan: site, end: "near" },
    { lan: floor, end: "far" },
  ]) {
    const port = `cable-${suffix}`.slice(0, 15);
    await configure(wire, "link", "add", end, "type", "veth", "peer", "name", port, "netns", lan.netns);
    // A bridge does not pass on what is too large for a port.
    await configure(lan, "link", "set", port, "mtu", String(mtu), ...ONE_BY_ONE, "master", lan.bridge, "up");
    await configure(wire, "link", "set", end, "mtu", String(mtu), "up");
  }
  return { floor, cut: await joinEnds(lab, wire, faults) };
}
