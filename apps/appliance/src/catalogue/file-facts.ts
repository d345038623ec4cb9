import type { FileFormat } from "./file-formats.ts";

/** What a file is by its bytes, whatever its name says. */
export type FileKind =
  | "empty"
  /** A PE program: UEFI starts it. A Linux kernel with an EFI stub is one too, see `kernel`. */
  | "efi-program"
  /** A program for PC BIOS: PXELINUX, a boot sector, an iPXE binary. */
  | "bios-program"
  | "linux-kernel"
  /** A COM32 or ELF module of Syslinux, or a module of GRUB. */
  | "module"
  | "script"
  | "config"
  | "web-page"
  | "text"
  | "archive"
  | "other";

/** What a file makes its loader fetch next. */
export interface FileNeed {
  /** As the file writes it. */
  readonly name: string;
  /**
   * Where below the root the loader looks for it, in plain form; undefined when it looks on another server, or when the
   * name depends on what only the client knows.
   */
  readonly path?: string;
  /** Other paths, in plain form, of which any will do in place of `path`. */
  readonly otherwise?: readonly string[];
  /** The other server: host and port as written. */
  readonly host?: string;
  /** It asks this server by TLS, and whether for a port on which plain HTTP is spoken. */
  readonly tls?: "plain-port" | "other-port";
  /** It is no file but a disk on the network, at `host`. */
  readonly san?: true;
  /** A disk of this server from which the loader starts: it reads parts of it. */
  readonly disk?: true;
  /** The folder from which names in it count, in plain form, where the file says so. */
  readonly folder?: string;
  readonly role: "kernel" | "initrd" | "module" | "config" | "script" | "program" | "image";
  /** Whether the loader goes on without it. */
  readonly optional: boolean;
  /** Without it the loader comes back to the same line for ever. */
  readonly retried?: true;
  /**
   * The menu entry it belongs to; undefined when every way through the file needs it. In `config.txt` of a Raspberry Pi
   * the generation: `pi1` to `pi5`.
   */
  readonly entry?: string;
  /** The one command of a U-Boot script that starts it. */
  readonly startedBy?: UBootStart;
  /** Line of the file, from 1; 0 for what the loader fetches although no line names it. */
  readonly line: number;
}

/** Commands of U-Boot that start a kernel from memory, each in a form of its own. */
export type UBootStart = "bootm" | "booti" | "bootz";

/** Something that a file does not name, and that an entry of it cannot start without. */
export interface FileLack {
  /** Such as `BCD`. */
  readonly name: string;
  readonly entry?: string;
  readonly line: number;
}

/** A line that starts wimboot, and what the same entry hands to it. */
export interface WimbootStart {
  readonly line: number;
  readonly entry?: string;
  /** The names that Windows may find, in lower case. */
  readonly given: readonly string[];
}

/** A word in place of a command that its loader does not know. */
export interface UnknownCommand {
  readonly word: string;
  readonly line: number;
  /** The menu entry or label it belongs to; undefined when every way through the file leads over it. */
  readonly entry?: string;
  /** Whether its loader comes to it whatever happens, and stops there. */
  readonly certain: boolean;
}

/** A kernel or program that GRUB reads from a disk of the machine, so that it asks no server for it. */
export interface DiskRead {
  /** As the file writes it. */
  readonly name: string;
  /** The disk, as GRUB names it; undefined where the file searches for one. */
  readonly disk?: string;
  /** Its path there, in plain form. */
  readonly path: string;
  readonly entry?: string;
  readonly line: number;
}

/** A jump in a script to a label that the script does not have: its loader ends there. */
export interface LostJump {
  readonly label: string;
  readonly line: number;
  /** Whether the jump is made on every way through the script. */
  readonly certain: boolean;
}

/** The loader whose configuration or script a file is. */
export type ConfigLoader = "pxelinux" | "grub" | "ipxe" | "u-boot" | "raspberry-pi" | "esxi" | "windows";

/** What a configuration or a script of a loader says. */
export interface ConfigFacts {
  readonly loader: ConfigLoader;
  /** What it names, in the order of the file. */
  readonly needs: readonly FileNeed[];
  /** A menu or prompt without a time limit: it waits for a person. */
  readonly waits?: boolean;
  /** The entry that starts without a person. */
  readonly starts?: string;
  /** The entry that starts without a person leads to the local disk. */
  readonly localBoot?: boolean;
  readonly lacks?: readonly FileLack[];
  /** Where it starts wimboot. */
  readonly wimboot?: readonly WimbootStart[];
  readonly unknownCommands?: readonly UnknownCommand[];
  readonly diskReads?: readonly DiskRead[];
  readonly lostJumps?: readonly LostJump[];
}

/** What is known of one file that a client may fetch: its bytes were looked at. */
export interface FileFacts extends Partial<ConfigFacts> {
  readonly kind: FileKind;
  /** Bytes. */
  readonly size: number;
  /** Bytes that its own header says it has; more than `size` when it is cut. */
  readonly declaredSize?: number;
  /** The architecture that runs it, as `@bootlace/dhcp-core` names PE machines. */
  readonly machine?: string;
  /** Of an EFI program: whether it carries a signature. */
  readonly signed?: boolean;
  /** A Linux kernel, also where it is an EFI program as well. */
  readonly kernel?: boolean;
  /** A format that no firmware starts. */
  readonly format?: FileFormat;
  /** Why its loader will not read it as it is. */
  readonly flaw?: ContentFlaw;
}

export type ContentFlaw =
  | "byte-order-mark"
  | "utf-16"
  | "blank-first-line"
  | "no-ipxe-mark"
  | "cut-short"
  /** Where it must end it does not say that it ends, as far as its last bytes tell. */
  | "no-end"
  | "web-page"
  | "empty";
