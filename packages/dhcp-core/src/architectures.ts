/** One row of the IANA registry "Processor Architecture Types" (RFC 4578 §2.1, RFC 5970 §3.3). */
export interface Architecture {
  readonly code: number;
  /** Short and stable: configuration files use it. */
  readonly name: ArchitectureName;
  readonly description: string;
  /** The firmware fetches its boot file by HTTP and sends vendor class HTTPClient. */
  readonly http: boolean;
}

/** RFC 4578 has 7 and 9 swapped; the registry, followed here, and all firmware say 7 is x64. */
const rows = [
  [0, "x86-bios", "x86 BIOS"],
  [1, "nec-pc98", "NEC/PC98 (deprecated)"],
  [2, "itanium", "Itanium"],
  [3, "dec-alpha", "DEC Alpha (deprecated)"],
  [4, "arc-x86", "Arc x86 (deprecated)"],
  [5, "intel-lean-client", "Intel Lean Client (deprecated)"],
  [6, "ia32-uefi", "x86 UEFI"],
  [7, "x64-uefi", "x64 UEFI"],
  [8, "xscale-efi", "EFI Xscale (deprecated)"],
  [9, "ebc", "EBC"],
  [10, "arm32-uefi", "ARM 32-bit UEFI"],
  [11, "arm64-uefi", "ARM 64-bit UEFI"],
  [12, "powerpc-open-firmware", "PowerPC Open Firmware"],
  [13, "powerpc-epapr", "PowerPC ePAPR"],
  [14, "power-opal", "POWER OPAL v3"],
  [15, "ia32-uefi-http", "x86 UEFI boot from HTTP"],
  [16, "x64-uefi-http", "x64 UEFI boot from HTTP"],
  [17, "ebc-http", "EBC boot from HTTP"],
  [18, "arm32-uefi-http", "ARM 32-bit UEFI boot from HTTP"],
  [19, "arm64-uefi-http", "ARM 64-bit UEFI boot from HTTP"],
  [20, "x86-bios-http", "PC/AT BIOS boot from HTTP"],
  [21, "arm32-uboot", "ARM 32-bit U-Boot"],
  [22, "arm64-uboot", "ARM 64-bit U-Boot"],
  [23, "arm32-uboot-http", "ARM 32-bit U-Boot boot from HTTP"],
  [24, "arm64-uboot-http", "ARM 64-bit U-Boot boot from HTTP"],
  [25, "riscv32-uefi", "RISC-V 32-bit UEFI"],
  [26, "riscv32-uefi-http", "RISC-V 32-bit UEFI boot from HTTP"],
  [27, "riscv64-uefi", "RISC-V 64-bit UEFI"],
  [28, "riscv64-uefi-http", "RISC-V 64-bit UEFI boot from HTTP"],
  [29, "riscv128-uefi", "RISC-V 128-bit UEFI"],
  [30, "riscv128-uefi-http", "RISC-V 128-bit UEFI boot from HTTP"],
  [31, "s390-basic", "s390 Basic"],
  [32, "s390-extended", "s390 Extended"],
  [33, "mips32-uefi", "MIPS 32-bit UEFI"],
  [34, "mips64-uefi", "MIPS 64-bit UEFI"],
  [35, "sunway32-uefi", "Sunway 32-bit UEFI"],
  [36, "sunway64-uefi", "Sunway 64-bit UEFI"],
  [37, "loongarch32-uefi", "LoongArch 32-bit UEFI"],
  [38, "loongarch32-uefi-http", "LoongArch 32-bit UEFI boot from HTTP"],
  [39, "loongarch64-uefi", "LoongArch 64-bit UEFI"],
  [40, "loongarch64-uefi-http", "LoongArch 64-bit UEFI boot from HTTP"],
  [41, "arm-rpiboot", "ARM rpiboot"],
] as const;

export type ArchitectureName = (typeof rows)[number][1];

export const architectures: readonly Architecture[] = rows.map(([code, name, description]) =>
  Object.freeze({ code, name, description, http: name.endsWith("-http") }),
);

const byName = new Map<string, Architecture>(architectures.map((architecture) => [architecture.name, architecture]));

/** The architecture of a value in option 93, or `undefined` when the registry has none. */
export function architectureByCode(code: number): Architecture | undefined {
  return architectures[code];
}

/** The architecture of a short name such as `"x64-uefi"`. */
export function architectureByName(name: string): Architecture | undefined {
  return byName.get(name);
}
