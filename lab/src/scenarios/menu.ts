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

const MACHINES = [
  { who: "SeaBIOS", switchOn: startBios, macs: { first: "52:54:00:ae:00:71", second: "52:54:00:ae:00:73" } },
  { who: "OVMF", switchOn: startUefi, macs: { first: "52:54:00:ae:00:72", second: "52:54:00:ae:00:74" } },
] as const;
const partOf = (who: Who, item: "first" | "second") => `menu-${KIND[who]}-${item}`;

/** The seconds of the prompt, which item boots, and how. */
const MENUS = [
  ["3", "first", bootsFirst],
  ["60", "second", bootsSecond],
] as const;

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
  parts: MENUS.flatMap(([, item]) => MACHINES.map(({ who }) => partOf(who, item))),
  async run(lab) {
    const home = await buildHomeLan(lab);
    const root = join(lab.folder, "boot");
    plantTree(root, TREE);
    for (const [seconds, item, boots] of MENUS) {
      const machines = MACHINES.filter(({ who }) => lab.part(partOf(who, item)));
      if (machines.length === 0) continue;
      await serve(lab, home, root, seconds, async () => {
        for (const { who, switchOn, macs } of machines)
          await boots(lab, await switchOn(lab, home.lan, { mac: macs[item], name: `${KIND[who]}-${item}` }), who);
      });
    }
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
  lab.row(partOf(who, "first"), shown, machine.age());
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
  lab.row(partOf(who, "second"), shown, machine.age());
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
