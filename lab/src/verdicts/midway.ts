import { BOOT_SERVER } from "../home-lan.ts";
import { eventually } from "../lab.ts";
import { reportedBoots } from "../verdicts.ts";
import type { Case } from "./case.ts";
import { cut, empty, entry, IPXE_YAML, ipxe, module, PXELINUX, pxelinux, text, utf16, webPage } from "./fixtures.ts";
import { grubForBios } from "./grub-bios.ts";
import { MAC } from "./machines.ts";
import { slowLink } from "./neighbours.ts";
import { tinyInitrd } from "./tiny-linux.ts";

const MISSING = /not found|not there|missing/;
const BIG = ipxe("#!ipxe\nkernel {{base_url}}/bzImage\ninitrd {{base_url}}/big.gz\nboot\n", {
  bzImage: { piece: "memtestBios" },
  "big.gz": { bytes: () => tinyInitrd(16_000_000) },
});
const BROKE_OFF = /cancel|broke off|gave up|ended|aborted|closed|stopped|middle|of \d/;
const PANIC = /Kernel panic - not syncing[^\n]*/;
const LINUX = entry("LINUX linux\nAPPEND initrd=initrd.gz console=ttyS0,115200 panic=0");

/** Boots that break off in the middle, and files that are not what their names say. */
export const MIDWAY_CASES: readonly Case[] = [
  {
    id: "user-cancels",
    machine: "bios",
    story: "the person presses Ctrl-C while iPXE fetches the initrd",
    yaml: IPXE_YAML,
    tree: BIG,
    prepare: slowLink(8000),
    meanwhile: async (_site, machine) => {
      await machine.output.until(/big\.gz\.\.\. *[2-9]\d?%/, 60);
      machine.write("\u0003");
    },
    screen: /[Cc]ancell?ed|http:\/\/ipxe\.org\/[0-9a-f]{2}/,
    outcome: ["failed", "unclear"],
    says: [/big\.gz/, BROKE_OFF],
  },
  {
    id: "reset-midway",
    machine: "bios",
    story: "the person presses reset while the initrd comes, and the machine stays off",
    yaml: IPXE_YAML,
    tree: BIG,
    prepare: slowLink(8000),
    screen: /big\.gz\.\.\. *[2-9]\d?%/,
    afterwards: async (_site, machine) => void (await machine.stop("SIGKILL")),
    outcome: ["failed", "unclear"],
    says: [/big\.gz/, /middle|broke|stopped|silent|lost|after \d|of \d|never (arrived|came)/],
    seconds: 150,
    slow: true,
  },
  {
    id: "pxl-reset-in-kernel",
    machine: "bios",
    story: "the machine is switched off while PXELINUX loads the kernel by TFTP",
    tree: pxelinux(entry("LINUX linux"), { "pxelinux/linux": { piece: "debianLinux" } }),
    prepare: slowLink(4000),
    screen: /Loading linux\.\.\./,
    afterwards: async ({ lab, bootServer }, machine) => {
      await eventually(lab, "the kernel under way", 60, async () => {
        const [boot] = await reportedBoots(lab, bootServer, MAC);
        return boot?.steps.find(({ text }) => text.includes("pxelinux/linux"));
      });
      await machine.stop("SIGKILL");
    },
    outcome: ["failed", "unclear"],
    says: [/linux/, /middle|broke|stopped|silent|lost|after \d|of \d|never (arrived|came)/],
    seconds: 150,
    slow: true,
  },
  {
    id: "pxl-initrd-html",
    machine: "bios-1g",
    story: "the initrd is the web page of an error: the kernel panics",
    tree: pxelinux(LINUX, { "pxelinux/linux": { piece: "debianLinux" }, "pxelinux/initrd.gz": webPage }),
    screen: PANIC,
    slow: true,
    outcome: ["failed"],
    says: [/initrd\.gz/, /web page|HTML|no initrd|not an initrd|no archive/],
    check: /initrd\.gz/,
  },
  {
    id: "pxl-initrd-empty",
    machine: "bios-1g",
    story: "the initrd is an empty file, which PXELINUX takes for a missing one",
    tree: pxelinux(LINUX, { "pxelinux/linux": { piece: "debianLinux" }, "pxelinux/initrd.gz": empty }),
    screen: /initrd\.gz\.\.\. *failed|Kernel panic/,
    outcome: ["failed"],
    says: [/initrd\.gz/, /empty|0 bytes|no content/],
    check: /initrd\.gz/,
  },
  {
    id: "pxl-initrd-cut",
    machine: "bios-1g",
    story: "the initrd was cut short: the kernel panics, which only a look into the archive could foresee",
    tree: pxelinux(LINUX, {
      "pxelinux/linux": { piece: "debianLinux" },
      "pxelinux/initrd.gz": { bytes: () => tinyInitrd().subarray(0, 300_000) },
    }),
    screen: PANIC,
    slow: true,
    outcome: ["failed", "delivered"],
    says: [/initrd\.gz|linux/],
  },
  {
    id: "pxl-boot-html",
    machine: "bios",
    story: "pxelinux.0 is the web page of an error",
    yaml: "root: ./boot\nboot:\n  - file: pxelinux/pxelinux.0\n",
    tree: { "pxelinux/pxelinux.0": webPage, "pxelinux/ldlinux.c32": { piece: "ldlinuxBios" } },
    screen: /pxelinux\.0\.\.\.[^\n]*ok/,
    never: /PXELINUX \d/,
    outcome: ["failed"],
    says: [/pxelinux\.0/, /web page|HTML|no program|not a program/],
    check: /pxelinux\.0/,
  },
  {
    id: "pxl-boot-empty",
    machine: "bios",
    story: "pxelinux.0 is an empty file",
    yaml: "root: ./boot\nboot:\n  - file: pxelinux/pxelinux.0\n",
    tree: { "pxelinux/pxelinux.0": empty, "pxelinux/ldlinux.c32": { piece: "ldlinuxBios" } },
    screen: /http:\/\/ipxe\.org\/[0-9a-f]{2}|No bootable/,
    outcome: ["failed"],
    says: [/pxelinux\.0/, /empty|0 bytes|no content/],
    check: /pxelinux\.0/,
  },
  {
    id: "pxl-config-utf16",
    machine: "bios",
    story: 'pxelinux.cfg/default was saved as "Unicode" (UTF-16): PXELINUX finds no entry in it',
    tree: { ...PXELINUX, "pxelinux/pxelinux.cfg/default": utf16(entry("LINUX memtest")) },
    screen: /boot:|Could not find kernel|No DEFAULT/,
    outcome: ["failed"],
    says: [/pxelinux\.cfg\/default/, /UTF-16|encoding|Unicode/],
    check: /pxelinux\.cfg\/default/,
  },
  {
    id: "pxl-config-empty",
    machine: "bios",
    story: "pxelinux.cfg/default is an empty file",
    tree: pxelinux(""),
    screen: /nable to locate configuration file|boot:/,
    outcome: ["failed"],
    says: [/pxelinux\.cfg\/default/, /empty|no entry|nothing|no content/],
    check: /pxelinux\.cfg\/default/,
  },
  {
    id: "pxl-menu-one-lib",
    machine: "bios",
    story: "menu.c32 and libcom32.c32 are there, libutil.c32 is not",
    tree: pxelinux("UI menu.c32\nLABEL one\n  LINUX memtest\n", {
      "pxelinux/menu.c32": module("menu.c32"),
      "pxelinux/libcom32.c32": module("libcom32.c32"),
      "pxelinux/memtest": { piece: "memtestBios" },
    }),
    screen: /Failed to load (COM32 file|lib\w+\.c32)/,
    outcome: ["failed"],
    says: [/libutil\.c32/, MISSING],
    check: /libutil/,
  },
  {
    id: "pxl-kernel-arm64",
    machine: "bios",
    story: "the kernel is for 64-bit ARM",
    tree: pxelinux(entry("LINUX Image"), { "pxelinux/Image": cut("arm64Linux", 4_000_000) }),
    screen: /Invalid or corrupt kernel image|ooting kernel failed/,
    outcome: ["failed"],
    says: [/Image/, /arm64|ARM|another (machine|processor|architecture)|no kernel|not a kernel/],
    check: /Image/,
  },
  {
    id: "pxl-ldlinux-empty",
    machine: "bios",
    story: "ldlinux.c32 is an empty file",
    tree: pxelinux(entry("LINUX memtest"), {
      "pxelinux/ldlinux.c32": empty,
      "pxelinux/memtest": { piece: "memtestBios" },
    }),
    screen: /Failed to load ldlinux/,
    outcome: ["failed"],
    says: [/ldlinux\.c32/, /empty|0 bytes|no content/],
    check: /ldlinux/,
  },
  {
    id: "ipxe-kernel-cut",
    machine: "bios",
    story: "the kernel of the script was cut short by a full disk",
    yaml: IPXE_YAML,
    tree: ipxe("#!ipxe\nkernel {{base_url}}/bigkernel console=ttyS0\nboot\n", {
      bigkernel: cut("debianLinux", 3_000_000),
    }),
    screen: /bigkernel\.\.\.[^\n]*ok/,
    never: /Linux version/,
    outcome: ["failed"],
    says: [/bigkernel/, /short|cut|truncat|incomplete|damaged/],
    check: /bigkernel/,
  },
  {
    id: "ipxe-chain-loop",
    machine: "bios",
    story: "a rule without a condition hands undionly.kpxe to iPXE, again and again, until Bootlace ends it",
    yaml: "root: ./boot\nboot:\n  - file: loader.0\n",
    tree: { "loader.0": { piece: "undionly" } },
    screen: /loader\.0 : \d+ bytes[\s\S]*Nothing to boot/,
    patience: 150,
    slow: true,
    outcome: ["failed"],
    says: [/loader\.0|iPXE/, /again|loop|circle/],
    seconds: 60,
  },
  {
    id: "ipxe-goto-nowhere",
    machine: "bios",
    story: "the script jumps to a label that it does not have",
    yaml: IPXE_YAML,
    tree: ipxe("#!ipxe\ngoto instal\n:install\nkernel {{base_url}}/mt86\nboot\n", { mt86: { piece: "memtestBios" } }),
    screen: /http:\/\/ipxe\.org\/[0-9a-f]{2,}|Could not boot|No such label/,
    outcome: ["failed"],
    says: [/boot\.ipxe/, /instal\b|label|goto|error/],
    check: /instal\b/,
  },
  {
    id: "grub-bios-rescue",
    machine: "bios",
    story: "GRUB for BIOS without the modules of its i386-pc folder (the router names Bootlace as next server)",
    yaml: "root: ./boot\nboot:\n  - file: core.0\n",
    tree: { "core.0": { bytes: grubForBios }, "grub/grub.cfg": text("echo hello\n") },
    routerLines: [`dhcp-boot=,,${BOOT_SERVER}`],
    screen: /grub rescue>/,
    outcome: ["failed"],
    says: [/normal\.mod|i386-pc|module/, /not found|not there|missing|grub-mknetdir/],
    check: /module|i386-pc/,
  },
];
