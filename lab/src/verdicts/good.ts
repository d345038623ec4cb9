import type { Case } from "./case.ts";
import { entry, IPXE_YAML, ipxe, MEMTEST_SHOWS, PXELINUX, pxelinux, text } from "./fixtures.ts";
import { DISK_BOOTED, PROGRAM_RUNS, uefiProgram } from "./programs.ts";
import { LINUX_HAS_ADDRESS, tinyInitrd } from "./tiny-linux.ts";

const SUCCESS = ["booted", "delivered"] as const;
const SERIAL = "APPEND console=ttyS0,115200";

/** Boots that go well: none of them may be called a failure. */
export const GOOD_CASES: readonly Case[] = [
  {
    id: "ok-mac-config",
    machine: "bios",
    story: "PXELINUX with a configuration for this MAC address and a kernel of an odd name",
    tree: {
      ...PXELINUX,
      "pxelinux/pxelinux.cfg/01-52-54-00-be-05-01": text(entry(`LINUX tools/mt86.x\n${SERIAL}`)),
      "pxelinux/tools/mt86.x": { piece: "memtestBios" },
    },
    screen: MEMTEST_SHOWS,
    outcome: SUCCESS,
    check: "nothing",
  },
  {
    id: "ok-localboot",
    machine: "bios-disk",
    story: "the configuration says LOCALBOOT, the disk boots",
    tree: pxelinux(entry("LOCALBOOT 0")),
    screen: new RegExp(DISK_BOOTED),
    outcome: [...SUCCESS, "unclear"],
    check: "nothing",
  },
  {
    id: "ok-ipxe-linux",
    machine: "bios-1g",
    story: "iPXE boots a kernel and an initrd by HTTP, the system asks for an address",
    yaml: IPXE_YAML,
    tree: ipxe("#!ipxe\nkernel {{base_url}}/linux console=ttyS0,115200\ninitrd {{base_url}}/tiny.gz\nboot\n", {
      linux: { piece: "debianLinux" },
      "tiny.gz": { bytes: tinyInitrd },
    }),
    screen: new RegExp(LINUX_HAS_ADDRESS),
    patience: 180,
    outcome: ["booted"],
    check: "nothing",
  },
  {
    id: "ok-single-efi",
    machine: "uefi",
    story: "a rule gives one UEFI program that needs nothing more",
    yaml: "root: ./boot\nboot:\n  - when: { arch: x64-uefi }\n    file: tool.efi\n",
    tree: { "tool.efi": { bytes: uefiProgram } },
    screen: new RegExp(PROGRAM_RUNS),
    outcome: SUCCESS,
    check: "nothing",
  },
  {
    id: "ok-menu-waits",
    machine: "bios",
    story: "the configuration has a prompt without a timeout: it waits for the person",
    tree: pxelinux("DEFAULT one\nPROMPT 1\nTIMEOUT 0\nLABEL one\n  LINUX memtest\n", {
      "pxelinux/memtest": { piece: "memtestBios" },
    }),
    screen: /boot:/,
    outcome: [...SUCCESS, "unclear"],
    check: "nothing",
  },
  {
    id: "ok-disk-first",
    machine: "disk-first",
    story: "the machine boots from its disk and never asks the network",
    tree: pxelinux(entry("LINUX memtest"), { "pxelinux/memtest": { piece: "memtestBios" } }),
    screen: new RegExp(DISK_BOOTED),
    outcome: [],
  },
];
