/** What PXELINUX and SYSLINUX take a file for. */
export type SyslinuxType = "module" | "boot-sector" | "boot-program" | "comboot" | "disk-image";

/** After `KERNEL` and in `DEFAULT` the ending of a name decides; anything else is a kernel (Syslinux doc/syslinux.txt, "KERNEL"). */
const types: Readonly<Record<string, SyslinuxType>> = {
  c32: "module",
  bin: "boot-sector",
  bs: "boot-sector",
  bss: "boot-sector",
  "0": "boot-program",
  cbt: "comboot",
  com: "comboot",
  img: "disk-image",
};

/** How sentences name what a kernel is taken for, with its article. */
const nouns: Readonly<Record<SyslinuxType, string>> = {
  module: "a module",
  "boot-sector": "a boot sector",
  "boot-program": "a network boot program",
  comboot: "a COMBOOT program",
  "disk-image": "a disk image",
};

export interface SyslinuxEnding {
  /** As the name has it, with its dot. */
  readonly ending: string;
  readonly type: SyslinuxType;
  /** Such as "a boot sector". */
  readonly noun: string;
}

/** What the ending of a name makes of the file; undefined: a kernel. */
export function syslinuxEnding(name: string): SyslinuxEnding | undefined {
  const ending = /\.[^./\\]*$/.exec(name)?.[0] ?? "";
  const type = Object.hasOwn(types, ending.slice(1).toLowerCase()) ? types[ending.slice(1).toLowerCase()] : undefined;
  return type === undefined ? undefined : { ending, type, noun: nouns[type] };
}
