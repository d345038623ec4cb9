import { latin1 } from "./bytes.ts";
import { decodeLzo } from "./lzo.ts";

/** What a PXELINUX (`pxelinux.0`, `lpxelinux.0`) says about itself. */
export interface PxelinuxLoader {
  /** Such as `6.04`. */
  readonly version: string;
  /** Its core, unpacked; absent when it is packed in a way we do not know. */
  readonly core?: Uint8Array;
}

/** What an `ldlinux.c32` says about itself. */
export interface LdlinuxModule {
  /** Distributions leave it out: Debian's modules carry none. */
  readonly version?: string;
  readonly kind: "bios" | "uefi" | "com32r" | "cut-short" | "unknown";
  /** Names that the loader's core must have, or it refuses the module as undefined symbols. */
  readonly needs: readonly string[];
}

/** More than any version's core, unpacked. */
const largestCore = 1024 * 1024;
const smallestCore = 16 * 1024;
/** The packed core is the last thing in the file but for padding. */
const mostPadding = 16;
/** 6.04 has its banner at 0xd70 or 0xe40. */
const latestBanner = 16 * 1024;
/** Bytes behind the banner at which the core begins at the latest. */
const furthestCore = 1024;

/**
 * Reads a loader; undefined when the bytes are none.
 * @param wanted without the core, the first bytes of the file do
 */
export function readLoader(
  bytes: Uint8Array,
  wanted: { readonly core: boolean } = { core: true },
): PxelinuxLoader | undefined {
  const banner = /PXELINUX (\d+\.\d+)/.exec(latin1(bytes.subarray(0, latestBanner)));
  const version = banner?.[1];
  if (banner === null || version === undefined) return undefined;
  const core = wanted.core ? coreOf(bytes, banner.index) : undefined;
  return { version, ...(core === undefined ? {} : { core }) };
}

/** The banner ends the part that runs in 16-bit mode; the packed core follows at the next paragraph of 16 bytes. */
function coreOf(bytes: Uint8Array, banner: number): Uint8Array | undefined {
  const target = new Uint8Array(largestCore);
  const first = Math.ceil(banner / 16) * 16;
  for (let start = first; start < first + furthestCore; start += 16) {
    const decoded = decodeLzo(bytes, start, target);
    if (decoded === undefined || decoded.length < smallestCore) continue;
    if (decoded.end >= bytes.length - mostPadding) return target.slice(0, decoded.length);
  }
  return undefined;
}

/** Reads a module. */
export function readModule(bytes: Uint8Array): LdlinuxModule {
  const version = /(?:SYS|PXE|ISO)LINUX (\d+\.\d+)/i.exec(latin1(bytes))?.[1];
  const kind = kindOf(bytes);
  return { kind, needs: kind === "bios" ? undefinedSymbols(bytes) : [], ...(version === undefined ? {} : { version }) };
}

/** What a module needs and a loader lacks. Equal versions lack nothing. */
export function missingIn(core: Uint8Array, { needs }: LdlinuxModule): string[] {
  // The linker lets `printf` share the end of `vfprintf`, so that only the end of a name is certain.
  const text = latin1(core);
  return needs.filter((name) => !text.includes(`${name}\0`));
}

/** ELF class 32 and machine 386 is for BIOS, or for 32-bit UEFI, which the symbols show; modules before 5.00 were no ELF but began with `mov eax, …; int 21h`. */
function kindOf(bytes: Uint8Array): LdlinuxModule["kind"] {
  if (latin1(bytes.subarray(0, 4)) === "\x7fELF") {
    if (bytes[4] !== 1 || bytes[18] !== 3) return "uefi";
    return sectionsEnd(bytes) > bytes.length ? "cut-short" : "bios";
  }
  return bytes[0] === 0xb8 && bytes[3] === 0x4c && bytes[4] === 0xcd ? "com32r" : "unknown";
}

/** Where the table of sections ends, which linkers write last (System V ABI, "ELF Header"). */
function sectionsEnd(bytes: Uint8Array): number {
  if (bytes.length < 52) return 52;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(32, true) + view.getUint16(46, true) * view.getUint16(48, true);
}

const dynamicSymbols = 11;

/** Names of the symbols an ELF32 file wants from outside; weak ones may be missing (System V ABI, "Symbol Table"). */
function undefinedSymbols(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const headers = view.getUint32(32, true);
    const size = view.getUint16(46, true);
    const count = view.getUint16(48, true);
    const names: string[] = [];
    for (let index = 0; index < count; index++) {
      const header = headers + index * size;
      if (view.getUint32(header + 4, true) !== dynamicSymbols) continue;
      const strings = view.getUint32(headers + view.getUint32(header + 24, true) * size + 16, true);
      const table = view.getUint32(header + 16, true);
      const end = table + view.getUint32(header + 20, true);
      for (let symbol = table + 16; symbol < end; symbol += 16) {
        const weak = view.getUint8(symbol + 12) >> 4 === 2;
        if (view.getUint16(symbol + 14, true) !== 0 || weak) continue;
        const at = strings + view.getUint32(symbol, true);
        names.push(latin1(bytes.subarray(at, bytes.indexOf(0, at))));
      }
    }
    return names;
  } catch (error) {
    // Offsets that lead out of the file.
    if (error instanceof RangeError) return [];
    throw error;
  }
}
