import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BOOTLACE_MAIN, type Bootlace, startBootlace } from "../bootlace.ts";
import { filler } from "../filler.ts";
import { BOOT_SERVER, ROUTER } from "../home-lan.ts";
import type { Lab } from "../lab.ts";
import { addHost, addSwitch, configure, type Host, plugIn, type Switch } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { runOk } from "../processes.ts";
import { ipv6Prefix, routerLines, startDnsmasq } from "../router.ts";
import { BIOS_MEMTEST, type BootTree } from "../tree.ts";

/** The appliance that is fuzzed, and who stands around it. */
export interface FuzzSite {
  readonly lan: Switch;
  readonly bootlace: Bootlace;
  /** Where an ordinary client boots in between. */
  readonly pc: Host;
  /** Whoever sends the mutated packets: router of 10.99.0.0/16 and owner of 192.168.11.200 to .249. */
  readonly stranger: Host;
  readonly serverMac: string;
  /** Each file that may be served, by its name, with where it lies. */
  readonly files: ReadonlyMap<string, string>;
}

/** Megabytes for the objects of the appliance: four times what it holds in a flood. */
export const HEAP = 256;
const SERVER_MAC = "52:54:00:fe:00:6d";
/** Of the boot check, which is served from no file. */
const CHECKS = ["x86-bios.0", "x64-uefi.efi", "ia32-uefi.efi", "arm64-uefi.efi"].map(
  (name) => `bootlace-check/${name}`,
);

/** Something for every branch: rules, a menu, scripts, URLs, a relay, clients without a file. */
const YAML = `root: ./boot
subnets: [192.168.11.0/24, 10.99.0.0/16]
dhcp: { relays: 192.168.11.201 }
menus:
  choice:
    prompt: Press F8
    items:
      - text: Memory test
        file: pxelinux/pxelinux.0
      - text: The local disk
        local: true
boot:
  - name: bios
    when: { arch: x86-bios, firmware: [bios, ipxe] }
    file: pxelinux/pxelinux.0
  - name: menu
    when: { arch: x64-uefi, firmware: uefi }
    menu: choice
`;

const SMALL: BootTree = {
  hello: { text: "hello\n" },
  empty: { text: "" },
  "lines.txt": { text: "one\r\ntwo\nthree\r" },
  "boot.ipxe": { text: "#!ipxe\necho hello\n" },
};

/** Builds a LAN with a router, the appliance, a client and the stranger. Without a capture: it would be too large. */
export async function buildFuzzSite(lab: Lab): Promise<FuzzSite> {
  const lan = await addSwitch(lab, "lan");
  const router = await addHost(lab, "router");
  await plugIn(router, lan, { addresses: [`${ROUTER}/24`, `${ipv6Prefix(11)}1/64`] });
  await startDnsmasq(lab, router, { lines: routerLines(11), ports: [67] });
  const server = await addHost(lab, "boot");
  await plugIn(server, lan, { addresses: [`${BOOT_SERVER}/24`], mac: SERVER_MAC });
  const stranger = await addHost(lab, "stranger");
  const own = Array.from({ length: 50 }, (_, at) => `192.168.11.${200 + at}/24`);
  await plugIn(stranger, lan, { addresses: own });
  await configure(server, "route", "add", "10.99.0.0/16", "via", "192.168.11.200");
  const pc = await addHost(lab, "pc");
  await plugIn(pc, lan, { addresses: ["192.168.11.90/24"] });

  const tree: BootTree = { ...BIOS_MEMTEST, ...SMALL };
  const folder = join(lab.folder, "boot");
  plantTraps(folder);
  // In a small heap a leak ends it; in a large one it would only be put off.
  const program = { command: process.execPath, args: [`--max-old-space-size=${HEAP}`, BOOTLACE_MAIN], folder };
  const bootlace = await startBootlace(lab, server, { yaml: YAML, tree, program });
  const files = new Map(Object.keys(tree).map((name) => [name, join(folder, "boot", name)]));
  for (const name of ["large.bin", "exact.bin"]) files.set(name, join(folder, "boot", name));
  for (const name of CHECKS) {
    const local = join(lab.folder, name.replaceAll("/", "-"));
    await runOk(lab, pc.netns, locate("curl"), ["-sf", "-o", local, `http://${BOOT_SERVER}:8069/${name}`]);
    files.set(name, local);
  }
  return { lan, bootlace, pc, stranger, serverMac: SERVER_MAC, files };
}

/** Ways out of the root, and bytes that must never leave by them. */
function plantTraps(folder: string): void {
  const root = join(folder, "boot");
  mkdirSync(root, { recursive: true });
  mkdirSync(join(folder, "away"));
  for (const path of ["secret.txt", "away/secret.txt"]) writeFileSync(join(folder, path), "outside-the-root\n");
  symlinkSync("../secret.txt", join(root, "outside"));
  symlinkSync("../away", join(root, "away"));
  symlinkSync("/etc/passwd", join(root, "passwd"));
  symlinkSync("/dev", join(root, "dev"));
  writeFileSync(join(root, "large.bin"), filler(600_000));
  writeFileSync(join(root, "exact.bin"), filler(1024));
}
