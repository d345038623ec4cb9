import { copyFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { FILE_SERVER } from "../home-lan.ts";
import { locate } from "../packages.ts";
import type { TreeEntry } from "../tree.ts";
import type { Case } from "./case.ts";
import { entry, IPXE_YAML, ipxe, MEMTEST_SHOWS, module, PXELINUX, pxelinux, text } from "./fixtures.ts";
import { slowLink } from "./neighbours.ts";
import { bootDisk } from "./programs.ts";
import { tinyInitrd } from "./tiny-linux.ts";

const MISSING = /not found|not there|missing/;
const SERIAL = "APPEND console=ttyS0,115200";
const MEMTEST = { "pxelinux/memtest": { piece: "memtestBios" } } as const;
const SNPONLY = "root: ./boot\nboot:\n  - when: { firmware: ipxe }\n    script: boot.ipxe\n  - file: snponly.efi\n";
const memdisk: TreeEntry = {
  bytes: () => readFileSync(join(dirname(locate("ldlinuxBios")), "../../memdisk")),
};

/** Of iPXE and UEFI, invented by somebody who had not read the code that judges; as they were at first look. */
export const UNSEEN2_IPXE_CASES: readonly Case[] = [
  {
    id: "unseen2-ipxe-initrd-too-big",
    machine: "bios",
    story: "the initrd has 300 MB, the machine 128 MB of memory",
    yaml: IPXE_YAML,
    tree: ipxe("#!ipxe\nkernel {{base_url}}/linux\ninitrd {{base_url}}/big.img\nboot\n", {
      linux: { piece: "memtestBios" },
      "big.img": { bytes: () => tinyInitrd(300_000_000) },
    }),
    screen: /big\.img[\s\S]*http:\/\/ipxe\.org\/[0-9a-f]{2,}/,
    outcome: ["failed", "unclear"],
    says: [/big\.img/, /memory|RAM|cancel|broke off|gave up|ended|aborted|closed|stopped|middle|of \d/],
  },
  {
    id: "unseen2-ipxe-retry-loop",
    machine: "bios",
    story: "the script tries again and again to fetch a kernel that is not there",
    yaml: IPXE_YAML,
    tree: ipxe(
      "#!ipxe\n:again\nkernel {{base_url}}/images/vmlinuz || goto wait\nboot\n:wait\necho trying again\nsleep 1\ngoto again\n",
    ),
    screen: /(trying again[\s\S]*){3}/,
    outcome: ["failed"],
    says: [/images\/vmlinuz/, MISSING],
    seconds: 75,
    check: /images\/vmlinuz/,
  },
  {
    id: "unseen2-efi-url-for-pxe",
    machine: "uefi",
    story: "the only rule has a url for UEFI HTTP Boot, the machine comes by PXE",
    yaml: `root: ./boot\nboot:\n  - url: http://${FILE_SERVER}/boot.efi\n`,
    tree: { "readme.txt": text("nothing\n") },
    screen: /Network boot works/,
    patience: 250,
    outcome: ["failed", "unclear", "ignored", "checked"],
    says: [/HTTP/, /url|PXE|TFTP/],
    seconds: 60,
  },
  {
    id: "unseen2-efi-ipxe-memdisk",
    machine: "uefi",
    story: "the script of iPXE starts memdisk, which is a program for BIOS, on a UEFI machine",
    yaml: SNPONLY,
    tree: ipxe("#!ipxe\nkernel {{base_url}}/memdisk\ninitrd {{base_url}}/disk.img\nboot\n", {
      "snponly.efi": { piece: "snponly" },
      memdisk,
      "disk.img": { bytes: () => Buffer.alloc(1_474_560) },
    }),
    screen: /Exec format error|Could not (boot|select)|http:\/\/ipxe\.org\/[0-9a-f]{2,}/,
    patience: 250,
    outcome: ["failed"],
    says: [/memdisk/, /BIOS|UEFI/],
    seconds: 60,
    check: /memdisk/,
  },
  {
    id: "unseen2-pxl-mac-no-prefix",
    machine: "bios",
    story: "the configuration for this machine is called 52-54-00-be-05-01, without 01- before it",
    tree: { ...PXELINUX, ...MEMTEST, "pxelinux/pxelinux.cfg/52-54-00-be-05-01": text(entry("LINUX memtest")) },
    screen: /nable to locate configuration file/,
    outcome: ["failed"],
    says: [/pxelinux\.cfg/, /52-54-00-be-05-01/, /01-/],
    check: /01-|pxelinux\.cfg/,
  },
  {
    id: "unseen2-ipxe-replaced",
    machine: "bios",
    story: "somebody copies a shorter initrd over the old one while it is sent",
    yaml: IPXE_YAML,
    tree: ipxe("#!ipxe\nkernel {{base_url}}/linux\ninitrd {{base_url}}/big.gz\nboot\n", {
      linux: { piece: "memtestBios" },
      "big.gz": { bytes: () => tinyInitrd(16_000_000) },
    }),
    prepare: slowLink(8000),
    meanwhile: async ({ bootlace }, machine) => {
      await machine.output.until(/big\.gz\.\.\. *[2-9]\d?%/, 90);
      writeFileSync(join(bootlace.folder, "boot/big.gz"), tinyInitrd());
    },
    screen: /Input\/output error|Could not boot image/,
    outcome: ["failed", "unclear"],
    says: [/big\.gz/, /chang|replac|shorter|broke off|stopped|middle|of \d|ended|closed/],
    seconds: 60,
  },
  {
    id: "unseen2-ipxe-old-address",
    machine: "bios",
    story: "the script fetches from the address that the boot server had before it moved; nobody has it now",
    yaml: IPXE_YAML,
    tree: ipxe("#!ipxe\nkernel http://192.168.11.42:8069/memtest\nboot\n", { memtest: { piece: "memtestBios" } }),
    screen: /timed out|nreachable|Could not boot|http:\/\/ipxe\.org\/[0-9a-f]{2,}/,
    patience: 200,
    outcome: ["failed", "unclear", "elsewhere"],
    says: [/192\.168\.11\.42/],
    seconds: 60,
  },
  {
    id: "unseen2-efi-menu-bios",
    machine: "uefi",
    story: "syslinux.efi shares the folder of modules with pxelinux.0: menu.c32 is the one for BIOS",
    tree: {
      "efi/syslinux.efi": { piece: "syslinuxX64" },
      "efi/ldlinux.e64": { piece: "ldlinuxX64" },
      "efi/pxelinux.cfg/default": text("UI menu.c32\nLABEL one\n  LINUX memtest\n"),
      "efi/menu.c32": module("menu.c32"),
      "efi/libutil.c32": module("libutil.c32"),
      "efi/libcom32.c32": module("libcom32.c32"),
      "efi/memtest": { piece: "memtestBios" },
    },
    screen: /X64 Exception Type/,
    patience: 250,
    outcome: ["failed"],
    says: [/menu\.c32/, /BIOS|32|another|other|wrong|EFI/],
    seconds: 60,
    check: /menu\.c32/,
  },
  {
    id: "unseen2-ipxe-initrd-arch",
    machine: "bios-1g",
    story: "the initrd is the one for 32-bit ARM, the kernel for x64: it panics",
    yaml: IPXE_YAML,
    tree: ipxe("#!ipxe\nkernel {{base_url}}/linux console=ttyS0,115200\ninitrd {{base_url}}/initrd.gz\nboot\n", {
      linux: { piece: "debianLinux" },
      "initrd.gz": { piece: "armhfInitrd" },
    }),
    screen: /Kernel panic - not syncing[^\n]*/,
    patience: 300,
    outcome: ["failed", "delivered"],
    says: [/initrd\.gz/],
    seconds: 60,
  },
  {
    id: "unseen2-ipxe-chains-pxelinux",
    machine: "bios",
    story:
      "the script of iPXE goes on to pxelinux.0 by HTTP, which then looks for its files by TFTP in the wrong place",
    yaml: IPXE_YAML,
    tree: ipxe("#!ipxe\nchain {{base_url}}/pxelinux/pxelinux.0\n", {
      ...pxelinux(entry(`LINUX memtest\n${SERIAL}`), MEMTEST),
    }),
    screen: /ailed to load ldlinux/,
    never: MEMTEST_SHOWS,
    outcome: ["failed", "unclear"],
    says: [/ldlinux\.c32|pxelinux\.0/],
  },
  {
    id: "unseen2-http-boot-syslinux",
    machine: "uefi-http",
    story: "HTTP Boot of syslinux.efi, which then finds its own files by no protocol",
    tree: {
      "efi/syslinux.efi": { piece: "syslinuxX64" },
      "efi/ldlinux.e64": { piece: "ldlinuxX64" },
      "efi/pxelinux.cfg/default": text(entry("LINUX memtest")),
      "efi/memtest": { piece: "memtestBios" },
    },
    yaml: "root: ./boot\nboot:\n  - file: efi/syslinux.efi\n",
    screen: /ailed to locate root device/,
    patience: 120,
    outcome: ["failed", "unclear"],
    says: [/syslinux\.efi|ldlinux\.e64/],
    seconds: 60,
  },
  {
    id: "unseen2-efi-sanboot-bios-disk",
    machine: "uefi",
    story: "iPXE on UEFI is to start the image of a disk that only a BIOS can boot",
    yaml: SNPONLY,
    tree: ipxe("#!ipxe\nsanboot --no-describe {{base_url}}/disk.img\n", { "snponly.efi": { piece: "snponly" } }),
    prepare: async ({ lab, lan, bootlace }) => {
      const image = join(bootlace.folder, "boot/disk.img");
      copyFileSync(await bootDisk(lab, lan), image);
      truncateSync(image, 32 * 1024 * 1024);
    },
    screen: /SAN device[^\n]*failed|Could not boot/,
    patience: 120,
    outcome: ["failed", "unclear"],
    says: [/disk\.img/],
    seconds: 60,
  },
];
