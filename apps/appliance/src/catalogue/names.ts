import type { PeMachine } from "./pe.ts";

/** One architecture the tree can hold a boot file for. Codes are those of IANA's registry (RFC 4578 §2.1). */
export interface TreeArchitecture {
  readonly code: number;
  readonly machine?: PeMachine;
  /** The word UEFI puts behind `boot` in removable media file names (UEFI 2.10 §3.5.1.1). */
  readonly suffix?: string;
  /** Other words for it in names of files and folders. */
  readonly words: readonly string[];
}

export const bios: TreeArchitecture = { code: 0, words: ["bios", "i386-pc", "pxelinux", "x86-bios"] };

export const uefiArchitectures: readonly TreeArchitecture[] = [
  {
    code: 7,
    machine: "x64",
    suffix: "x64",
    words: ["x86_64", "amd64", "efi64", "x86_64-efi", "efi-x86_64", "x64-uefi"],
  },
  { code: 6, machine: "x86", suffix: "ia32", words: ["i386", "x86", "efi32", "i386-efi", "efi-i386", "ia32-uefi"] },
  { code: 11, machine: "arm64", suffix: "aa64", words: ["arm64", "aarch64", "arm64-efi", "efi-arm64", "arm64-uefi"] },
  { code: 10, machine: "arm32", suffix: "arm", words: ["arm32", "armhf", "arm-efi", "arm32-uefi"] },
  { code: 27, machine: "riscv64", suffix: "riscv64", words: ["riscv64-efi", "riscv64-uefi"] },
  { code: 25, machine: "riscv32", suffix: "riscv32", words: ["riscv32-efi", "riscv32-uefi"] },
  {
    code: 39,
    machine: "loongarch64",
    suffix: "loongarch64",
    words: ["loong64", "loongarch64-efi", "loongarch64-uefi"],
  },
  { code: 37, machine: "loongarch32", suffix: "loongarch32", words: ["loong32", "loongarch32-uefi"] },
];

/** RFC 4578 §2.1 as first printed swapped 7 and 9: x64 firmware of that time calls itself EBC. */
export const ebc = { code: 9, servedAs: 7 } as const;

/** Best first. A name may hold one folder; the others are looked for in any folder. */
export const biosNames = [
  "pxelinux.0",
  "lpxelinux.0",
  "undionly.kpxe",
  "ipxe.pxe",
  "undionly.kkpxe",
  "ipxe.kpxe",
  "i386-pc/core.0",
  "grub.pxe",
  "grub.0",
] as const;

/** iPXE clients get a script where there is one, first name first. */
export const scriptNames = ["boot.ipxe", "menu.ipxe", "autoexec.ipxe"] as const;

/** iPXE on a UEFI machine gets this one where there is none of those: `bootlace init` writes it. */
export const uefiScriptName = "uefi.ipxe";

/**
 * The names looked for on behalf of one UEFI architecture, best first: removable media name, shim, GRUB, iPXE,
 * syslinux. shim comes before GRUB because it starts GRUB itself and Secure Boot accepts nothing else.
 */
export function uefiNames(architecture: TreeArchitecture): string[] {
  const suffix = architecture.suffix ?? "";
  const words = [suffix, ...architecture.words.slice(0, 2)];
  const signed = (...names: string[]) => names.flatMap((name) => [`${name}.efi`, `${name}.efi.signed`]);
  return [
    `boot${suffix}.efi`,
    ...signed(`shim${suffix}`, "shim"),
    `bootnet${suffix}.efi`,
    ...signed(`grubnet${suffix}`, `grub${suffix}`),
    "grub.efi",
    "core.efi",
    ...words.map((word) => `ipxe-${word}.efi`),
    "ipxe.efi",
    ...words.map((word) => `snponly-${word}.efi`),
    "snponly.efi",
    "syslinux.efi",
  ];
}

/** The names of {@link uefiNames} that stand for all of them in a line for people. */
export function headlineNames({ suffix = "" }: TreeArchitecture): string[] {
  const own = ["boot", "shim", "grubnet", "grub"].map((stem) => `${stem}${suffix}.efi`);
  return [...own, "ipxe.efi", "snponly.efi", "syslinux.efi"];
}

/** Names that say nothing about the architecture; without a PE header, or a folder that names one, they are taken for x64. */
export const neutralNames: ReadonlySet<string> = new Set([
  "shim.efi",
  "shim.efi.signed",
  "grub.efi",
  "core.efi",
  "ipxe.efi",
  "snponly.efi",
  "syslinux.efi",
]);

/** Folder names in which boot files usually lie; files elsewhere are taken only when these have none. */
export const usualFolders: ReadonlySet<string> = new Set([
  "efi",
  "boot",
  "bios",
  "pxelinux",
  "syslinux",
  "grub",
  "ipxe",
  "pxe",
  "tftpboot",
  ...[bios, ...uefiArchitectures].flatMap(({ suffix, words }) => (suffix === undefined ? words : [suffix, ...words])),
]);
