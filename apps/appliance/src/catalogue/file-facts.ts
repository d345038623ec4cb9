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
  /** Where below the root the loader looks for it, in plain form; undefined when it looks on another server. */
  readonly path?: string;
  /** The other server: host and port as written. */
  readonly host?: string;
  readonly role: "kernel" | "initrd" | "module" | "config" | "script" | "program" | "image";
  /** Whether the loader goes on without it. */
  readonly optional: boolean;
  /** The menu entry it belongs to; undefined when every way through the file needs it. */
  readonly entry?: string;
  /** Line of the file, from 1. */
  readonly line: number;
}

/** What is known of one file that a client may fetch: its bytes were looked at. */
export interface FileFacts {
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
  /** Why its loader will not read it as it is. */
  readonly flaw?: ContentFlaw;
  /** Of a configuration or script: what it names, in the order of the file. */
  readonly needs?: readonly FileNeed[];
  /** A menu or prompt without a time limit: it waits for a person. */
  readonly waits?: boolean;
  /** The entry that starts without a person leads to the local disk. */
  readonly localBoot?: boolean;
}

export type ContentFlaw =
  | "byte-order-mark"
  | "utf-16"
  | "blank-first-line"
  | "no-ipxe-mark"
  | "cut-short"
  | "web-page"
  | "empty";
