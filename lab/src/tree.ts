import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { locate, type PieceName } from "./packages.ts";

/** A file or folder of a Debian package, a text, bytes that are made when the tree is planted, or a link. */
export type TreeEntry =
  | { readonly piece: PieceName }
  | { readonly text: string; readonly mode?: number }
  | { readonly bytes: () => Uint8Array }
  | { readonly link: string };

/** The files of a boot tree by their path in it. */
export type BootTree = Readonly<Record<string, TreeEntry>>;

/** Copies a boot tree into a folder. Throws MissingPackage for a file whose package is not there. */
export function plantTree(root: string, tree: BootTree): void {
  for (const [path, entry] of Object.entries(tree)) {
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    if ("piece" in entry) cpSync(locate(entry.piece), target, { recursive: true, verbatimSymlinks: true });
    else if ("link" in entry) symlinkSync(entry.link, target);
    else if ("bytes" in entry) writeFileSync(target, entry.bytes());
    else writeFileSync(target, entry.text, { mode: entry.mode ?? 0o644 });
  }
}

const MEMTEST = (kernel: string) => `DEFAULT memtest
LABEL memtest
  LINUX ${kernel}
  APPEND console=ttyS0,115200
`;

/**
 * The first user's tree: pxelinux and memtest86+ for a BIOS machine. SERIAL makes pxelinux write to the line itself:
 * what SeaBIOS sends there may still lie in its buffer when memtest86+ takes the machine.
 */
export const BIOS_MEMTEST: BootTree = {
  "pxelinux/pxelinux.0": { piece: "pxelinux" },
  "pxelinux/ldlinux.c32": { piece: "ldlinuxBios" },
  "pxelinux/pxelinux.cfg/default": { text: `SERIAL 0 115200\n${MEMTEST("memtest86+/memtest.bin")}` },
  "pxelinux/memtest86+/memtest.bin": { piece: "memtestBios" },
};

/** The paths a BIOS machine fetches from that tree, in its order. */
export const BIOS_MEMTEST_FILES = [
  "pxelinux/pxelinux.0",
  "pxelinux/ldlinux.c32",
  "pxelinux/pxelinux.cfg/default",
  "pxelinux/memtest86+/memtest.bin",
] as const;

/** syslinux and memtest86+ for an x64 UEFI machine. */
export const UEFI_SYSLINUX: BootTree = {
  "efi/syslinux.efi": { piece: "syslinuxX64" },
  "efi/ldlinux.e64": { piece: "ldlinuxX64" },
  "efi/pxelinux.cfg/default": { text: MEMTEST("memtest.bin") },
  "efi/memtest.bin": { piece: "memtestBios" },
};

export const UEFI_SYSLINUX_FILES = [
  "efi/syslinux.efi",
  "efi/ldlinux.e64",
  "efi/pxelinux.cfg/default",
  "efi/memtest.bin",
] as const;
