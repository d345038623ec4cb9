import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BOOT_SERVER, FILE_SERVER } from "../home-lan.ts";
import { locate } from "../packages.ts";
import type { BootTree } from "../tree.ts";
import type { Case } from "./case.ts";
import { deviceTree, raw, text, videoCore, webPage } from "./fixtures.ts";
import { fileServer, firewall } from "./neighbours.ts";
import { uefiProgram } from "./programs.ts";

const MISSING = /not found|not there|missing/;
const HTTP_FAILS = /Could not retrieve NBP|Server response|HTTP ERROR|Error:/;
const NEXT_SERVER = [`dhcp-boot=,,${BOOT_SERVER}`];

/** Commands for U-Boot, packed as its boot script. */
export const bootScript = (commands: string): Uint8Array => {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-lab-"));
  try {
    writeFileSync(join(folder, "boot.txt"), commands);
    const target = join(folder, "boot.scr.uimg");
    execFileSync(locate("mkimage"), ["-T", "script", "-C", "none", "-d", join(folder, "boot.txt"), target]);
    return readFileSync(target);
  } finally {
    rmSync(folder, { recursive: true });
  }
};
const PXE_GET = "setenv serverip 192.168.11.109\npxe get\npxe boot\n";
const uboot = (config: string, more: BootTree = {}): BootTree => ({
  "boot.scr.uimg": { bytes: () => bootScript(PXE_GET) },
  "pxelinux.cfg/default-arm": text(config),
  ...more,
});

const PI: BootTree = {
  "config.txt": text("enable_uart=1\n"),
  "cmdline.txt": text("console=serial0,115200 root=/dev/nfs\n"),
  "bcm2711-rpi-4-b.dtb": deviceTree,
  "bcm2710-rpi-3-b.dtb": deviceTree,
};
export const PI4: BootTree = {
  ...PI,
  "start4.elf": videoCore,
  "fixup4.dat": raw(5400),
};
const PI3: BootTree = {
  ...PI,
  "bootcode.bin": raw(52_480),
  "start.elf": videoCore,
  "fixup.dat": raw(5400),
};
export const KERNEL8 = { "kernel8.img": { piece: "arm64Linux" } } as const;

/** HTTP Boot, Raspberry Pis and U-Boot. */
export const OTHER_CASES: readonly Case[] = [
  {
    id: "http-boot-404",
    machine: "uefi-http",
    story: "the URL of a rule for HTTP Boot names a file that an external web server does not have",
    yaml: `root: ./boot\nboot:\n  - url: http://${FILE_SERVER}/none.efi\n`,
    prepare: fileServer("http"),
    screen: HTTP_FAILS,
    outcome: ["failed"],
    says: [/192\.168\.11\.17/, /none\.efi/, /came back|failed|not found|not there|answer|again|did not/],
  },
  {
    id: "http-boot-dns",
    machine: "uefi-http",
    story: "the URL of a rule has a host name, and the router names no DNS server",
    yaml: "root: ./boot\nboot:\n  - url: http://boot.example.lan/boot.efi\n",
    routerLines: ["dhcp-option=6"],
    screen: /Start HTTP Boot over IPv4[\s\S]*(Error|failed|Start HTTP Boot over IPv6|>>Start)/,
    patience: 150,
    slow: true,
    outcome: ["failed"],
    says: [/boot\.example\.lan/, /DNS|name/],
    seconds: 60,
  },
  {
    id: "http-boot-own-404",
    machine: "uefi-http",
    story: "the file of the rule is not in the folder",
    yaml: "root: ./boot\nboot:\n  - file: efi/bootx64.efi\n",
    tree: { "readme.txt": text("nothing\n") },
    screen: HTTP_FAILS,
    outcome: ["failed"],
    says: [/efi\/bootx64\.efi/, MISSING],
    check: /efi\/bootx64\.efi/,
  },
  {
    id: "http-boot-port-closed",
    machine: "uefi-http",
    story: "the firewall of the boot server refuses TCP 8069",
    yaml: "root: ./boot\nboot:\n  - file: tool.efi\n",
    tree: { "tool.efi": { bytes: uefiProgram } },
    prepare: firewall("iifname eth0 tcp dport 8069 reject with tcp reset"),
    screen: HTTP_FAILS,
    patience: 150,
    slow: true,
    outcome: ["failed"],
    says: [/8069|HTTP/, /firewall|reach|URL/],
    seconds: 60,
  },
  {
    id: "http-boot-html",
    machine: "uefi-http",
    story: 'the UEFI "program" is the web page of an error',
    yaml: "root: ./boot\nboot:\n  - file: efi/bootx64.efi\n",
    tree: { "efi/bootx64.efi": webPage },
    screen: /Unsupported|Load Error|Error|failed to (load|start)/,
    outcome: ["failed"],
    says: [/efi\/bootx64\.efi/, /web page|HTML|no U?EFI|not an? U?EFI|no program/],
    check: /efi\/bootx64\.efi/,
  },
  {
    id: "pi4-no-start4",
    machine: "pi4",
    story: "start4.elf is not in the folder (somebody copied the files of a Pi 3)",
    tree: { ...PI3, ...KERNEL8 },
    screen: /Firmware not found/,
    outcome: ["failed"],
    says: [/start4?\.elf/, /not found|not there|missing|boot partition/],
  },
  {
    id: "pi4-no-kernel",
    machine: "pi4",
    story: "a Pi 4 gets its firmware, and there is no kernel",
    tree: PI4,
    screen: /Kernel not found/,
    outcome: ["failed"],
    says: [/kernel/, MISSING],
  },
  {
    id: "pi4-named-kernel-missing",
    machine: "pi4",
    story: "config.txt says kernel=vmlinuz-rpi, which is not there",
    tree: { ...PI4, ...KERNEL8, "config.txt": text("kernel=vmlinuz-rpi\n") },
    screen: /Kernel not found/,
    outcome: ["failed"],
    says: [/vmlinuz-rpi/, MISSING],
    check: /vmlinuz-rpi/,
  },
  {
    id: "pi4-initramfs-missing",
    machine: "pi4",
    story: "config.txt names an initramfs that is not there",
    tree: { ...PI4, ...KERNEL8, "config.txt": text("initramfs initrd-rpi followkernel\n") },
    screen: /initramfs not found/,
    outcome: ["failed"],
    says: [/initrd-rpi/, MISSING],
    check: /initrd-rpi/,
  },
  {
    id: "pi3-no-bootcode",
    machine: "pi3",
    story: "bootcode.bin is not in the folder of a Pi 3",
    tree: { ...PI4, ...KERNEL8 },
    screen: /No bootcode\.bin/,
    outcome: ["failed"],
    says: [/bootcode\.bin/, /not found|not there|missing|none of/],
  },
  {
    id: "pi3-no-start",
    machine: "pi3",
    story: "a Pi 3 gets bootcode.bin, and start.elf is not there",
    tree: { ...PI, ...KERNEL8, "bootcode.bin": raw(52_480) },
    screen: /Firmware not found/,
    outcome: ["failed"],
    says: [/start\.elf/, MISSING],
  },
  {
    id: "pi4-ok",
    machine: "pi4",
    story: "a Pi 4 that boots, without config.txt (it needs none)",
    tree: { "start4.elf": videoCore, "fixup4.dat": raw(5400), ...KERNEL8 },
    screen: /Starting kernel/,
    outcome: ["booted", "delivered"],
  },
  {
    id: "pi3-ok",
    machine: "pi3",
    story: "a Pi 3 that boots",
    tree: { ...PI3, ...KERNEL8 },
    screen: /Starting kernel/,
    outcome: ["booted", "delivered"],
  },
  {
    id: "uboot-noscript",
    machine: "uboot",
    story: "U-Boot, led to Bootlace by the router, finds no boot.scr and no configuration",
    tree: { "readme.txt": text("nothing\n") },
    routerLines: NEXT_SERVER,
    screen: /BOOTP broadcast[\s\S]*=> /,
    patience: 150,
    slow: true,
    outcome: ["failed"],
    says: [/boot\.scr|pxelinux\.cfg|script|extlinux/, MISSING],
  },
  {
    id: "uboot-kernel-missing",
    machine: "uboot",
    story: "the configuration that U-Boot's pxe get finds names a kernel that is not there",
    tree: uboot("default one\nlabel one\n  kernel images/Image\n"),
    routerLines: NEXT_SERVER,
    screen: /images\/Image[\s\S]*(not found|Skipping|failure|TFTP error)/,
    outcome: ["failed"],
    says: [/images\/Image/, MISSING],
    check: /images\/Image/,
  },
  {
    id: "uboot-initrd-missing",
    machine: "uboot",
    story: "U-Boot gets the kernel, and the initrd of the configuration is not there",
    tree: uboot("default one\nlabel one\n  kernel Image\n  initrd initrd.gz\n", { Image: { piece: "arm64Linux" } }),
    routerLines: NEXT_SERVER,
    screen: /initrd\.gz[\s\S]*(not found|Skipping|failure|TFTP error)/,
    outcome: ["failed"],
    says: [/initrd\.gz/, MISSING],
    check: /initrd\.gz/,
  },
  {
    id: "uboot-script-html",
    machine: "uboot",
    story: 'boot.scr.uimg is the web page of an error: "Wrong image format"',
    tree: { "boot.scr.uimg": webPage },
    routerLines: NEXT_SERVER,
    screen: /[Ww]rong image format|Bad (magic|header)|Unknown image/,
    outcome: ["failed"],
    says: [/boot\.scr/, /web page|HTML|no script|not a script|image/],
    seconds: 60,
  },
  {
    id: "uboot-kernel-x64",
    machine: "uboot",
    story: "the kernel is for x64, the board is 64-bit ARM",
    tree: uboot("default one\nlabel one\n  kernel Image\n", { Image: { piece: "debianLinux" } }),
    routerLines: NEXT_SERVER,
    screen: /Bad Linux ARM64 Image magic|Bad|Unknown|not valid/,
    outcome: ["failed"],
    says: [/Image/, /x64|x86|another (machine|processor|architecture)|ARM/i],
    check: /Image/,
  },
  {
    id: "ok-uboot-linux",
    machine: "uboot",
    story: "U-Boot boots Linux by boot.scr.uimg and pxelinux.cfg/default-arm",
    tree: uboot("default one\nlabel one\n  kernel Image\n  append console=ttyAMA0 earlycon\n", {
      Image: { piece: "arm64Linux" },
    }),
    routerLines: NEXT_SERVER,
    screen: /Linux version \S+/,
    outcome: ["booted", "delivered"],
    check: "nothing",
  },
];
