import type { PeMachine } from "../pe.ts";
import { hasText, latin1, numbers } from "./bytes.ts";

/** What an ELF file says of itself (System V ABI, "Object Files"). */
export interface ElfFile {
  readonly type: "relocatable" | "program" | "shared" | "other";
  readonly machine?: PeMachine;
  /** Where the table of sections ends, which linkers write last. */
  readonly end: number;
}

const machines: ReadonlyMap<number, PeMachine> = new Map([
  [3, "x86"],
  [40, "arm32"],
  [62, "x64"],
  [183, "arm64"],
]);
const types = ["other", "relocatable", "program", "shared"] as const;

/** @param bytes the first bytes of the file */
export function readElf(bytes: Uint8Array): ElfFile | undefined {
  if (!hasText(bytes, 0, "\x7fELF") || bytes.length < 64) return undefined;
  const { u16, u32, u64 } = numbers(bytes, bytes[5] !== 2);
  const wide = bytes[4] === 2;
  const sections = (wide ? u64(40) : u32(32)) ?? 0;
  const [size = 0, count = 0] = wide ? [u16(58), u16(60)] : [u16(46), u16(48)];
  const machine = machines.get(u16(18) ?? 0);
  return {
    type: types[u16(16) ?? 0] ?? "other",
    end: sections + size * count,
    ...(machine === undefined ? {} : { machine }),
  };
}

interface Section {
  readonly name: string;
  readonly type: number;
  readonly link: number;
  readonly content: Uint8Array;
}

/** The sections of an ELF file whose table of sections is among the bytes. */
function sectionsOf(bytes: Uint8Array): Section[] {
  const { u16, u32, u64 } = numbers(bytes, bytes[5] !== 2);
  const wide = bytes[4] === 2;
  const table = (wide ? u64(40) : u32(32)) ?? 0;
  const [size = 0, count = 0, names = 0] = wide ? [u16(58), u16(60), u16(62)] : [u16(46), u16(48), u16(50)];
  const headers = Array.from({ length: Math.min(count, mostSections) }, (_, index) => table + index * size);
  const contentAt = (header: number): Uint8Array => {
    const [from = 0, length = 0] = wide ? [u64(header + 24), u64(header + 32)] : [u32(header + 16), u32(header + 20)];
    return bytes.subarray(Math.min(from, bytes.length), Math.min(from + length, bytes.length));
  };
  const nameTable = contentAt(headers[names] ?? bytes.length);
  return headers.map((header) => ({
    name: stringAt(nameTable, u32(header) ?? 0),
    type: u32(header + 4) ?? 0,
    link: u32(header + (wide ? 40 : 24)) ?? 0,
    content: contentAt(header),
  }));
}

const mostSections = 256;

function stringAt(table: Uint8Array, offset: number): string {
  const end = table.indexOf(0, offset);
  return latin1(table.subarray(offset, end === -1 ? undefined : end));
}

const dynamic = 6;
const mostLibraries = 64;

/** The libraries that a shared object needs: `DT_NEEDED` of its dynamic section. */
export function neededLibraries(bytes: Uint8Array): string[] {
  const sections = sectionsOf(bytes);
  const section = sections.find(({ type }) => type === dynamic);
  const strings = sections[section?.link ?? -1]?.content;
  if (section === undefined || strings === undefined) return [];
  const wide = bytes[4] === 2;
  const { u32, u64 } = numbers(section.content, bytes[5] !== 2);
  const names: string[] = [];
  for (let entry = 0; names.length < mostLibraries; entry += wide ? 16 : 8) {
    const [tag, value] = wide ? [u64(entry), u64(entry + 8)] : [u32(entry), u32(entry + 4)];
    if (tag === undefined || value === undefined || tag === 0) return names;
    if (tag === 1) names.push(stringAt(strings, value));
  }
  return names;
}

/** The name of a module of GRUB: its section `.modname`; undefined for a file that is none. */
export function grubModuleName(bytes: Uint8Array): string | undefined {
  if (!hasText(bytes, 0, "\x7fELF")) return undefined;
  const name = sectionsOf(bytes).find((section) => section.name === ".modname");
  return name === undefined ? undefined : latin1(name.content).replace(/\0[\s\S]*$/, "");
}

/** The modules that a module of GRUB needs: its section `.moddeps`; undefined for a file that is none. */
export function grubModuleNeeds(bytes: Uint8Array): string[] | undefined {
  const sections = sectionsOf(bytes);
  if (!sections.some(({ name }) => name === ".modname")) return undefined;
  const needs = sections.find(({ name }) => name === ".moddeps");
  return needs === undefined ? [] : latin1(needs.content).split("\0").filter(Boolean).slice(0, mostLibraries);
}
