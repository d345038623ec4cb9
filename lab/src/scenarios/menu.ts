import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { must } from "../failure.ts";
import { buildHomeLan, type HomeLan } from "../home-lan.ts";
import type { Lab, Scenario } from "../lab.ts";
import { listening } from "../ports.ts";
import { start } from "../processes.ts";
import { type Machine, startBios, startUefi } from "../qemu.ts";
import { bootRows } from "../record/rows.ts";
import { type BootTree, plantTree } from "../tree.ts";

const SERVER = fileURLToPath(new URL("../programs/menu-server.ts", import.meta.url));
// OVMF's terminal takes the escape sequence of F8 for the key ESC, which ends the boot; its letter M does the same.
const MENU_KEY = { SeaBIOS: "\u001b[19~", OVMF: "m" } as const;
const KIND = { SeaBIOS: "bios", OVMF: "uefi" } as const;
const DOWN = "\u001b[B";
const ENTER = "\r";

type Who = keyof typeof MENU_KEY;

export const menu: Scenario = {
  name: "menu",
  proves: "iPXE's ROM and OVMF show the boot menu of the libraries; its first item by itself, the second by keys",
  rows: [
    ...bootRows("Menus", "SeaBIOS, iPXE ROM, e1000", {
      "menu-bios-first": "the prompt runs out, and the first item boots",
      "menu-bios-second": "F8, the second item chosen by keys",
    }),
    ...bootRows("Menus", "OVMF, virtio-net", {
      "menu-uefi-first": "the prompt runs out, and the first item boots",
      "menu-uefi-second": "the menu's key, the second item chosen by keys",
    }),
  ],
  async run(lab) {
    const home = await buildHomeLan(lab);
    const root = join(lab.folder, "boot");
    plantTree(root, TREE);
    await serve(lab, home, root, "3", async () => {
      await bootsFirst(lab, await startBios(lab, home.lan, { mac: "52:54:00:ae:00:71", name: "bios-1" }), "SeaBIOS");
      await bootsFirst(lab, await startUefi(lab, home.lan, { mac: "52:54:00:ae:00:72", name: "uefi-1" }), "OVMF");
    });
    await serve(lab, home, root, "60", async () => {
      await bootsSecond(lab, await startBios(lab, home.lan, { mac: "52:54:00:ae:00:73", name: "bios-2" }), "SeaBIOS");
      await bootsSecond(lab, await startUefi(lab, home.lan, { mac: "52:54:00:ae:00:74", name: "uefi-2" }), "OVMF");
    });
  },
};

async function serve(lab: Lab, { bootServer }: HomeLan, root: string, seconds: string, body: () => Promise<void>) {
  const args = [SERVER, root, seconds];
  const server = start(lab, bootServer.netns, { name: `menu-server-${seconds}`, command: process.execPath, args });
  await listening(lab, server, [67, 4011, 69]);
  await body();
  const exit = await server.stop("SIGTERM", 10);
  must(
    "code" in exit && exit.code === 0,
    `the menu server ended with ${JSON.stringify(exit)}: ${server.output.text()}`,
  );
}

async function bootsFirst(lab: Lab, machine: Machine, who: Who): Promise<void> {
  await machine.output.until(/Press F8 for the menu/, 180);
  const [shown] = await machine.output.until(/This is the (first|second) item/, 180);
  lab.row(`menu-${KIND[who]}-first`, shown, machine.age());
  await machine.stop("SIGKILL");
  must(machine.output.text().includes("This is the first item"), `${who} took another item than the first`);
}

async function bootsSecond(lab: Lab, machine: Machine, who: Who): Promise<void> {
  await machine.output.until(/Press F8 for the menu/, 180);
  machine.write(MENU_KEY[who]);
  await machine.output.until(/The local disk/, 30);
  machine.write(DOWN);
  // The item is painted again when it is the chosen one; keys that come sooner may be lost.
  await machine.output.until(/The second item/, 30);
  machine.write(ENTER);
  const [shown] = await machine.output.until(/This is the second item/, 180);
  lab.row(`menu-${KIND[who]}-second`, shown, machine.age());
  await machine.stop("SIGKILL");
}

function item(name: "first" | "second"): BootTree {
  return {
    [`${name}/pxelinux.0`]: { piece: "pxelinux" },
    [`${name}/ldlinux.c32`]: { piece: "ldlinuxBios" },
    [`${name}/syslinux.efi`]: { piece: "syslinuxX64" },
    [`${name}/ldlinux.e64`]: { piece: "ldlinuxX64" },
    [`${name}/pxelinux.cfg/default`]: { text: `SAY This is the ${name} item\nPROMPT 1\n` },
  };
}

const TREE: BootTree = { ...item("first"), ...item("second") };
