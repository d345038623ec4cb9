import { copyFileSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { BOOT_SERVER } from "../home-lan.ts";
import { locate } from "../packages.ts";
import type { Case } from "./case.ts";
import { entry, IPXE_YAML, ipxe, MEMTEST_SHOWS, module, pxelinux, text } from "./fixtures.ts";
import { grubForBios } from "./grub-bios.ts";
import { bootDisk, DISK_BOOTED, PROGRAM_RUNS, uefiProgram } from "./programs.ts";
import { LINUX_HAS_ADDRESS, tinyInitrd } from "./tiny-linux.ts";

const SUCCESS = ["booted", "delivered"] as const;
const NEXT_SERVER = [`dhcp-boot=,,${BOOT_SERVER}`];
const SERIAL = "APPEND console=ttyS0,115200";
const MEMTEST = { "pxelinux/memtest": { piece: "memtestBios" } } as const;
const SNPONLY = "root: ./boot\nboot:\n  - when: { firmware: ipxe }\n    script: boot.ipxe\n  - file: snponly.efi\n";

/** Boots that go well, invented by somebody who had not read the code that judges; as they were at first look. */
export const UNSEEN2_GOOD_CASES: readonly Case[] = [
  {
    id: "unseen2-ok-crlf-bom",
    machine: "bios",
    story: "pxelinux.cfg/default was written with Notepad: byte order mark, a comment, and CRLF",
    tree: pxelinux(`\ufeff# my menu\r\n${entry(`LINUX memtest\n${SERIAL}`).replaceAll("\n", "\r\n")}`, MEMTEST),
    screen: MEMTEST_SHOWS,
    outcome: SUCCESS,
  },
  {
    id: "unseen2-ok-menu-password",
    machine: "bios",
    story: "an entry of menu.c32 asks for a password, which the person types",
    tree: pxelinux(`UI menu.c32\nLABEL one\n  MENU PASSWD secret\n  LINUX memtest\n  ${SERIAL}\n`, {
      ...MEMTEST,
      "pxelinux/menu.c32": module("menu.c32"),
      "pxelinux/libutil.c32": module("libutil.c32"),
      "pxelinux/libcom32.c32": module("libcom32.c32"),
    }),
    meanwhile: async (_site, machine) => {
      await machine.output.until(/one/, 90);
      machine.write("\r");
      await machine.output.until(/assword/, 60);
      machine.write("secret\r");
    },
    screen: MEMTEST_SHOWS,
    outcome: SUCCESS,
    check: "nothing",
  },
  {
    id: "unseen2-ok-address-changes",
    machine: "bios-1g",
    story: "the router gives the boot ROM an address of one pool, and the system that it starts one of another",
    yaml: IPXE_YAML,
    tree: ipxe("#!ipxe\nkernel {{base_url}}/linux console=ttyS0,115200\ninitrd {{base_url}}/tiny.gz\nboot\n", {
      linux: { piece: "debianLinux" },
      "tiny.gz": { bytes: tinyInitrd },
    }),
    pool: [
      "dhcp-userclass=set:rom,iPXE",
      "dhcp-range=tag:rom,192.168.11.50,192.168.11.59,255.255.255.0,1h",
      "dhcp-range=tag:!rom,192.168.11.70,192.168.11.79,255.255.255.0,1h",
    ],
    screen: new RegExp(LINUX_HAS_ADDRESS),
    patience: 300,
    outcome: ["booted"],
    check: "nothing",
  },
  {
    id: "unseen2-ok-http-ipxe",
    machine: "uefi-http",
    story: "UEFI HTTP Boot of iPXE, which fetches its script and starts a program",
    yaml: SNPONLY,
    tree: ipxe("#!ipxe\nchain {{base_url}}/tool.efi\n", {
      "snponly.efi": { piece: "snponly" },
      "tool.efi": { bytes: uefiProgram },
    }),
    screen: new RegExp(PROGRAM_RUNS),
    patience: 250,
    outcome: SUCCESS,
    seconds: 70,
    check: "nothing",
  },
  {
    id: "unseen2-ok-sanboot",
    machine: "bios",
    story: "the script starts the image of a disk by HTTP: sanboot",
    yaml: IPXE_YAML,
    tree: ipxe("#!ipxe\nsanboot --no-describe {{base_url}}/disk.img\n"),
    // iPXE reads no disk that is smaller than a cylinder.
    prepare: async ({ lab, lan, bootlace }) => {
      const image = join(bootlace.folder, "boot/disk.img");
      copyFileSync(await bootDisk(lab, lan), image);
      truncateSync(image, 32 * 1024 * 1024);
    },
    // The last letter waits in the buffer of the serial line: the boot sector halts.
    screen: new RegExp(DISK_BOOTED.slice(0, -1)),
    outcome: SUCCESS,
  },
  {
    id: "unseen2-ok-pxl-config-folder",
    machine: "bios",
    story: "the entry goes on to the configuration of another folder by CONFIG, and that boots",
    tree: pxelinux(entry("CONFIG debian/pxelinux.cfg/default\nAPPEND debian/"), {
      "pxelinux/debian/pxelinux.cfg/default": text(entry(`LINUX memtest\n${SERIAL}`)),
      "pxelinux/debian/memtest": { piece: "memtestBios" },
    }),
    screen: MEMTEST_SHOWS,
    outcome: SUCCESS,
    check: "nothing",
  },
  {
    id: "unseen2-ok-crlf",
    machine: "bios",
    story: "pxelinux.cfg/default was written on Windows: CRLF",
    tree: pxelinux(entry(`LINUX memtest\n${SERIAL}`).replaceAll("\n", "\r\n"), MEMTEST),
    screen: MEMTEST_SHOWS,
    outcome: SUCCESS,
    check: "nothing",
  },
  {
    id: "unseen2-ok-grub-optional",
    machine: "bios",
    story: "grub.cfg reads custom.cfg where there is one, and there is none",
    yaml: "root: ./boot\nboot:\n  - file: core.0\n",
    tree: {
      "core.0": { bytes: grubForBios },
      "grub/i386-pc": { piece: "grubBios" },
      "grub/grub.cfg": text(
        "if [ -f /grub/custom.cfg ]; then\n  source /grub/custom.cfg\nfi\nlinux16 /memtest console=ttyS0,115200\nboot\n",
      ),
      memtest: { piece: "memtestBios" },
    },
    routerLines: NEXT_SERVER,
    screen: MEMTEST_SHOWS,
    patience: 250,
    outcome: SUCCESS,
  },
  {
    id: "unseen2-ok-grub-kernel-gz",
    machine: "bios",
    story: "GRUB loads its module gzio and unpacks a kernel that was compressed with gzip",
    yaml: "root: ./boot\nboot:\n  - file: core.0\n",
    tree: {
      "core.0": { bytes: grubForBios },
      "grub/i386-pc": { piece: "grubBios" },
      "grub/grub.cfg": text("insmod gzio\nlinux16 /memtest.gz console=ttyS0,115200\nboot\n"),
      "memtest.gz": { bytes: () => gzipSync(readFileSync(locate("memtestBios"))) },
    },
    routerLines: NEXT_SERVER,
    screen: MEMTEST_SHOWS,
    patience: 200,
    outcome: SUCCESS,
  },
];
