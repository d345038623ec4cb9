import type { Architecture } from "@bootlace/dhcp-core";

/** What runs on the machine that asks, as far as it makes a difference to the reply. */
export type Firmware = "bios" | "uefi" | "uefi-http" | "ipxe" | "raspberry-pi" | "u-boot" | "other";

/**
 * How the reply names the boot file.
 * - `direct`: in the offer, with option 43 `06 01 08 ff`.
 * - `server`: an offer without option 43; the file is in the ACK from the PXE port.
 * - `menu`: option 43 with prompt, menu and boot servers.
 */
export type ReplyForm = "direct" | "server" | "menu";

/** The default form of the reply for one kind of firmware. */
export interface FirmwareRow {
  /** For a plan without menu. HTTP and Raspberry Pi clients have only one form. */
  readonly form: Exclude<ReplyForm, "menu">;
  /** Which message carries the menu of a plan that has one; `none` leaves the menu out. */
  readonly menuCarriedBy: "offer" | "ack" | "none";
  /** The observation behind the row. */
  readonly scar: string;
}

/** The defaults, each with the client that forced it. A plan's `form` and `menu.carriedBy` override them. */
export const firmwareTable: Readonly<Record<Firmware, FirmwareRow>> = {
  bios: {
    form: "direct",
    menuCarriedBy: "offer",
    scar: "boot ROMs take the menu and the boot file from the offer; without option 43 some fail with PXE-E53 or PXE-E55",
  },
  uefi: {
    form: "direct",
    menuCarriedBy: "ack",
    scar: "OVMF and AAVMF boot from an offer with option 43 = 06 01 08 ff and a file, without asking port 4011; without option 43 they fail with PXE-E16 if port 4011 does not reply; OVMF was seen to show menus from the ACK of port 4011",
  },
  "uefi-http": {
    form: "direct",
    menuCarriedBy: "none",
    scar: "edk2 HTTP Boot has no second phase: the offer must contain the URL",
  },
  ipxe: {
    form: "direct",
    menuCarriedBy: "offer",
    scar: "iPXE skips port 4011 if siaddr and file are in the offer, and ignores an ACK from port 4011 without siaddr",
  },
  "raspberry-pi": {
    form: "direct",
    menuCarriedBy: "none",
    scar: "the boot ROM looks only for the text Raspberry Pi Boot in option 43, and takes the server from option 66",
  },
  other: {
    form: "direct",
    menuCarriedBy: "offer",
    scar: "Open Firmware, s390 and others that are neither PC nor UEFI read siaddr and file from the offer",
  },
  "u-boot": {
    form: "direct",
    menuCarriedBy: "none",
    scar: "U-Boot that is built to accept proxies reads siaddr and file from the offer and never asks port 4011",
  },
};

/** x86 with a BIOS, by TFTP and by HTTP. */
const PC_BIOS = new Set([0, 20]);
/** PC-98, Alpha, Arc, Lean Client, Open Firmware, ePAPR, OPAL, s390: neither PC nor UEFI. */
const OTHERS = new Set([1, 3, 4, 5, 12, 13, 14, 31, 32]);
const U_BOOT = new Set([21, 22, 23, 24]);

/** What a request reveals about the program that sent it. */
interface Asker {
  readonly arch: Architecture | undefined;
  /** Of option 93, known or not. */
  readonly archCodes: readonly number[];
  readonly http: boolean;
  readonly vendorClass: string;
  /** Option 55. */
  readonly asked: readonly number[] | undefined;
}

/** What a request stands for when nothing else is known; the vendor class, not the number, decides on HTTP. */
export function firmwareOf({ arch, archCodes, http, vendorClass, asked }: Asker): Firmware {
  if (http) return "uefi-http";
  if (vendorClass.startsWith("U-Boot")) return "u-boot";
  // A PXE client that names no architecture is older than option 93, and a PC (PXE 2.1 knew no other).
  if (arch === undefined) return archCodes.length === 0 && vendorClass.startsWith("PXEClient") ? "bios" : "other";
  if (PC_BIOS.has(arch.code)) return "bios";
  if (OTHERS.has(arch.code)) return "other";
  return U_BOOT.has(arch.code) || isUbootAsUefi(asked) ? "u-boot" : "uefi";
}

/**
 * U-Boot that boots UEFI programs identifies itself as PXEClient, with UEFI's architecture. Real UEFI firmware requests what a
 * boot server sends (PXE 2.1 table 2-1); U-Boot requests the options of an ordinary DHCP client.
 */
function isUbootAsUefi(asked: readonly number[] | undefined): boolean {
  return asked !== undefined && !asked.some((code) => BOOT_OPTIONS.has(code));
}

/** Vendor options, vendor class, server name, boot file name. */
const BOOT_OPTIONS = new Set([43, 60, 66, 67]);
