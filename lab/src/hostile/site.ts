import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBootlace } from "../bootlace.ts";
import { filler } from "../filler.ts";
import type { Lab } from "../lab.ts";
import { addHost, addSwitch, configure, plugIn, setKernel } from "../namespaces.ts";
import { listening } from "../ports.ts";
import type { Arena, Attack, HostileSite } from "./attack.ts";

export const SERVER = "192.168.77.10";
export const ATTACKER = "192.168.77.66";
/** An address that is not served, behind the attacker. */
export const STRANGER = "203.0.113.66";
export const GUEST = "10.99.0.66";
/** The boot file that the honest client fetches. */
export const BOOT_FILE = { name: "bootx64.efi", size: 5000 } as const;
export const HTTP_PORT = 8069;
export const MiB = 1024 * 1024;
/** The honest client is forty machines, each with its own address. */
export const VICTIMS: readonly string[] = Array.from({ length: 40 }, (_, at) => `192.168.77.${20 + at}`);

export async function buildArena(lab: Lab): Promise<Arena> {
  const lan = await addSwitch(lab, "lan");
  const wire = await addSwitch(lab, "wire");
  const [server, attacker] = [await addHost(lab, "boot"), await addHost(lab, "bad")];
  const [victim, rom, guest] = [await addHost(lab, "pc"), await addHost(lab, "rom"), await addHost(lab, "guest")];
  await plugIn(server, lan, { addresses: [`${SERVER}/24`] });
  await plugIn(server, wire, { interface: "eth1", addresses: ["10.99.0.1/24"] });
  await plugIn(attacker, lan, { addresses: [`${ATTACKER}/24`] });
  await plugIn(victim, lan, { addresses: VICTIMS.map((address) => `${address}/24`) });
  await plugIn(rom, lan);
  await plugIn(guest, wire, { addresses: [`${GUEST}/24`] });
  await configure(attacker, "address", "add", `${STRANGER}/32`, "dev", "lo");
  await configure(server, "route", "add", `${STRANGER}/32`, "via", ATTACKER);
  await setKernel(server, "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0");
  for (const host of [victim, rom, guest]) await configure(host, "route", "add", "default", "dev", "eth0");
  await configure(attacker, "route", "add", "default", "via", SERVER);
  return { lab, server, attacker, victim, rom, guest };
}

/** Starts a Bootlace of its own for an attack, with the folder that the attack wants. */
export async function startForAttack(arena: Arena, attack: Attack): Promise<HostileSite> {
  const { lab, server } = arena;
  const yaml = `interfaces: eth0\nroot: ./boot\n${attack.yaml ?? ""}`;
  const tree = { [BOOT_FILE.name]: { bytes: () => filler(BOOT_FILE.size) } };
  const root = join(lab.folder, attack.name, "boot");
  const bootlace = await startBootlace(lab, server, {
    name: attack.name,
    yaml,
    tree: { ...tree, ...attack.tree },
    troubles: attack.troubles ?? [],
    ...(attack.program === undefined ? {} : { program: attack.program(lab, join(lab.folder, attack.name)) }),
  });
  await listening(lab, bootlace.process, [8067, HTTP_PORT], 20, "tcp");
  return { ...arena, bootlace, root };
}

/** A file of so many bytes that takes no room on the disk. */
export function plantSparse(root: string, name: string, size: number): void {
  writeFileSync(join(root, name), "");
  truncateSync(join(root, name), size);
}
