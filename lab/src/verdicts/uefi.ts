import { readFileSync } from "node:fs";
import { locate } from "../packages.ts";
import type { TreeEntry } from "../tree.ts";
import type { Case } from "./case.ts";
import { cut, empty, entry, PXELINUX, text, webPage } from "./fixtures.ts";

const MISSING = /not found|not there|missing/;
const REFUSED = /Boot0001.*(Unsupported|Load Error|Error|Not Found)|failed to (load|start)/;
const only = (file: string): string => `root: ./boot\nboot:\n  - file: ${file}\n`;

/** syslinux with another machine in its PE header (PE format, section 3.3.1). */
const programFor = (machine: number): TreeEntry => ({
  bytes: () => {
    const bytes = readFileSync(locate("syslinuxX64"));
    bytes.writeUInt16LE(machine, bytes.readUInt32LE(0x3c) + 4);
    return bytes;
  },
});

const SYSLINUX = { "efi/syslinux.efi": { piece: "syslinuxX64" }, "efi/ldlinux.e64": { piece: "ldlinuxX64" } } as const;

/** UEFI firmware, the program it gets, and SYSLINUX for UEFI. */
export const UEFI_CASES: readonly Case[] = [
  {
    id: "efi-syslinux-noconfig",
    machine: "uefi",
    story: "syslinux.efi finds none of its configurations",
    tree: SYSLINUX,
    screen: /nable to locate configuration file/,
    outcome: ["failed"],
    says: [/pxelinux\.cfg|syslinux\.cfg|configuration/, /not found|not there|missing|write/],
    check: /cfg|configuration/,
  },
  {
    id: "efi-syslinux-kernel-missing",
    machine: "uefi",
    story: "the configuration of syslinux.efi names a kernel that is not there",
    tree: { ...SYSLINUX, "efi/pxelinux.cfg/default": text(entry("LINUX live/vmlinuz")) },
    screen: /vmlinuz.*(No such|failed)/,
    outcome: ["failed"],
    says: [/live\/vmlinuz/, MISSING],
    check: /live\/vmlinuz/,
  },
  {
    id: "efi-syslinux-initrd-missing",
    machine: "uefi",
    story: "syslinux.efi gets the kernel, and the initrd is not there",
    tree: {
      ...SYSLINUX,
      "efi/pxelinux.cfg/default": text(entry("LINUX memtest\nINITRD rescue.img")),
      "efi/memtest": { piece: "memtestBios" },
    },
    screen: /rescue\.img.*(No such|failed)/,
    outcome: ["failed"],
    says: [/rescue\.img/, MISSING],
    check: /rescue\.img/,
  },
  {
    id: "efi-syslinux-no-ldlinux",
    machine: "uefi",
    story: "ldlinux.e64 was not copied beside syslinux.efi",
    tree: {
      "efi/syslinux.efi": { piece: "syslinuxX64" },
      "efi/pxelinux.cfg/default": text(entry("LINUX memtest")),
      "efi/memtest": { piece: "memtestBios" },
    },
    screen: /Failed to load ldlinux\.e64/,
    outcome: ["failed"],
    says: [/ldlinux\.e64/, MISSING],
    check: /ldlinux\.e64/,
  },
  {
    id: "efi-gets-pxelinux0",
    machine: "uefi",
    story: "a rule without a condition gives pxelinux.0 to a UEFI machine",
    yaml: only("pxelinux/pxelinux.0"),
    tree: PXELINUX,
    screen: REFUSED,
    outcome: ["failed"],
    says: [/pxelinux\.0/, /BIOS|no U?EFI|not an? U?EFI|no program/],
    check: /pxelinux\.0/,
  },
  {
    id: "bios-gets-efi",
    machine: "bios",
    story: "a rule without a condition gives syslinux.efi to a BIOS machine",
    yaml: only("efi/syslinux.efi"),
    tree: SYSLINUX,
    screen: /syslinux\.efi\.\.\. ok[\s\S]*?\n/,
    outcome: ["failed"],
    says: [/syslinux\.efi/, /EFI/, /x86-bios|BIOS/],
  },
  {
    id: "efi-cut",
    machine: "uefi",
    story: "the UEFI program was cut short by a full disk",
    yaml: only("boot/loader.efi"),
    tree: { "boot/loader.efi": cut("grubNet", 700_000) },
    screen: REFUSED,
    outcome: ["failed"],
    says: [/loader\.efi/, /short|cut|truncat|incomplete|damaged/],
    check: /loader\.efi/,
  },
  {
    id: "efi-zero",
    machine: "uefi",
    story: "the UEFI program is an empty file",
    yaml: only("boot/loader.efi"),
    tree: { "boot/loader.efi": empty },
    screen: /Boot0001.*(Unsupported|Load Error|Error|Not Found)|failed to (load|start)|filesize is 0/,
    outcome: ["failed"],
    says: [/loader\.efi/, /empty|0 bytes|no content/],
    check: /loader\.efi/,
  },
  {
    id: "efi-html",
    machine: "uefi",
    story: 'the UEFI "program" is the web page of an error',
    yaml: only("boot/loader.efi"),
    tree: { "boot/loader.efi": webPage },
    screen: REFUSED,
    outcome: ["failed"],
    says: [/loader\.efi/, /web page|HTML|no U?EFI|not an? U?EFI|no program/],
    check: /loader\.efi/,
  },
  {
    id: "efi-arm64-program",
    machine: "uefi",
    story: "the program is for 64-bit ARM, the machine is x64",
    yaml: only("boot/loader.efi"),
    tree: { "boot/loader.efi": programFor(0xaa64) },
    screen: REFUSED,
    outcome: ["failed"],
    says: [/loader\.efi/, /arm64|aa64|aarch64/i],
  },
  {
    id: "efi-ia32-program",
    machine: "uefi",
    story: "the program is for 32-bit x86, the machine is x64",
    yaml: only("boot/loader.efi"),
    tree: { "boot/loader.efi": { piece: "ia32Grub" } },
    screen: REFUSED,
    outcome: ["failed"],
    says: [/loader\.efi/, /ia32|32-bit|\bx86\b/i],
  },
  {
    id: "ia32-gets-x64",
    machine: "ia32",
    story: "32-bit UEFI gets the program for x64",
    yaml: only("efi/syslinux.efi"),
    tree: SYSLINUX,
    screen: REFUSED,
    outcome: ["failed"],
    says: [/syslinux\.efi/, /x64|64-bit/],
  },
  {
    id: "efi-missing",
    machine: "uefi",
    story: "the rule names a program that is not there",
    yaml: only("efi/grubx64.efi"),
    tree: SYSLINUX,
    screen: /PXE-E\d\d|Boot0001.*(Not Found|Error)|failed to (load|start)/,
    outcome: ["failed"],
    says: [/efi\/grubx64\.efi/, MISSING],
    check: /efi\/grubx64\.efi/,
  },
  {
    id: "secure-unsigned",
    machine: "secure",
    story: "Secure Boot is on, and syslinux.efi is not signed",
    tree: { ...SYSLINUX, "efi/pxelinux.cfg/default": text(entry("LINUX memtest")) },
    screen: /Boot0001.*Access Denied/,
    outcome: ["failed"],
    says: [/syslinux\.efi/, /sign/i],
  },
  {
    id: "secure-grub-without-shim",
    machine: "secure",
    story: "Secure Boot is on, and GRUB, signed by Debian, is given without shim",
    yaml: only("grubx64.efi"),
    tree: { "grubx64.efi": { piece: "grubNet" } },
    screen: /Boot0001.*Access Denied/,
    outcome: ["failed"],
    says: [/grubx64\.efi/, /shim|sign/i],
  },
  {
    id: "secure-efi-html",
    machine: "secure",
    story: "Secure Boot is on, but what is wrong is that the program is a web page",
    yaml: only("boot/loader.efi"),
    tree: { "boot/loader.efi": webPage },
    screen: /Boot0001.*(Access Denied|Unsupported|Load Error|Error|Not Found)/,
    outcome: ["failed"],
    says: [/loader\.efi/, /web page|HTML|no U?EFI|not an? U?EFI|no program/],
    check: /loader\.efi/,
  },
];
