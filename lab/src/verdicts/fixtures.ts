import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { locate, type PieceName } from "../packages.ts";
import type { BootTree, TreeEntry } from "../tree.ts";

/** The first bytes of a file: as after a copy to a full disk. */
export const cut = (piece: PieceName, size: number): TreeEntry => ({
  bytes: () => readFileSync(locate(piece)).subarray(0, size),
});

export const empty: TreeEntry = { text: "" };

/** What a download tool saves when the address was wrong. */
export const webPage: TreeEntry = {
  text: `<!DOCTYPE html>
<html><head><title>404 Not Found</title></head>
<body><h1>Not Found</h1><p>The requested URL was not found on this server.</p></body></html>
`,
};

/** A module of SYSLINUX for BIOS, such as `menu.c32`. */
export const module = (name: string): TreeEntry => ({
  bytes: () => readFileSync(join(dirname(locate("ldlinuxBios")), name)),
});

export const text = (content: string): TreeEntry => ({ text: content });

/** As Windows saves it under "Unicode". */
export const utf16 = (content: string): TreeEntry => ({ bytes: () => Buffer.from(`\ufeff${content}`, "utf16le") });

/** PXELINUX for BIOS in a folder, with its one library. */
export const PXELINUX: BootTree = {
  "pxelinux/pxelinux.0": { piece: "pxelinux" },
  "pxelinux/ldlinux.c32": { piece: "ldlinuxBios" },
};

/** The same with this configuration. */
export const pxelinux = (config: string, more: BootTree = {}): BootTree => ({
  ...PXELINUX,
  "pxelinux/pxelinux.cfg/default": text(config),
  ...more,
});

/** A configuration with one entry. */
export const entry = (lines: string): string => `DEFAULT one\nPROMPT 0\nLABEL one\n${lines.replace(/^/gm, "  ")}\n`;

export const MEMTEST_SHOWS = /Memtest86\+ v\d+\.\d\d/;

/** iPXE, the ROM of the BIOS machines, fetches this script; it lies below `root` as boot.ipxe. */
export const ipxe = (script: string, more: BootTree = {}): BootTree => ({ "boot.ipxe": text(script), ...more });
export const IPXE_YAML = "root: ./boot\nboot:\n  - script: boot.ipxe\n";
