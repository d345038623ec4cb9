import { tidyPath, withoutGarbage } from "@bootlace/boot-source";
import type { BootClient } from "@bootlace/proxy-dhcp";
import type { BootTree } from "./tree.ts";

/** What a rule, a menu line or a one-time boot writes to get the boot check. */
export const builtinCheck = "builtin:check";

/** A program of our own, for clients that there is no boot file for. */
export interface CheckProgram {
  /** The architecture's name, and the program's. */
  readonly name: "x86-bios" | "ia32-uefi" | "x64-uefi" | "arm64-uefi";
  /**
   * The name under which it is served. No file of the root can have it: this one always wins. It has no colon, which
   * iPXE would take for the scheme of a URI, and an end by which HTTP Boot knows a program.
   */
  readonly file: string;
  /** Its codes of option 93, its own first; the HTTP twin of an architecture, and EBC, which is x64 (see `ebc`). */
  readonly codes: readonly [number, ...number[]];
}

export const checkPrograms: readonly CheckProgram[] = [
  { name: "x86-bios", file: "bootlace-check/x86-bios.0", codes: [0] },
  { name: "x64-uefi", file: "bootlace-check/x64-uefi.efi", codes: [7, 16, 9, 17] },
  { name: "ia32-uefi", file: "bootlace-check/ia32-uefi.efi", codes: [6, 15] },
  { name: "arm64-uefi", file: "bootlace-check/arm64-uefi.efi", codes: [11, 19] },
];

/** The program that runs on an architecture of option 93. */
export function checkProgramOn(code: number | undefined): CheckProgram | undefined {
  return checkPrograms.find(({ codes }) => code !== undefined && codes.includes(code));
}

/** The architectures that get the boot check for want of a boot file. */
export function checkedArchitectures({ entries }: BootTree, { enabled }: { readonly enabled: boolean }): string[] {
  return checkPrograms.flatMap(({ name, codes }) => (enabled && !entries.has(codes[0]) ? [name] : []));
}

/**
 * The program for a client. iPXE starts what its platform starts. A Raspberry Pi calls itself a PC and is none. U-Boot
 * has architectures of its own, under which it starts nothing; as UEFI firmware it runs the check.
 */
export function checkProgramFor({ firmware, arch, http }: BootClient): CheckProgram | undefined {
  if (firmware === "raspberry-pi") return undefined;
  const program = checkProgramOn(arch?.code);
  return http && program?.name === "x86-bios" ? undefined : program;
}

/** The program that is meant by a name that a client sent: slashes turned and doubled, capitals, garbage at the end. */
export function checkProgramNamed(name: string): CheckProgram | undefined {
  const path = tidyPath(withoutGarbage(name)).toLowerCase();
  return checkPrograms.find(({ file }) => file === path);
}
