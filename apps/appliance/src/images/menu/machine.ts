import { architectureByCode } from "@bootlace/dhcp-core";

/** What is known of a machine that asks for a menu. What is absent is unknown, and refuses nothing. */
export interface Machine {
  readonly firmware?: "bios" | "uefi" | undefined;
  /** Code of option 93. */
  readonly arch?: number | undefined;
  /** Bytes. */
  readonly memory?: number | undefined;
  /** What iPXE announced in option 175; an iPXE that announces no features is trusted. */
  readonly features?: readonly string[] | undefined;
  /** The version of its iPXE. */
  readonly version?: string | undefined;
  /** The processor for which its iPXE was built: a 32-bit iPXE may run on a 64-bit machine. */
  readonly build?: string | undefined;
}

const unitsOf19 = 4;

/**
 * iPXE's settings that say on what it runs, as one segment of a path: platform, build, version, and of the first arrays of memory
 * their first and last KiB (SMBIOS 3.7.0 §7.20, type 19, offset 4). Each is empty where iPXE has none. iPXE fills them in itself.
 */
export const machineSettings = [
  "platform",
  "buildarch",
  "version:uristring",
  ...Array.from({ length: unitsOf19 }, (_, number) => `smbios/${number}.19.4.8:hexhyp`),
]
  .map((setting) => `\${${setting}}`)
  .join(",");

/** Codes of option 93 by iPXE's names of platform and processor. */
const archCodes: ReadonlyMap<string, number> = new Map([
  ["pcbios i386", 0],
  ["pcbios x86_64", 0],
  ["efi i386", 6],
  ["efi x86_64", 7],
  ["efi arm32", 10],
  ["efi arm64", 11],
  ["efi riscv32", 25],
  ["efi riscv64", 27],
  ["efi loong64", 39],
]);

/** Reads what iPXE made of {@link machineSettings}; undefined for other text. */
export function readMachine(segment: string): Machine | undefined {
  const parts = segment.split(",");
  const [platform = "", build = "", version = "", ...arrays] = parts;
  if (arrays.length !== unitsOf19 || !/^[\w-]{0,32}$/.test(platform) || !/^[\w-]{0,32}$/.test(build)) return undefined;
  const firmware = platform === "efi" ? "uefi" : platform === "pcbios" ? "bios" : undefined;
  return {
    firmware,
    arch: archCodes.get(`${platform} ${build}`),
    build: build === "" ? undefined : build,
    version: /^\d/.test(version) ? version : undefined,
    memory: memoryOf(arrays),
  };
}

/** Bytes of the arrays together. Above 4 TiB the fields say nothing (SMBIOS 3.7.0 §7.20.1), and so it is unknown. */
function memoryOf(arrays: readonly string[]): number | undefined {
  let kibibytes = 0;
  for (const text of arrays) {
    const octets = text.split("-").map((pair) => Number.parseInt(pair, 16));
    if (text === "" || octets.length !== 8 || !octets.every((octet) => octet >= 0)) continue;
    const word = (first: number) => octets.slice(first, first + 4).reduceRight((sum, octet) => sum * 256 + octet, 0);
    const [start, end] = [word(0), word(4)];
    if (end === 0xffffffff || end < start) return undefined;
    kibibytes += end - start + 1;
  }
  return kibibytes === 0 ? undefined : kibibytes * 1024;
}

/** The facts of two sources as one; those of the first count. */
export function mergedMachine(first: Machine, second: Machine | undefined): Machine {
  const known = Object.entries(first).filter(([, value]) => value !== undefined);
  return { ...second, ...Object.fromEntries(known) };
}

/** What a machine says of itself in DHCP, without its way to boot: HTTP Boot is of the same architecture. */
export function machineOf(client: {
  readonly arch?: { readonly code: number; readonly name: string } | undefined;
  readonly ipxe?: { readonly version?: string | undefined; readonly features: readonly string[] } | undefined;
}): Machine {
  const { arch, ipxe } = client;
  const name = arch?.name.replace(/-http$/, "");
  const code = arch === undefined ? undefined : (codeOf(name) ?? arch.code);
  const uefi = name?.endsWith("-uefi") === true || name === "ebc";
  return {
    arch: code,
    firmware: name === "x86-bios" ? "bios" : uefi ? "uefi" : undefined,
    version: ipxe?.version,
    features: ipxe?.features,
  };
}

/** Old x64 firmware calls itself EBC. */
function codeOf(name: string | undefined): number | undefined {
  if (name === "ebc") return 7;
  return name === undefined
    ? undefined
    : [0, 6, 7, 10, 11, 25, 27, 37, 39].find((code) => architectureByCode(code)?.name === name);
}

/** Whether this iPXE fetches by HTTP. */
export function hasHttp({ features }: Machine): boolean {
  return features === undefined || features.length === 0 || features.includes("http");
}
