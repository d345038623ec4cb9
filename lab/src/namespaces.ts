import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Lab } from "./lab.ts";
import { locate } from "./packages.ts";
import { namespaceName } from "./run-name.ts";

const execute = promisify(execFile);

/** A network namespace that stands for one machine. */
export interface Host {
  readonly role: string;
  readonly netns: string;
}

/** A namespace with a bridge: the LAN's switch, where taps are plugged in and captures are taken. */
export interface Switch extends Host {
  readonly bridge: string;
}

export interface Plug {
  /** The interface's name in the host. */
  readonly interface?: string;
  /** Addresses with their prefix lengths, IPv4 or IPv6. */
  readonly addresses?: readonly string[];
  readonly mac?: string;
}

async function ip(...args: string[]): Promise<string> {
  return (await execute(locate("ip"), args)).stdout;
}

/** The names of all network namespaces of this machine. */
export async function namespaceNames(): Promise<string[]> {
  const lines = (await ip("netns", "list")).split("\n");
  return lines.map((line) => line.split(" ")[0] ?? "").filter((name) => name !== "");
}

/** Ends the processes inside a namespace and deletes it. */
export async function deleteNamespace(netns: string): Promise<void> {
  for (const pid of (await ip("netns", "pids", netns)).split("\n").filter((line) => line !== "")) {
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
  try {
    await ip("netns", "delete", netns);
  } catch (error) {
    // Two runs that clean up after a third one may meet here.
    if ((await namespaceNames()).includes(netns)) throw error;
  }
}

/** Makes a machine without any link; it is deleted when the scenario ends. */
export async function addHost(lab: Lab, role: string): Promise<Host> {
  const netns = namespaceName(lab.run, lab.counter, role);
  await ip("netns", "add", netns);
  lab.defer(() => deleteNamespace(netns));
  await ip("-n", netns, "link", "set", "lo", "up");
  return { role, netns };
}

/** Makes a switch. It neither holds back new ports nor filters multicast. */
export async function addSwitch(lab: Lab, role: string): Promise<Switch> {
  const host = await addHost(lab, role);
  const bridge = "lan0";
  const kind = ["type", "bridge", "stp_state", "0", "forward_delay", "0", "mcast_snooping", "0"];
  await ip("-n", host.netns, "link", "add", bridge, ...kind);
  await ip("-n", host.netns, "link", "set", bridge, "up");
  return { ...host, bridge };
}

/** Plugs a host into a switch. Both ends of the cable are made inside the namespaces. */
export async function plugIn(host: Host, lan: Switch, plug: Plug = {}): Promise<void> {
  const name = plug.interface ?? "eth0";
  const port = `${host.role.slice(0, 10)}-${name}`.slice(0, 15);
  const mac = plug.mac === undefined ? [] : ["address", plug.mac];
  const near = ["link", "add", name, "netns", host.netns, ...mac];
  await ip(...near, "type", "veth", "peer", "name", port, "netns", lan.netns);
  await ip("-n", lan.netns, "link", "set", port, "master", lan.bridge, "up");
  for (const address of plug.addresses ?? []) {
    // An IPv6 address without duplicate detection can be used at once.
    const flags = address.includes(":") ? ["nodad"] : ["broadcast", "+"];
    await ip("-n", host.netns, "address", "add", address, ...flags, "dev", name);
  }
  await ip("-n", host.netns, "link", "set", name, "up");
}

/** Plugs a tap into a switch for a virtual machine, and gives its name. */
export async function addTap(lan: Switch, name: string): Promise<string> {
  await ip("netns", "exec", lan.netns, locate("ip"), "tuntap", "add", "dev", name, "mode", "tap");
  await ip("-n", lan.netns, "link", "set", name, "master", lan.bridge, "up");
  return name;
}

/** Sets kernel parameters inside a namespace, e.g. `net.ipv4.ip_forward=1`. */
export async function setKernel(host: Host, ...settings: string[]): Promise<void> {
  await ip("netns", "exec", host.netns, locate("sysctl"), "-qw", ...settings);
}

/** Any other `ip` command inside a host, e.g. a route. */
export async function configure(host: Host, ...args: string[]): Promise<void> {
  await ip("-n", host.netns, ...args);
}

/** What the kernel says of an interface. */
export async function linkOf(
  host: Host,
  name = "eth0",
): Promise<{ readonly mac: string; readonly sentOctets: number }> {
  type Link = { readonly address: string; readonly stats64: { readonly tx: { readonly bytes: number } } };
  const [link] = JSON.parse(await ip("-n", host.netns, "-s", "-j", "link", "show", "dev", name)) as [Link];
  return { mac: link.address, sentOctets: link.stats64.tx.bytes };
}
