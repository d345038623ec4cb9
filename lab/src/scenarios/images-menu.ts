import { linkSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Bootlace, startBootlace } from "../bootlace.ts";
import { readyImage } from "../discs/offered.ts";
import { runImage } from "../discs/run-images.ts";
import { BOOT_SERVER, buildHomeLan } from "../home-lan.ts";
import type { Lab, Scenario } from "../lab.ts";
import type { Switch } from "../namespaces.ts";
import type { Machine } from "../qemu.ts";
import { startBios, startUefi } from "../qemu.ts";
import type { BootRow } from "../record/rows.ts";
import type { BootTree } from "../tree.ts";

const IMAGE = "debian-live";
const LOGIN = /live-system login:/;
const UP = "\u001b[A";
const MEMORY = 1280;

interface MenuBoot {
  readonly id: string;
  readonly machine: string;
  readonly boots: string;
  readonly tree: BootTree;
  /** Beside the root and the log. */
  readonly yaml: string;
  readonly start: (lab: Lab, lan: Switch) => Promise<Machine>;
  /** What a person does, up to the kernel. */
  readonly choose: (machine: Machine) => Promise<void>;
}

const start = { nic: "virtio-net-pci", memory: MEMORY } as const;
const AUTOMATIC = `images: { menu: { default: ${IMAGE}, timeout: 2 } }\n`;

/** Waits for the menu, goes up from the local disk to the image, and takes it; then the first of its entries. */
async function chooseInIpxe({ output, write }: Machine): Promise<void> {
  await output.until(/Boot from the local disk/, 240);
  write(UP);
  write("\r");
  await output.until(/Back/, 60);
  write("\r");
}

const MENUS: readonly MenuBoot[] = [
  {
    id: "images-menu-ipxe-bios",
    machine: "SeaBIOS, iPXE ROM, virtio-net",
    boots: "no rule, no boot file but the image → the menu of the images by keys → live-boot → login",
    tree: {},
    yaml: "boot: [{ when: { firmware: ipxe }, script: images/menu.ipxe }]\n",
    start: (lab, lan) => startBios(lab, lan, { ...start, mac: "52:54:00:ae:21:01", name: "ipxe-bios" }),
    choose: chooseInIpxe,
  },
  {
    id: "images-menu-pxelinux-bios",
    machine: "SeaBIOS, iPXE ROM, virtio-net",
    boots: "pxelinux.0 without a configuration → that of the images → kernel and initrd by TFTP → live-boot → login",
    tree: {
      "pxelinux.0": { piece: "pxelinux" },
      "ldlinux.c32": { piece: "ldlinuxBios" },
      "menu.c32": { piece: "menuBios" },
      "libutil.c32": { piece: "libutilBios" },
    },
    yaml: `boot: [{ file: pxelinux.0 }]\n${AUTOMATIC}`,
    start: (lab, lan) => startBios(lab, lan, { ...start, mac: "52:54:00:ae:21:03", name: "pxelinux" }),
    choose: async ({ output }) => void (await output.until(/Automatic boot in \d+ second/, 240)),
  },
  {
    id: "images-menu-grub-uefi",
    machine: "OVMF, virtio-net",
    boots: "GRUB without a configuration → that of the images → kernel and initrd by TFTP → live-boot → login",
    tree: { "grubx64.efi": { piece: "grubNet" } },
    yaml: `boot: [{ file: grubx64.efi }]\n${AUTOMATIC}`,
    start: (lab, lan) => startUefi(lab, lan, { ...start, mac: "52:54:00:ae:21:04", name: "grub" }),
    choose: async ({ output }) => void (await output.until(/Welcome to GRUB!/, 240)),
  },
  {
    id: "images-menu-secure-uefi",
    machine: "OVMF with Microsoft's keys, virtio-net",
    boots:
      "Secure Boot enforced: signed shim → signed GRUB → the images' configuration → the signed kernel of the image → login",
    tree: { "shimx64.efi": { piece: "shim" }, "grubx64.efi": { piece: "grubNet" } },
    yaml: `boot: [{ file: shimx64.efi }]\n${AUTOMATIC}`,
    start: (lab, lan) =>
      startUefi(lab, lan, { ...start, mac: "52:54:00:ae:21:05", name: "secure", firmware: "secure" }),
    choose: async ({ output }) => void (await output.until(/Welcome to GRUB!/, 240)),
  },
];

/** A LAN for one menu: its boot folder would be in the way of the others. */
function scenarioOf(menu: MenuBoot): Scenario {
  const row: BootRow = {
    id: menu.id,
    section: "Disc images",
    machine: `${menu.machine}, ${MEMORY} MiB`,
    boots: menu.boots,
  };
  return {
    name: menu.id,
    proves: menu.boots,
    rows: [row],
    parts: [menu.id],
    run: async (lab) => {
      if (lab.part(menu.id)) await boot(lab, menu);
    },
  };
}

async function boot(lab: Lab, { id, tree, yaml, start: switchOn, choose }: MenuBoot): Promise<void> {
  // Debian's GRUB asks the router's next server for its files, whatever the proxy said.
  const { lan, bootServer } = await buildHomeLan(lab, { routerLines: [`dhcp-boot=,,${BOOT_SERVER}`] });
  const folder = join(lab.folder, bootServer.role, "boot/images");
  mkdirSync(folder, { recursive: true });
  linkSync(await runImage(lab, bootServer, IMAGE), join(folder, `${IMAGE}.iso`));
  const bootlace: Bootlace = await startBootlace(lab, bootServer, { yaml: `root: ./boot\n${yaml}`, tree });
  lab.proof(await readyImage(lab, bootlace, IMAGE));
  const machine = await switchOn(lab, lan);
  await choose(machine);
  lab.row(id, (await machine.output.until(LOGIN, 420))[0], machine.age());
  await machine.stop("SIGKILL");
}

export const imagesMenus: readonly Scenario[] = MENUS.map(scenarioOf);
