import type { ConfigFacts, ConfigLoader, ContentFlaw, FileFacts, FileKind, FileNeed } from "../file-facts.ts";
import { contentEnd, peMachine, peSigned } from "../pe.ts";
import { type Bcd, bcdFacts, isHive, readBcd } from "./bcd.ts";
import { isPxeMenu, loaderOf, readConfig } from "./configs.ts";
import { type ElfFile, readElf } from "./elf.ts";
import { diskImage, isBiosProgram, readFormat, uBootScript } from "./formats.ts";
import { readKernelHeader } from "./kernel.ts";
import { efiLoaderNeeds, moduleNeeds, pxelinuxNeeds } from "./loader-needs.ts";
import type { ReadContext } from "./reading.ts";
import { isWebPage, longestText, readText, type Text } from "./text.ts";

/** Bytes of a file that are looked at first; an ISO image states its size within them. */
export const headBytes = 64 * 1024;

/** Whether a file of which these are the first bytes is one that is to be read whole: a text, or a module. */
export function worthWhole(path: string, head: Uint8Array, size: number): boolean {
  if (size <= head.length || size > longestText) return false;
  return readText(head) !== undefined || isModuleName(path) || isHive(head) || readFormat(head)?.kind === "script";
}

/**
 * Looks at what is in a file. Never throws, whatever the bytes are.
 * @param bytes the first bytes of the file, {@link headBytes} where it has so many, or all of it
 * @param size bytes that the file has
 */
export function inspect(bytes: Uint8Array, size: number, context: ReadContext): FileFacts {
  if (size === 0) return { kind: "empty", size, flaw: "empty" };
  const binary = inspectProgram(bytes, size, context) ?? inspectFormat(bytes, context);
  if (binary !== undefined) {
    const { declaredSize = 0 } = binary;
    return { ...binary, size, ...(declaredSize > size ? { flaw: "cut-short" as const } : {}) };
  }
  const text = readText(bytes);
  if (text !== undefined) return { size, ...inspectText(text, bytes.length >= size, context) };
  const disk = diskImage(bytes, size);
  if (disk !== undefined) return { kind: "other", size, format: disk };
  return { kind: isBiosProgram(bytes) ? "bios-program" : "other", size, ...biosNeeds(bytes, context) };
}

type Found = Omit<FileFacts, "size">;

/** UEFI programs, kernels, and modules. */
function inspectProgram(bytes: Uint8Array, size: number, { path }: ReadContext): Found | undefined {
  const machine = peMachine(bytes);
  const kernel = readKernelHeader(bytes);
  if (machine !== undefined) {
    const signed = peSigned(bytes);
    const needs = efiLoaderNeeds(path, machine);
    return {
      kind: "efi-program",
      machine,
      declaredSize: Math.max(contentEnd(bytes), kernel?.declaredSize ?? 0),
      ...(signed === undefined ? {} : { signed }),
      ...(kernel === undefined ? {} : { kernel: true }),
      ...(needs === undefined ? {} : { needs }),
    };
  }
  // Cut before the header of the program: the stub for DOS is all that is left.
  if (bytes[0] === 0x4d && bytes[1] === 0x5a && kernel === undefined && size < 1024) {
    return { kind: "other", flaw: "cut-short" };
  }
  if (kernel !== undefined) return { kind: "linux-kernel", kernel: true, ...kernel };
  const bcd = readBcd(bytes);
  if (bcd !== undefined) return inspectBcd(bcd, bytes.length >= size);
  const elf = readElf(bytes);
  return elf === undefined ? undefined : { declaredSize: elf.end, ...inspectElf(elf, bytes, size, path) };
}

function inspectBcd(bcd: Bcd, whole: boolean): Found {
  const { declaredSize } = bcd;
  const known = whole && bcd.names.length > 0;
  return {
    kind: known ? "config" : "other",
    ...(declaredSize === undefined ? {} : { declaredSize }),
    ...(known ? bcdFacts(bcd) : {}),
  };
}

function inspectElf(elf: ElfFile, bytes: Uint8Array, size: number, path: string): Found {
  const machine = elf.machine === undefined ? {} : { machine: elf.machine };
  if (!isModuleName(path)) return { kind: "other", ...machine };
  const needs = bytes.length >= size ? moduleNeeds(path, bytes) : [];
  return { kind: "module", ...machine, ...(needs.length === 0 ? {} : { needs }) };
}

function isModuleName(path: string): boolean {
  return /\.(c32|e32|e64|mod)$/i.test(path);
}

/** Formats with a magic number of their own. */
function inspectFormat(bytes: Uint8Array, context: ReadContext): Found | undefined {
  const format = readFormat(bytes);
  if (format?.kind !== "script") return format;
  const script = readText(uBootScript(bytes) ?? new Uint8Array());
  return script === undefined ? format : { ...format, ...readConfig("u-boot", script.text, { ...context, path: "" }) };
}

function biosNeeds(bytes: Uint8Array, { path }: ReadContext): { readonly needs?: readonly FileNeed[] } {
  const needs = pxelinuxNeeds(path, bytes);
  return needs === undefined ? {} : { needs };
}

function inspectText({ text, flaw }: Text, whole: boolean, context: ReadContext): Found {
  if (isWebPage(text)) {
    // A page that is named as one is meant to be one.
    return { kind: "web-page", ...(/\.(html?|xml|xsl|svg)$/i.test(context.path) ? {} : { flaw: "web-page" }) };
  }
  const loader = loaderOf(context.path, text);
  // One word is no message that a server sent in place of a file: it may be anything.
  if (loader === undefined && flaw === undefined && !/\S\s+\S/.test(text)) return { kind: "other" };
  if (loader === undefined || !whole) return { kind: "text", ...(flaw === undefined ? {} : { flaw }) };
  const facts: ConfigFacts = readConfig(loader, text, context);
  const kind: FileKind = loader === "ipxe" || (loader === "u-boot" && !isPxeMenu(context.path)) ? "script" : "config";
  const why = flawOf(loader, text, flaw) ?? (loader === "ipxe" ? scriptFlaw(text) : undefined);
  return { kind, ...facts, ...(why === undefined ? {} : { flaw: why }) };
}

/** A byte order mark spoils the first line alone, which may be a comment; iPXE reads nothing of such a file. */
function flawOf(loader: ConfigLoader, text: string, flaw: Text["flaw"]): Text["flaw"] {
  return flaw === "byte-order-mark" && loader !== "ipxe" && /^[ \t]*(#|\r?\n)/.test(text) ? undefined : flaw;
}

/** iPXE takes a file for a script by its first characters alone (src/image/script.c). */
function scriptFlaw(text: string): ContentFlaw | undefined {
  if (/^#!(ipxe|gpxe)\s/.test(`${text}\n`)) return undefined;
  return /^\s+#!(ipxe|gpxe)\s/.test(`${text}\n`) ? "blank-first-line" : "no-ipxe-mark";
}
