import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { filler } from "../filler.ts";
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

/** An ELF file for the processor that starts a Raspberry Pi (machine 137: VideoCore), as start.elf is. */
export const videoCore: TreeEntry = {
  bytes: () => {
    const header = Buffer.alloc(52);
    header.write("7f454c46010101", "hex");
    header.writeUInt16LE(2, 16);
    header.writeUInt16LE(137, 18);
    header.writeUInt32LE(1, 20);
    header.writeUInt16LE(52, 40);
    return Buffer.concat([header, filler(2_200_000)]);
  },
};

/** A device tree: its header says how long it is (Devicetree Specification 0.4, section 5.2). */
export const deviceTree: TreeEntry = {
  bytes: () => {
    const bytes = Buffer.from(filler(48_000));
    bytes.writeUInt32BE(0xd00dfeed, 0);
    bytes.writeUInt32BE(bytes.length, 4);
    return bytes;
  },
};

/** A file of bytes without any form. */
export const raw = (size: number): TreeEntry => ({ bytes: () => filler(size) });

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
