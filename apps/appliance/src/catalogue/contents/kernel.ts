import type { PeMachine } from "../pe.ts";
import { hasText, numbers } from "./bytes.ts";

/** What the header of a Linux kernel, or of a program that comes as one, says. */
export interface KernelHeader {
  readonly machine: PeMachine;
  /** Bytes that the file has at least. */
  readonly declaredSize?: number;
}

/**
 * Reads the header by which boot loaders know a Linux kernel: the x86 boot protocol (Documentation/arch/x86/boot.rst),
 * and the Image headers of arm64, riscv and loongarch, and of the 32-bit ARM zImage.
 * @param head the first bytes of the file, 1 KiB or more
 */
export function readKernelHeader(head: Uint8Array): KernelHeader | undefined {
  return x86Header(head) ?? imageHeader(head);
}

/** Since protocol 2.04 the size of the protected-mode part has four bytes; zImage of before is long gone. */
const wideSyssize = 0x0204;
/** XLF_KERNEL_64 among the xloadflags of protocol 2.12. */
const xloadflags = 0x020c;

function x86Header(head: Uint8Array): KernelHeader | undefined {
  if (!hasText(head, 0x202, "HdrS")) return undefined;
  const { u16, u32 } = numbers(head);
  const version = u16(0x206) ?? 0;
  const setupSectors = head[0x1f1] || 4;
  const paragraphs = version >= wideSyssize ? u32(0x1f4) : u16(0x1f4);
  const is64 = version >= xloadflags && ((u16(0x236) ?? 0) & 1) !== 0;
  // The size is in paragraphs of 16 bytes, and not every linker fills the last one (iPXE, memtest86+).
  const declaredSize = (setupSectors + 1) * 512 + Math.max(0, ((paragraphs ?? 0) - 1) * 16 + 1);
  return { machine: is64 ? "x64" : "x86", declaredSize };
}

/** `image_size` of these headers counts the memory that is cleared behind the file as well: it shows no cut. */
function imageHeader(head: Uint8Array): KernelHeader | undefined {
  if (hasText(head, 0x38, "ARM\x64")) return { machine: "arm64" };
  if (hasText(head, 0x30, "RISCV\0\0\0") && hasText(head, 0x38, "RSC\x05")) return { machine: "riscv64" };
  const { u32 } = numbers(head);
  if (u32(0x24) === 0x016f2818) {
    // zImage of 32-bit ARM: start and end address of the file.
    const [start = 0, end = 0] = [u32(0x28), u32(0x2c)];
    return { machine: "arm32", ...(end > start ? { declaredSize: end - start } : {}) };
  }
  return undefined;
}
