import type { PeMachine } from "../catalogue/pe.ts";
import type { DistributionId } from "./distribution.ts";

/** One file of a kit: its path in the boot folder and its path in a system. */
export interface KitFile {
  readonly target: string;
  readonly place: string;
  /** The architecture its header must name; other files of that name are skipped. */
  readonly machine?: PeMachine;
  /** The kit works without it. */
  readonly optional?: boolean;
}

/** The packages with a kit, or why there are none. */
export type Source =
  | { readonly packages: readonly string[]; readonly only?: readonly string[] }
  | { readonly none: string };

/** Files that belong together, and where distributions keep them, best first. */
export interface Kit {
  readonly id: KitId;
  /** Description for people. */
  readonly what: string;
  /** All files come from one alternative: a mixture would have two versions. */
  readonly alternatives: readonly (readonly KitFile[])[];
  readonly sources: Readonly<Record<DistributionId, Source>>;
}

export type KitId =
  | "pxelinux"
  | "memtest-bios"
  | "memtest-x64"
  | "memtest-ia32"
  | "ipxe-x64"
  | "ipxe-ia32"
  | "ipxe-arm64"
  | "secure-x64"
  | "secure-arm64"
  | "syslinux-x64";

/** Programs for PCs, packaged only on PCs. Names as in `process.arch`. */
const pc = ["x64", "ia32"];

const one = (target: string, machine: PeMachine | undefined, ...places: readonly string[]) =>
  places.map((place) => [machine === undefined ? { target, place } : { target, place, machine }]);

const bios = (loader: string, modules: string): readonly KitFile[] => [
  { target: "pxelinux/pxelinux.0", place: `${loader}/pxelinux.0` },
  { target: "pxelinux/ldlinux.c32", place: `${modules}/ldlinux.c32` },
  { target: "pxelinux/menu.c32", place: `${modules}/menu.c32`, optional: true },
  { target: "pxelinux/libutil.c32", place: `${modules}/libutil.c32`, optional: true },
];

const efi64 = (loader: string, modules: string): readonly KitFile[] => [
  { target: "syslinux/efi64/syslinux.efi", place: `${loader}/syslinux.efi`, machine: "x64" },
  { target: "syslinux/efi64/ldlinux.e64", place: `${modules}/ldlinux.e64` },
  { target: "syslinux/efi64/menu.c32", place: `${modules}/menu.c32`, optional: true },
  { target: "syslinux/efi64/libutil.c32", place: `${modules}/libutil.c32`, optional: true },
];

const secure = (suffix: "x64" | "aa64", shim: string, grub: string): readonly KitFile[] => {
  const machine = suffix === "x64" ? "x64" : "arm64";
  return [
    { target: `secure-boot/shim${suffix}.efi`, place: shim, machine },
    // shim requests this name beside itself, whatever the original file was called.
    { target: `secure-boot/grub${suffix}.efi`, place: grub, machine },
  ];
};

/** Debian builds `grubnet` for the network; Fedora has only the GRUB that it boots itself. */
const secureFor = (suffix: "x64" | "aa64", platform: string) => [
  secure(
    suffix,
    `/usr/lib/shim/shim${suffix}.efi.signed`,
    `/usr/lib/grub/${platform}-signed/grubnet${suffix}.efi.signed`,
  ),
  ...["fedora", "redhat", "centos", "rocky", "almalinux"].map((vendor) =>
    secure(suffix, `/boot/efi/EFI/${vendor}/shim${suffix}.efi`, `/boot/efi/EFI/${vendor}/grub${suffix}.efi`),
  ),
];

const noGenericIpxe = "its alpine-ipxe package only boots Alpine's own menu";
const noMemtest = "it has no memtest86+ package";
const memtest: Kit["sources"] = {
  debian: { packages: ["memtest86+"], only: pc },
  alpine: { none: noMemtest },
  fedora: { packages: ["memtest86+"], only: pc },
  arch: { packages: ["memtest86+-efi"], only: pc },
};

/** Every kit, in the order of search and report. */
export const kits: readonly Kit[] = [
  {
    id: "pxelinux",
    what: "PXELINUX, the boot loader of BIOS machines",
    alternatives: [
      bios("/usr/lib/PXELINUX", "/usr/lib/syslinux/modules/bios"),
      bios("/usr/share/syslinux", "/usr/share/syslinux"),
      bios("/usr/lib/syslinux/bios", "/usr/lib/syslinux/bios"),
      bios("/tftpboot", "/tftpboot"),
    ],
    sources: {
      debian: { packages: ["pxelinux", "syslinux-common"] },
      alpine: { packages: ["syslinux"], only: pc },
      fedora: { packages: ["syslinux-nonlinux"], only: pc },
      arch: { packages: ["syslinux"], only: pc },
    },
  },
  {
    id: "memtest-bios",
    what: "memtest86+ for BIOS machines",
    alternatives: one(
      "pxelinux/memtest",
      undefined,
      "/boot/memtest86+x64.bin",
      "/usr/lib64/memtest86+/memtest86+x64.bin",
      "/boot/memtest86+/memtest.bin",
      "/boot/memtest86+/memtest86x64.bin",
      "/boot/memtest86+.bin",
      "/boot/memtest.bin",
      "/boot/memtest86+ia32.bin",
      "/usr/lib/memtest86+/memtest86+ia32.bin",
    ),
    sources: { ...memtest, arch: { packages: ["memtest86+"], only: pc } },
  },
  {
    id: "memtest-x64",
    what: "memtest86+ for UEFI machines",
    alternatives: one(
      "memtest/memtest-x86_64.efi",
      "x64",
      "/boot/memtest86+x64.efi",
      "/usr/lib64/memtest86+/memtest86+x64.efi",
      "/boot/memtest86+/memtest.efi",
      "/boot/memtest86+/memtest86x64.efi",
    ),
    sources: memtest,
  },
  {
    id: "memtest-ia32",
    what: "memtest86+ for 32-bit UEFI machines",
    alternatives: one(
      "memtest/memtest-i386.efi",
      "x86",
      "/boot/memtest86+ia32.efi",
      "/usr/lib/memtest86+/memtest86+ia32.efi",
      "/boot/memtest86+/memtest86ia32.efi",
    ),
    sources: memtest,
  },
  {
    id: "ipxe-x64",
    what: "iPXE for UEFI machines",
    // snponly before ipxe: it uses the firmware's network driver, which supports every card that the firmware boots from.
    alternatives: one(
      "ipxe/ipxe-x64.efi",
      "x64",
      "/usr/lib/ipxe/snponly.efi",
      "/usr/share/ipxe/ipxe-snponly-x86_64.efi",
      "/usr/lib/ipxe/ipxe-amd64.efi",
      "/usr/lib/ipxe/ipxe.efi",
      "/boot/ipxe.efi",
      "/usr/share/ipxe/ipxe-x86_64.efi",
      "/usr/share/ipxe/x86_64/ipxe.efi",
    ),
    sources: {
      debian: { packages: ["ipxe"] },
      alpine: { none: noGenericIpxe },
      fedora: { packages: ["ipxe-bootimgs-x86"] },
      arch: { packages: ["ipxe"], only: pc },
    },
  },
  {
    id: "ipxe-ia32",
    what: "iPXE for 32-bit UEFI machines",
    alternatives: one("ipxe/ipxe-ia32.efi", "x86", "/usr/share/ipxe/ipxe-i386.efi", "/usr/share/ipxe/i386/ipxe.efi"),
    sources: {
      debian: { none: "its ipxe package is for 64-bit UEFI only" },
      alpine: { none: noGenericIpxe },
      fedora: { packages: ["ipxe-bootimgs-x86"] },
      arch: { packages: ["ipxe"], only: pc },
    },
  },
  {
    id: "ipxe-arm64",
    what: "iPXE for ARM UEFI machines",
    alternatives: one(
      "ipxe/ipxe-arm64.efi",
      "arm64",
      "/usr/lib/ipxe/ipxe-arm64.efi",
      "/usr/share/ipxe/arm64-efi/snponly.efi",
      "/usr/share/ipxe/arm64-efi/ipxe.efi",
    ),
    sources: {
      debian: { packages: ["ipxe"] },
      alpine: { none: noGenericIpxe },
      fedora: { packages: ["ipxe-bootimgs-aarch64"] },
      arch: { none: "its ipxe package is for PCs only" },
    },
  },
  {
    id: "secure-x64",
    what: "shim and GRUB for Secure Boot",
    alternatives: secureFor("x64", "x86_64-efi"),
    sources: {
      debian: { packages: ["shim-signed", "grub-efi-amd64-signed"], only: ["x64"] },
      alpine: { none: "it has no signed boot loader" },
      fedora: { packages: ["shim-x64", "grub2-efi-x64"], only: ["x64"] },
      arch: { none: "it has no signed boot loader" },
    },
  },
  {
    id: "secure-arm64",
    what: "shim and GRUB for Secure Boot on ARM",
    alternatives: secureFor("aa64", "arm64-efi"),
    sources: {
      debian: { packages: ["shim-signed", "grub-efi-arm64-signed"], only: ["arm64"] },
      alpine: { none: "it has no signed boot loader" },
      fedora: { packages: ["shim-aa64", "grub2-efi-aa64"], only: ["arm64"] },
      arch: { none: "it has no signed boot loader" },
    },
  },
  {
    id: "syslinux-x64",
    what: "SYSLINUX for UEFI machines",
    alternatives: [
      efi64("/usr/lib/SYSLINUX.EFI/efi64", "/usr/lib/syslinux/modules/efi64"),
      efi64("/usr/share/syslinux/efi64", "/usr/share/syslinux/efi64"),
      efi64("/usr/lib/syslinux/efi64", "/usr/lib/syslinux/efi64"),
    ],
    sources: {
      debian: { packages: ["syslinux-efi", "syslinux-common"] },
      alpine: { packages: ["syslinux"], only: ["x64"] },
      fedora: { packages: ["syslinux-efi64"], only: ["x64"] },
      arch: { packages: ["syslinux"], only: pc },
    },
  },
];
