import { BOOT_SERVER, FILE_SERVER } from "../home-lan.ts";
import type { BootTree } from "../tree.ts";
import type { Case } from "./case.ts";
import { entry, IPXE_YAML, ipxe, MEMTEST_SHOWS, module, PXELINUX, pxelinux, text } from "./fixtures.ts";
import { fileServer, slowLink } from "./neighbours.ts";
import { PROGRAM_RUNS, uefiProgram } from "./programs.ts";
import { LINUX_HAS_ADDRESS, LINUX_UP, tinyInitrd } from "./tiny-linux.ts";

const SUCCESS = ["booted", "delivered"] as const;
const SERIAL = "APPEND console=ttyS0,115200";
const KERNEL: BootTree = { "pxelinux/memtest": { piece: "memtestBios" } };
const TINY: BootTree = { "pxelinux/linux": { piece: "debianLinux" }, "pxelinux/tiny.gz": { bytes: tinyInitrd } };
const MENU = `root: ./boot
menus:
  tools:
    timeout: 255
    items:
      - text: Memory test
        file: pxelinux/pxelinux.0
      - text: The disk
        local: true
boot:
  - menu: tools
`;

/** More boots that go well: menus, other servers, slow links, and whole systems. */
export const MORE_GOOD_CASES: readonly Case[] = [
  {
    id: "ok-slow-link",
    machine: "bios-1g",
    story: "a link of 4 Mbit/s: the kernel and the initrd take half a minute, and come",
    yaml: IPXE_YAML,
    tree: ipxe("#!ipxe\nkernel {{base_url}}/linux console=ttyS0,115200\ninitrd {{base_url}}/tiny.gz\nboot\n", {
      linux: { piece: "debianLinux" },
      "tiny.gz": { bytes: () => tinyInitrd(4_000_000) },
    }),
    prepare: slowLink(4000),
    screen: new RegExp(LINUX_UP),
    patience: 300,
    slow: true,
    outcome: SUCCESS,
    check: "nothing",
  },
  {
    id: "ok-ipxe-external",
    machine: "bios",
    story: "the script sends iPXE to another web server, and that works",
    yaml: IPXE_YAML,
    tree: ipxe(`#!ipxe\nkernel http://${FILE_SERVER}/memtest console=ttyS0,115200\nboot\n`),
    prepare: fileServer("http", { memtest: { piece: "memtestBios" } }),
    screen: MEMTEST_SHOWS,
    outcome: [...SUCCESS, "elsewhere", "unclear"],
    check: "nothing",
  },
  {
    id: "ok-external-tftp",
    machine: "bios",
    story: "the rule names another TFTP server, which has everything",
    yaml: `root: ./boot\nboot:\n  - file: pxelinux.0\n    server: ${FILE_SERVER}\n`,
    prepare: fileServer("tftp", {
      "pxelinux.0": { piece: "pxelinux" },
      "ldlinux.c32": { piece: "ldlinuxBios" },
      "pxelinux.cfg/default": text(entry(`LINUX memtest\n${SERIAL}`)),
      memtest: { piece: "memtestBios" },
    }),
    screen: MEMTEST_SHOWS,
    outcome: [...SUCCESS, "elsewhere", "unclear"],
  },
  {
    id: "ok-pxe-menu-waits",
    machine: "bios",
    story: "a boot menu without a timeout waits for the person (menus, timeout 255)",
    yaml: MENU,
    tree: pxelinux(entry("LINUX memtest"), KERNEL),
    screen: /Memory test/,
    outcome: [...SUCCESS, "unclear"],
    check: "nothing",
  },
  {
    id: "ok-efi-syslinux",
    machine: "uefi",
    story: "syslinux.efi loads memtest86+",
    tree: {
      "efi/syslinux.efi": { piece: "syslinuxX64" },
      "efi/ldlinux.e64": { piece: "ldlinuxX64" },
      "efi/pxelinux.cfg/default": text(entry("LINUX memtest")),
      "efi/memtest": { piece: "memtestBios" },
    },
    screen: /Loading memtest\.\.\. ok/,
    outcome: SUCCESS,
    check: "nothing",
  },
  {
    id: "ok-grub-linux",
    machine: "uefi-1g",
    story: "shim, GRUB, a kernel and an initrd; the system runs",
    tree: {
      "shimx64.efi": { piece: "shim" },
      "grubx64.efi": { piece: "grubNet" },
      "grub/grub.cfg": text("linux /linux console=ttyS0,115200\ninitrd /tiny.gz\nboot\n"),
      linux: { piece: "debianLinux" },
      "tiny.gz": { bytes: tinyInitrd },
    },
    routerLines: [`dhcp-boot=,,${BOOT_SERVER}`],
    screen: new RegExp(LINUX_UP),
    patience: 240,
    slow: true,
    outcome: SUCCESS,
    check: "nothing",
  },
  {
    id: "ok-secure-linux",
    machine: "secure",
    story: "Secure Boot: shim, GRUB and Debian's signed kernel",
    tree: {
      "shimx64.efi": { piece: "shim" },
      "grubx64.efi": { piece: "grubNet" },
      "grub/grub.cfg": text("linux /linux console=ttyS0,115200\ninitrd /tiny.gz\nboot\n"),
      linux: { piece: "debianLinux" },
      "tiny.gz": { bytes: tinyInitrd },
    },
    routerLines: [`dhcp-boot=,,${BOOT_SERVER}`],
    screen: /Linux version \S+/,
    patience: 240,
    slow: true,
    outcome: SUCCESS,
    check: "nothing",
  },
  {
    id: "ok-http-boot",
    machine: "uefi-http",
    story: "UEFI HTTP Boot of one program",
    yaml: "root: ./boot\nboot:\n  - file: tool.efi\n",
    tree: { "tool.efi": { bytes: uefiProgram } },
    screen: new RegExp(PROGRAM_RUNS),
    outcome: SUCCESS,
  },
  {
    id: "ok-boot-check",
    machine: "bios",
    story: "an empty folder: the machine gets the boot check, which says that network boot works",
    tree: { "readme.txt": text("nothing yet\n") },
    screen: /Network boot works/,
    outcome: ["checked"],
    check: "nothing",
  },
  {
    id: "ok-menu-c32",
    machine: "bios",
    story: "menu.c32 with its libraries counts down and boots memtest86+",
    tree: pxelinux(`UI menu.c32\nTIMEOUT 20\nLABEL one\n  LINUX memtest\n  ${SERIAL}\n`, {
      ...KERNEL,
      "pxelinux/menu.c32": module("menu.c32"),
      "pxelinux/libutil.c32": module("libutil.c32"),
      "pxelinux/libcom32.c32": module("libcom32.c32"),
    }),
    screen: MEMTEST_SHOWS,
    outcome: SUCCESS,
    check: "nothing",
  },
  {
    id: "ok-pxelinux-linux",
    machine: "bios-1g",
    story: "PXELINUX boots a kernel and an initrd by TFTP, the system asks for an address",
    tree: pxelinux(entry("LINUX linux\nAPPEND initrd=tiny.gz console=ttyS0,115200"), TINY),
    screen: new RegExp(LINUX_HAS_ADDRESS),
    patience: 180,
    outcome: ["booted"],
    check: "nothing",
  },
  {
    id: "ok-other-case",
    machine: "bios",
    story: "the configuration writes Tools/MemTest, the file is tools/memtest",
    tree: pxelinux(entry(`LINUX Tools/MemTest\n${SERIAL}`), { "pxelinux/tools/memtest": { piece: "memtestBios" } }),
    screen: MEMTEST_SHOWS,
    outcome: SUCCESS,
  },
  {
    id: "ok-include",
    machine: "bios",
    story: "the configuration includes another one, which has the entry",
    tree: pxelinux("INCLUDE pxelinux.cfg/common\n", {
      ...KERNEL,
      "pxelinux/pxelinux.cfg/common": text(entry(`LINUX memtest\n${SERIAL}`)),
    }),
    screen: MEMTEST_SHOWS,
    outcome: SUCCESS,
    check: "nothing",
  },
  {
    id: "ok-ipxe-chain",
    machine: "bios",
    story: "a script that goes on to a second script of ours, and that to a kernel",
    yaml: IPXE_YAML,
    tree: ipxe("#!ipxe\nchain {{base_url}}/menus/main.ipxe\n", {
      "menus/main.ipxe": text("#!ipxe\nkernel ../memtest console=ttyS0,115200\nboot\n"),
      memtest: { piece: "memtestBios" },
    }),
    screen: MEMTEST_SHOWS,
    outcome: SUCCESS,
    check: "nothing",
  },
  {
    id: "ok-ipxe-tries",
    machine: "bios",
    story: "the script tries a file for this machine, which few machines have, and goes on with the common kernel",
    yaml: IPXE_YAML,
    tree: ipxe(
      "#!ipxe\nchain {{base_url}}/machines/{{mac}}.ipxe || kernel {{base_url}}/memtest console=ttyS0,115200\nboot\n",
      { memtest: { piece: "memtestBios" } },
    ),
    screen: MEMTEST_SHOWS,
    outcome: SUCCESS,
    check: "nothing",
  },
  {
    id: "ok-ipxe-disk",
    machine: "bios-disk",
    story: "the script says exit, and the disk boots",
    yaml: IPXE_YAML,
    tree: ipxe("#!ipxe\nexit\n"),
    screen: /AE-DISK-BOOTED/,
    outcome: [...SUCCESS, "unclear"],
    check: "nothing",
  },
  {
    id: "ok-snponly",
    machine: "uefi",
    story: "OVMF loads iPXE, iPXE its script, and that a program",
    yaml: "root: ./boot\nboot:\n  - when: { firmware: ipxe }\n    script: boot.ipxe\n  - file: snponly.efi\n",
    tree: ipxe("#!ipxe\nchain {{base_url}}/tool.efi\n", {
      "snponly.efi": { piece: "snponly" },
      "tool.efi": { bytes: uefiProgram },
    }),
    screen: new RegExp(PROGRAM_RUNS),
    outcome: SUCCESS,
    seconds: 70,
    check: "nothing",
  },
  {
    id: "ok-prompt-then-boot",
    machine: "bios",
    story: "a prompt with a timeout of five seconds, then memtest86+",
    tree: {
      ...PXELINUX,
      ...KERNEL,
      "pxelinux/pxelinux.cfg/default": text(
        `DEFAULT one\nPROMPT 1\nTIMEOUT 50\nLABEL one\n  LINUX memtest\n  ${SERIAL}\n`,
      ),
    },
    screen: MEMTEST_SHOWS,
    outcome: SUCCESS,
    check: "nothing",
  },
];
