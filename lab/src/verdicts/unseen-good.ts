import { copyFileSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { BOOT_SERVER } from "../home-lan.ts";
import { locate } from "../packages.ts";
import type { Case } from "./case.ts";
import { entry, MEMTEST_SHOWS, pxelinux, text } from "./fixtures.ts";
import { grubForBios } from "./grub-bios.ts";
import { KERNEL8, PI4 } from "./others.ts";
import { bootDisk, DISK_BOOTED } from "./programs.ts";

const SUCCESS = ["booted", "delivered"] as const;
const SERIAL = "APPEND console=ttyS0,115200";
const SERIAL_FOLDER = Object.fromEntries(
  Object.entries({ ...PI4, ...KERNEL8 }).map(([name, one]) => [`100136c2/${name}`, one]),
);

/** Boots that go well in an unusual way, by the same person as the failures of `UNSEEN_CASES`. */
export const UNSEEN_GOOD_CASES: readonly Case[] = [
  {
    id: "unseen-ok-memdisk",
    machine: "bios",
    story: "PXELINUX, memdisk and the image of a disk, which boots from memory",
    tree: pxelinux(entry("LINUX memdisk\nINITRD disk.img\nAPPEND harddisk"), {
      "pxelinux/memdisk": { bytes: () => readFileSync(join(dirname(locate("ldlinuxBios")), "../../memdisk")) },
    }),
    prepare: async ({ lab, lan, bootlace }) =>
      copyFileSync(await bootDisk(lab, lan), join(bootlace.folder, "boot/pxelinux/disk.img")),
    // The last letter waits in the buffer of the serial line: the boot sector halts.
    screen: new RegExp(DISK_BOOTED.slice(0, -1)),
    outcome: SUCCESS,
  },
  {
    id: "unseen-ok-grub-bios",
    machine: "bios",
    story: "GRUB for BIOS with its folder of modules boots memtest86+ by linux16",
    yaml: "root: ./boot\nboot:\n  - file: core.0\n",
    tree: {
      "core.0": { bytes: grubForBios },
      "grub/i386-pc": { piece: "grubBios" },
      "grub/grub.cfg": text("linux16 /memtest console=ttyS0,115200\nboot\n"),
      memtest: { piece: "memtestBios" },
    },
    routerLines: [`dhcp-boot=,,${BOOT_SERVER}`],
    screen: MEMTEST_SHOWS,
    patience: 200,
    outcome: SUCCESS,
  },
  {
    id: "unseen-ok-links",
    machine: "bios",
    story: "folder and kernel are links within the root: current to a release, memtest to a version",
    yaml: "root: ./boot\nboot:\n  - file: current/pxelinux.0\n",
    tree: {
      current: { link: "releases/6.04" },
      "releases/6.04/pxelinux.0": { piece: "pxelinux" },
      "releases/6.04/ldlinux.c32": { piece: "ldlinuxBios" },
      "releases/6.04/pxelinux.cfg/default": text(entry(`LINUX memtest\n${SERIAL}`)),
      "releases/6.04/memtest": { link: "../../kernels/memtest-6" },
      "kernels/memtest-6": { piece: "memtestBios" },
    },
    screen: MEMTEST_SHOWS,
    outcome: SUCCESS,
    check: "nothing",
  },
  {
    id: "unseen-ok-typed-label",
    machine: "bios",
    story: "the person mistypes a label at the prompt of PXELINUX, sees the error, and types the right one",
    tree: pxelinux(`PROMPT 1\nTIMEOUT 0\nLABEL memory\n  LINUX memtest\n  ${SERIAL}\n`, {
      "pxelinux/memtest": { piece: "memtestBios" },
    }),
    meanwhile: async (_site, machine) => {
      await machine.output.until(/oot: /, 90);
      machine.write("memry\r");
      await machine.output.until(/memry\.\.\. *failed/, 60);
      machine.write("memory\r");
    },
    screen: MEMTEST_SHOWS,
    outcome: SUCCESS,
  },
  {
    id: "unseen-ok-pi4-serial",
    machine: "pi4",
    story: "all files of a Pi 4 lie in the folder of its serial number, nothing in the root",
    tree: SERIAL_FOLDER,
    screen: /Starting kernel/,
    outcome: SUCCESS,
  },
];
