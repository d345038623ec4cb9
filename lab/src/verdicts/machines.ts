import { fileURLToPath } from "node:url";
import { addHost, configure, plugIn } from "../namespaces.ts";
import { start } from "../processes.ts";
import { type Machine, startBios, startUboot, startUefi } from "../qemu.ts";
import { bootDisk } from "./programs.ts";
import type { Site } from "./site.ts";

/** Every set-up has a LAN of its own, so all machines may have one address. */
export const MAC = "52:54:00:be:05:01";
const PI = fileURLToPath(new URL("../programs/pi.ts", import.meta.url));

type Starter = (site: Site) => Promise<Machine>;

const bios =
  (options: Omit<Parameters<typeof startBios>[2], "mac"> = {}): Starter =>
  ({ lab, lan }) =>
    startBios(lab, lan, { mac: MAC, ...options });

const uefi =
  (options: Omit<Parameters<typeof startUefi>[2], "mac"> = {}): Starter =>
  ({ lab, lan }) =>
    startUefi(lab, lan, { mac: MAC, ...options });

/** The packets of a Raspberry Pi, by a model of its boot ROM; it prints what the Pi's screen would say. */
const pi =
  (generation: "3" | "4"): Starter =>
  async ({ lab, lan }) => {
    const mac = generation === "3" ? "b8:27:eb:01:02:03" : "dc:a6:32:01:36:c2";
    const host = await addHost(lab, "pi");
    await plugIn(host, lan, { mac });
    await configure(host, "route", "add", "default", "dev", "eth0");
    return start(lab, host.netns, { name: "pi", command: process.execPath, args: [PI, generation, mac] });
  };

/** The machines of the set-ups. */
export const MACHINES = {
  bios: { title: "SeaBIOS, iPXE ROM", start: bios() },
  "bios-1g": { title: "SeaBIOS, iPXE ROM", start: bios({ memory: 1024 }) },
  "bios-disk": {
    title: "SeaBIOS, iPXE ROM, a disk",
    start: async (site: Site) => bios({ disk: await bootDisk(site.lab, site.lan) })(site),
  },
  "disk-first": {
    title: "SeaBIOS, a disk first",
    start: async (site: Site) => bios({ disk: await bootDisk(site.lab, site.lan), diskFirst: true })(site),
  },
  uefi: { title: "OVMF", start: uefi() },
  "uefi-1g": { title: "OVMF", start: uefi({ memory: 1024 }) },
  secure: { title: "OVMF, Secure Boot", start: uefi({ firmware: "secure", memory: 1024 }) },
  "uefi-http": { title: "OVMF, HTTP Boot", start: uefi({ http: true }) },
  ia32: { title: "OVMF for 32-bit x86", start: uefi({ firmware: "ia32" }) },
  arm64: { title: "AAVMF", start: uefi({ firmware: "arm64", memory: 1024 }) },
  uboot: {
    title: "U-Boot for arm64",
    start: ({ lab, lan }: Site) => startUboot(lab, lan, { mac: MAC, board: "arm64" }),
  },
  pi3: { title: "Raspberry Pi 3 packets", start: pi("3") },
  pi4: { title: "Raspberry Pi 4 packets", start: pi("4") },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly start: Starter }>>;

export type MachineName = keyof typeof MACHINES;

/** Machines that take half a minute to their first packet in an emulator. */
const HEAVY: readonly MachineName[] = ["uefi", "uefi-1g", "secure", "uefi-http", "ia32", "arm64"];

export function isHeavy(name: MachineName): boolean {
  return HEAVY.includes(name);
}
