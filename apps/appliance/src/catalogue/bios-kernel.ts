import type { FileFacts } from "./file-facts.ts";

/** A kernel that iPXE for UEFI cannot start, because it hands each to the firmware: memdisk, and a kernel without an EFI stub. */
export function isForBiosAlone({ kind, machine }: FileFacts): boolean {
  return kind === "bios-program" || (kind === "linux-kernel" && (machine === "x64" || machine === "x86"));
}
