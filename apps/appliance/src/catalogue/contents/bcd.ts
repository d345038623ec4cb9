import type { ConfigFacts, FileNeed, WimbootStart } from "../file-facts.ts";
import { hasText, numbers } from "./bytes.ts";
import { needAt, pathFrom } from "./reading.ts";

/** A Boot Configuration Data store: a hive of the Windows registry. */
export interface Bcd {
  /** Bytes that its header says it has. */
  readonly declaredSize?: number;
  /** The files that it names, as it writes them: images to start, and the ramdisk description that they need. */
  readonly names: readonly string[];
}

/** The base block of a hive, and the header of each of its bins. */
const baseBlock = 4096;
const binHeader = 32;
const mostNames = 64;
const longestName = 512;

export function isHive(bytes: Uint8Array): boolean {
  return hasText(bytes, 0, "regf");
}

/**
 * Reads what a BCD names that the Windows Boot Manager fetches over the network: `.wim`, `.sdi` and disk images. Programs
 * are inside the image. Cells that were freed hold old names and are passed over.
 * @param bytes all of the file, or its first bytes
 */
export function readBcd(bytes: Uint8Array): Bcd | undefined {
  if (!isHive(bytes)) return undefined;
  const { u32 } = numbers(bytes);
  const length = u32(40);
  const names = new Map<string, string>();
  for (let bin = baseBlock; hasText(bytes, bin, "hbin"); ) {
    const size = u32(bin + 8) ?? 0;
    if (size < binHeader || size % baseBlock !== 0) break;
    const end = Math.min(bin + size, bytes.length);
    for (const cell of usedCells(bytes, bin + binHeader, end)) {
      for (const name of namesIn(cell)) if (names.size < mostNames) names.set(name.toLowerCase(), name);
    }
    bin += size;
  }
  return { ...(length === undefined ? {} : { declaredSize: baseBlock + length }), names: [...names.values()] };
}

/** Each cell begins with its size, negative where it is in use. */
function* usedCells(bytes: Uint8Array, from: number, end: number): Generator<Uint8Array> {
  const { u32 } = numbers(bytes);
  for (let at = from; at + 8 <= end; ) {
    const size = (u32(at) ?? 0) | 0;
    const length = Math.abs(size);
    if (length < 8 || length % 8 !== 0) return;
    if (size < 0) yield bytes.subarray(at + 4, Math.min(at + length, end));
    at += length;
  }
}

/** Paths in UTF-16LE, alone or inside the description of a device. */
function namesIn(cell: Uint8Array): string[] {
  const names: string[] = [];
  let run = "";
  for (let at = 0; at + 1 < cell.length + 2; at += 2) {
    const code = at + 1 < cell.length ? (cell[at] ?? 0) | ((cell[at + 1] ?? 0) << 8) : 0;
    if (code >= 0x20 && code < 0xd800 && run.length < longestName) {
      run += String.fromCharCode(code);
      continue;
    }
    const name = /\\[^\\/:*?"<>|].*\.(wim|sdi|vhdx?)$/i.exec(run)?.[0];
    if (name !== undefined) names.push(name);
    run = "";
  }
  return names;
}

/** What the Windows Boot Manager fetches by it, from the root of the server. Of several images a person may take any. */
export function bcdFacts({ names }: Bcd): ConfigFacts {
  const images = names.filter((name) => !/\.sdi$/i.test(name)).length;
  const needs = names.map((name) => {
    const optional = images > 1 && !/\.sdi$/i.test(name);
    return needAt(0, "image", name, { path: pathFrom("", name) }, { optional });
  });
  return { loader: "windows", needs };
}

/** What a BCD cannot do without and wimboot was not handed: it is found by the last part of its name. */
export function notGiven(needs: readonly FileNeed[], { given }: WimbootStart): string | undefined {
  return needs.find(({ name, optional }) => !optional && !given.includes(baseName(name)))?.name;
}

function baseName(name: string): string {
  return name.slice(name.lastIndexOf("\\") + 1).toLowerCase();
}
