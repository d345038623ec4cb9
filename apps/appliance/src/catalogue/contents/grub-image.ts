import { hasText, latin1, numbers } from "./bytes.ts";
import { grubModuleName } from "./elf.ts";

/** What is built into a GRUB for UEFI (GRUB, include/grub/kernel.h). */
export interface GrubImage {
  /** The folder in which it looks for its configuration and modules, without a device in front. */
  readonly prefix?: string;
  readonly modules: readonly string[];
}

const sectionBytes = 40;
const mostObjects = 1000;
/** Types of the objects behind the header. */
const elfModule = 0;
const prefixText = 3;

/**
 * Reads the section `mods`, in which an image has its modules and its prefix.
 * @param bytes the whole file; undefined where it is no such image
 */
export function readGrubImage(bytes: Uint8Array): GrubImage | undefined {
  const { u16, u32 } = numbers(bytes);
  const coff = (u32(0x3c) ?? 0) + 4;
  if (!hasText(bytes, coff - 4, "PE\0\0")) return undefined;
  const table = coff + 20 + (u16(coff + 16) ?? 0);
  const sections = Array.from({ length: Math.min(u16(coff + 2) ?? 0, 96) }, (_, index) => table + index * sectionBytes);
  const mods = sections.find((section) => hasText(bytes, section, "mods\0"));
  const info = mods === undefined ? undefined : u32(mods + 20);
  if (info === undefined || !hasText(bytes, info, "mimg")) return undefined;
  return objectsAt(bytes, info, (u16(coff + 20) ?? 0) === 0x20b);
}

/** The header counts in machine words: 32-bit GRUB has no padding behind the magic number. */
function objectsAt(bytes: Uint8Array, info: number, wide: boolean): GrubImage {
  const { u32 } = numbers(bytes);
  const offset = u32(info + (wide ? 8 : 4)) ?? 0;
  const end = info + (u32(info + (wide ? 16 : 8)) ?? 0);
  const modules: string[] = [];
  let prefix: string | undefined;
  let at = info + offset;
  for (let count = 0; at + 8 <= end && count < mostObjects; count++) {
    const [type, size = 0] = [u32(at), u32(at + 4)];
    if (size < 8) break;
    const object = bytes.subarray(at + 8, at + size);
    if (type === prefixText) prefix = latin1(object).replace(/\0[\s\S]*$/, "");
    if (type === elfModule) modules.push(grubModuleName(object) ?? "");
    at += size;
  }
  return { modules, ...(prefix === undefined ? {} : { prefix: prefix.replace(/^\([^)]*\)/, "") }) };
}

/** Whether a UEFI program is shim: no other has the name of shim's second stage in it. */
export function isShim(bytes: Uint8Array, secondStage: string): boolean {
  const wanted = [...secondStage].flatMap((char) => [char.charCodeAt(0), 0]);
  const [first = 0] = wanted;
  for (let at = bytes.indexOf(first); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return true;
  }
  return false;
}
