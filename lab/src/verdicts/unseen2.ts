import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { BOOT_SERVER } from "../home-lan.ts";
import { locate } from "../packages.ts";
import type { Case } from "./case.ts";
import { entry, MEMTEST_SHOWS, pxelinux, text } from "./fixtures.ts";
import { grubForBios } from "./grub-bios.ts";
import { bootScript, PI4 } from "./others.ts";
import { tinyInitrd } from "./tiny-linux.ts";

const MISSING = /not found|not there|missing/;
const NEXT_SERVER = [`dhcp-boot=,,${BOOT_SERVER}`];
const SERIAL = "APPEND console=ttyS0,115200";
const MEMTEST = { "pxelinux/memtest": { piece: "memtestBios" } } as const;

/** Invented by somebody who had not read the code that judges; as they were at first look. */
export const UNSEEN2_CASES: readonly Case[] = [
  {
    id: "unseen2-pxl-kernel-gz",
    machine: "bios",
    story: "the kernel was compressed with gzip to save space",
    tree: pxelinux(entry("LINUX vmlinuz.gz"), {
      "pxelinux/vmlinuz.gz": { bytes: () => gzipSync(readFileSync(locate("memtestBios"))) },
    }),
    screen: /Invalid or corrupt kernel image|ooting kernel failed/,
    outcome: ["failed"],
    says: [/vmlinuz\.gz/, /gzip|compressed|[Uu]npack/],
    check: /vmlinuz\.gz/,
  },
  {
    id: "unseen2-pi4-link-loop",
    machine: "pi4",
    story: "kernel8.img is a link to kernel8.new, and that one to kernel8.img",
    tree: { ...PI4, "kernel8.img": { link: "kernel8.new" }, "kernel8.new": { link: "kernel8.img" } },
    screen: /Kernel not found/,
    outcome: ["failed"],
    says: [/kernel8\.img/, /link|loop|circle/],
    check: /kernel8/,
  },
  {
    id: "unseen2-pxl-name-with-space",
    machine: "bios",
    story: "the folder of the kernel has a space in its name, where PXELINUX ends the name",
    tree: pxelinux(entry("LINUX Debian 12/linux"), { "pxelinux/Debian 12/linux": { piece: "memtestBios" } }),
    screen: /Debian\.\.\..*(failed|No such)/,
    outcome: ["failed"],
    says: [/Debian/, /not found|not there|missing|space/],
    check: /Debian/,
  },
  {
    id: "unseen2-uboot-bootm-raw",
    machine: "uboot",
    story: "the script of U-Boot starts a plain arm64 Image by bootm, which wants a uImage",
    tree: {
      "boot.scr.uimg": {
        bytes: () =>
          bootScript(`setenv serverip ${BOOT_SERVER}\ntftpboot \${kernel_addr_r} Image && bootm \${kernel_addr_r}\n`),
      },
      Image: { piece: "arm64Linux" },
    },
    routerLines: NEXT_SERVER,
    screen: /Wrong Image (Type|Format) for bootm|can.t get kernel image/,
    patience: 250,
    // Whether the kernel runs cannot be seen, but that bootm refuses such a file can be known.
    outcome: ["failed", "unclear"],
    says: [/Image/, /bootm|booti|uImage|mkimage/],
    seconds: 60,
    check: /Image/,
  },
  {
    id: "unseen2-grub-bom",
    machine: "uefi",
    story: "an editor of Windows put a byte order mark before the first command of grub.cfg",
    tree: {
      "shimx64.efi": { piece: "shim" },
      "grubx64.efi": { piece: "grubNet" },
      "grub/grub.cfg": text("\ufefflinux /vmlinuz\nboot\n"),
      vmlinuz: { piece: "debianLinux" },
    },
    routerLines: NEXT_SERVER,
    screen: /can.t find command/,
    patience: 250,
    outcome: ["failed", "unclear"],
    says: [/grub\.cfg/, /byte order mark|BOM/],
    seconds: 60,
    check: /grub\.cfg/,
  },
  {
    id: "unseen2-grub-bios-half",
    machine: "bios",
    story: "the folder i386-pc was copied without the module linux16, which grub.cfg needs",
    yaml: "root: ./boot\nboot:\n  - file: core.0\n",
    tree: {
      "core.0": { bytes: grubForBios },
      "grub/i386-pc": { piece: "grubBios" },
      "grub/grub.cfg": text("linux16 /memtest\nboot\n"),
      memtest: { piece: "memtestBios" },
    },
    prepare: async ({ bootlace }) => rmSync(join(bootlace.folder, "boot/grub/i386-pc/linux16.mod")),
    routerLines: NEXT_SERVER,
    screen: /need to load the kernel first/,
    patience: 250,
    outcome: ["failed"],
    says: [/linux16\.mod/, MISSING],
    seconds: 60,
  },
  {
    id: "unseen2-pxl-chain-loop",
    machine: "bios",
    story: "an entry goes on to debian/pxelinux.0, which reads the first folder's configuration and so starts itself",
    tree: pxelinux(entry("KERNEL debian/pxelinux.0"), {
      "pxelinux/debian/pxelinux.0": { piece: "pxelinux" },
      "pxelinux/debian/ldlinux.c32": { piece: "ldlinuxBios" },
      "pxelinux/debian/pxelinux.cfg/default": text(entry("LINUX linux")),
      "pxelinux/debian/linux": { piece: "memtestBios" },
    }),
    screen: /(XELINUX \d[\s\S]*){4}/,
    never: MEMTEST_SHOWS,
    outcome: ["failed"],
    says: [/pxelinux\.0/, /again|loop|circle|itself/],
    seconds: 75,
  },
  {
    id: "unseen2-pxl-bom-default",
    machine: "bios",
    story: "a byte order mark stands directly before DEFAULT, so that PXELINUX knows no default",
    tree: pxelinux(`\ufeff${entry(`LINUX memtest\n${SERIAL}`)}`, MEMTEST),
    screen: /o DEFAULT|oot: /,
    never: MEMTEST_SHOWS,
    outcome: ["failed"],
    says: [/pxelinux\.cfg\/default/, /byte order mark|BOM/],
    check: /default/,
  },
  {
    id: "unseen2-pxl-second-initrd",
    machine: "bios",
    story: "two initrds stand in initrd=, and the second is not there",
    tree: pxelinux(entry("LINUX memtest\nAPPEND initrd=one.img,two.img"), {
      ...MEMTEST,
      "pxelinux/one.img": { bytes: tinyInitrd },
    }),
    screen: /two\.img.*(No such file|failed)/,
    outcome: ["failed"],
    says: [/two\.img/, MISSING],
    check: /two\.img/,
  },
];
