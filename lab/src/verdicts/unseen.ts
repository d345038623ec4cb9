import { chmodSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { filler } from "../filler.ts";
import { BOOT_SERVER, ROUTER } from "../home-lan.ts";
import { locate } from "../packages.ts";
import type { TreeEntry } from "../tree.ts";
import type { Case } from "./case.ts";
import { entry, IPXE_YAML, ipxe, module, PXELINUX, pxelinux, text } from "./fixtures.ts";
import { bootScript, KERNEL8, PI4 } from "./others.ts";
import { uefiProgram } from "./programs.ts";
import { tinyInitrd } from "./tiny-linux.ts";

const MISSING = /not found|not there|missing/;
const NEXT_SERVER = [`dhcp-boot=,,${BOOT_SERVER}`];
const GAVE_UP = /http:\/\/ipxe\.org\/[0-9a-f]{2,}|Could not boot|Could not open SAN/;
const only = (file: string): string => `root: ./boot\nboot:\n  - file: ${file}\n`;

/** A module that was copied from the folder for 64-bit UEFI. */
const efi64Module = (name: string): TreeEntry => ({
  bytes: () => readFileSync(join(dirname(locate("ldlinuxX64")), name)),
});

/** The volume descriptor of a CD (ECMA-119, section 8), with nothing on it. */
const discImage: TreeEntry = {
  bytes: () => {
    const bytes = Buffer.from(filler(3 * 1024 * 1024));
    bytes.fill(0, 0, 0x9000);
    bytes.write("\u0001CD001\u0001", 0x8000, "latin1");
    bytes.writeUInt32LE(bytes.length / 2048, 0x8050);
    bytes.writeUInt32BE(bytes.length / 2048, 0x8054);
    bytes.writeUInt16LE(2048, 0x8080);
    bytes.writeUInt16BE(2048, 0x8082);
    bytes.write("\u00ffCD001\u0001", 0x8800, "latin1");
    return bytes;
  },
};

const PI4_IN_FOLDER = Object.fromEntries(
  Object.entries({ ...PI4, ...KERNEL8 }).map(([name, one]) => [`firmware/${name}`, one]),
);

const PI4_IN_SERIAL = Object.fromEntries(Object.entries(PI4).map(([name, one]) => [`100136c2/${name}`, one]));

const GRUB = { "shimx64.efi": { piece: "shim" }, "grubx64.efi": { piece: "grubNet" } } as const;
const DISK_GRUB = "set root=(hd0,msdos1)\nlinux /vmlinuz root=/dev/sda1 ro quiet\ninitrd /initrd.img\nboot\n";
const LEGACY_GRUB =
  "default 0\ntimeout 3\ntitle Debian installer\nroot (nd)\nkernel /vmlinuz\ninitrd /initrd.img\nboot\n";
const SYSTEM = { vmlinuz: { piece: "debianLinux" }, "initrd.img": { bytes: () => tinyInitrd() } } as const;
const FETCH_ALL = `setenv serverip ${BOOT_SERVER}
tftpboot \${kernel_addr_r} Image && tftpboot \${fdt_addr_r} dtbs/board.dtb && booti \${kernel_addr_r} - \${fdt_addr_r}
`;

/** Boots that fail, invented by somebody who had not read the code that judges them; mended since. */
export const UNSEEN_CASES: readonly Case[] = [
  {
    id: "unseen-boot-file-archive",
    machine: "bios",
    story: "the rule names the netboot archive of a distribution, which nobody unpacked",
    yaml: only("netboot.tar.gz"),
    tree: { "netboot.tar.gz": { bytes: () => gzipSync(filler(3 * 1024 * 1024), { level: 0 }) } },
    screen: /netboot\.tar\.gz(\.\.\.| :).*(ok|bytes)|http:\/\/ipxe\.org\/[0-9a-f]{2}/,
    outcome: ["failed"],
    says: [/netboot\.tar\.gz/, /archive|gzip|compressed|[Uu]npack|not a (boot )?program|no program|too (big|large)/],
    check: /T008.*gzip archive/,
  },
  {
    id: "unseen-boot-file-iso",
    machine: "bios",
    story: "a BIOS machine is given the image of an installation CD",
    yaml: only("images/netinst.iso"),
    tree: { "images/netinst.iso": discImage },
    screen: /netinst\.iso(\.\.\.| :).*(ok|bytes)|http:\/\/ipxe\.org\/[0-9a-f]{2}/,
    outcome: ["failed"],
    says: [/netinst\.iso/, /disc|CD|ISO|image|not a program|too (big|large)/],
    check: /T008.*CD or DVD/,
  },
  {
    id: "unseen-grub-disk-root",
    machine: "uefi",
    story: "grub.cfg was copied from an installed system: set root=(hd0,msdos1)",
    tree: { ...GRUB, ...SYSTEM, "grub/grub.cfg": text(DISK_GRUB) },
    routerLines: NEXT_SERVER,
    screen: /error: .{0,40}hd0|no such (partition|device|disk)/,
    patience: 180,
    outcome: ["failed", "unclear"],
    says: [/grub\.cfg/, /hd0|disk|vmlinuz/],
    check: /T021.*hd0,msdos1/,
  },
  {
    id: "unseen-grub-legacy",
    machine: "uefi",
    story: "grub.cfg was written for GRUB Legacy: title, root (nd), kernel",
    tree: { ...GRUB, ...SYSTEM, "grub/grub.cfg": text(LEGACY_GRUB) },
    routerLines: NEXT_SERVER,
    screen: /can.t find command/,
    patience: 180,
    outcome: ["failed", "unclear"],
    says: [/grub\.cfg/, /title|kernel|command|menuentry|GRUB 2|[Ll]egacy/],
    check: /T014.*title/,
  },
  {
    id: "unseen-ipxe-https",
    machine: "bios",
    story: "the script writes https: before the address and port of plain HTTP",
    yaml: IPXE_YAML,
    tree: ipxe(`#!ipxe\nkernel https://${BOOT_SERVER}:8069/memtest\nboot\n`, { memtest: { piece: "memtestBios" } }),
    screen: GAVE_UP,
    outcome: ["failed", "unclear"],
    says: [/https|TLS/, /boot\.ipxe|script|8069|plain|http:/],
    check: /T022.*plain HTTP/,
  },
  {
    id: "unseen-ipxe-router-tftp",
    machine: "bios",
    story: "the script fetches the kernel from the router, as its guide did; no TFTP server runs there",
    yaml: IPXE_YAML,
    tree: ipxe(`#!ipxe\nkernel tftp://${ROUTER}/memtest\nboot\n`, { memtest: { piece: "memtestBios" } }),
    screen: GAVE_UP,
    patience: 200,
    outcome: ["failed", "unclear", "elsewhere"],
    says: [/192\.168\.11\.1(?!\d)/, /TFTP|server|answer|repl/],
  },
  {
    id: "unseen-ipxe-iscsi-down",
    machine: "bios",
    story: "the script starts from an iSCSI disk on the boot server, where no target runs",
    yaml: IPXE_YAML,
    tree: ipxe(`#!ipxe\nsanboot iscsi:${BOOT_SERVER}::::iqn.2024-01.lan.example:disk0\n`),
    screen: GAVE_UP,
    outcome: ["failed", "unclear"],
    says: [/iSCSI|iscsi|3260|sanboot/],
  },
  {
    id: "unseen-pi4-in-folder",
    machine: "pi4",
    story: "the boot partition of a Pi 4 was copied as a folder, firmware/, instead of its content",
    tree: PI4_IN_FOLDER,
    screen: /Firmware not found/,
    outcome: ["failed"],
    says: [/start4\.elf/, /firmware\/|subfolder|into the (boot )?folder|root of/],
  },
  {
    id: "unseen-pi4-serial-half",
    machine: "pi4",
    story: "the folder of this Pi's serial number holds the firmware; the kernel was left in the root",
    tree: { ...KERNEL8, ...PI4_IN_SERIAL },
    screen: /Kernel not found/,
    outcome: ["failed"],
    says: [/100136c2/, /kernel/, MISSING],
  },
  {
    id: "unseen-folder-closed",
    machine: "bios",
    story: "the folder was copied with mode 0700 for root, Bootlace runs as nobody",
    yaml: only("pxelinux/pxelinux.0"),
    tree: { ...PXELINUX, "pxelinux/pxelinux.cfg/default": text(entry("LINUX memtest")) },
    asNobody: true,
    prepare: async ({ bootlace }) => chmodSync(join(bootlace.folder, "boot/pxelinux"), 0o700),
    screen: /pxelinux\.0\.\.\. *(No such file|Permission denied|Error)/,
    outcome: ["failed"],
    says: [/pxelinux/, /readable|be read|may not|permission|access|denied/],
  },
  {
    id: "unseen-uboot-dtb-missing",
    machine: "uboot",
    story: "the script of U-Boot fetches the kernel, and then a device tree that is not there",
    tree: { "boot.scr.uimg": { bytes: () => bootScript(FETCH_ALL) }, Image: { piece: "arm64Linux" } },
    routerLines: NEXT_SERVER,
    screen: /board\.dtb[\s\S]*TFTP error/,
    patience: 200,
    outcome: ["failed"],
    says: [/dtbs\/board\.dtb/, MISSING],
    seconds: 60,
    check: /T001.*board\.dtb/,
  },
  {
    id: "unseen-uboot-script-plain",
    machine: "uboot",
    story: "boot.scr.uimg is the text itself, which nobody gave to mkimage",
    tree: { "boot.scr.uimg": text(FETCH_ALL), Image: { piece: "arm64Linux" }, "dtbs/board.dtb": text("x") },
    routerLines: NEXT_SERVER,
    screen: /[Ww]rong image format|Bad (magic|header)|Unknown image/,
    patience: 150,
    outcome: ["failed"],
    says: [/boot\.scr/, /mkimage|header|plain text|not a (boot )?script|no script|packed/],
    seconds: 60,
    check: /T012.*script image/,
  },
  {
    id: "unseen-http-grub",
    machine: "uefi-http",
    story: "HTTP Boot of shim and Debian's GRUB, which has no http module and stops at its prompt",
    tree: {
      "efi/bootx64.efi": { piece: "shim" },
      "efi/grubx64.efi": { piece: "grubNet" },
      "grub/grub.cfg": text("linux /vmlinuz\ninitrd /initrd.img\nboot\n"),
      ...SYSTEM,
    },
    screen: /grub>/,
    patience: 180,
    outcome: ["failed", "unclear"],
    says: [/GRUB/, /HTTP|http/],
  },
  {
    id: "unseen-router-option60",
    machine: "uefi",
    story: "the router sends option 60 PXEClient, as a guide for a PXE server on the router says, and no file",
    yaml: only("tool.efi"),
    tree: { "tool.efi": { bytes: uefiProgram } },
    routerLines: ["dhcp-option-force=60,PXEClient"],
    screen: /Start PXE over IPv4[\s\S]*(PXE-E\d\d|Start PXE over IPv6)/,
    patience: 200,
    outcome: ["failed"],
    says: [/option 60|PXEClient/, /192\.168\.11\.1(?!\d)|router|DHCP server/],
    seconds: 60,
  },
  {
    id: "unseen-pxl-menu-efi64",
    machine: "bios",
    story: "menu.c32 was copied from the modules for 64-bit UEFI, its libraries from those for BIOS",
    tree: pxelinux("UI menu.c32\nTIMEOUT 30\nLABEL one\n  LINUX memtest\n", {
      "pxelinux/menu.c32": efi64Module("menu.c32"),
      "pxelinux/libutil.c32": module("libutil.c32"),
      "pxelinux/libcom32.c32": module("libcom32.c32"),
      "pxelinux/memtest": { piece: "memtestBios" },
    }),
    screen: /ailed to load COM32 file menu\.c32|not a COM32|oot: /,
    outcome: ["failed"],
    says: [/menu\.c32/, /64|EFI|another|other|wrong|BIOS/],
    check: /T004.*menu\.c32/,
  },
];
