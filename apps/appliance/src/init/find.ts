import { constants } from "node:fs";
import { access, open, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { peHeaderOctets, peMachine } from "../catalogue/pe.ts";
import { type Kit, type KitFile, type KitId, kits } from "./kits.ts";

/** Larger than any boot file of a distribution. */
const largestFile = 64 * 1024 * 1024;

/** A file to copy. */
export interface FoundFile {
  /** Path in the boot folder. */
  readonly target: string;
  readonly source: string;
  readonly size: number;
}

export interface Found {
  readonly kits: ReadonlyMap<KitId, readonly FoundFile[]>;
  /** Existing files and folders that this user may not read. */
  readonly unreadable: readonly string[];
}

/**
 * Looks for every kit below each root, first root first.
 * @param roots `/`, or folders that hold a system or unpacked packages
 */
export async function findKits(roots: readonly string[]): Promise<Found> {
  const found = new Map<KitId, readonly FoundFile[]>();
  const unreadable = new Set<string>();
  for (const kit of kits) {
    const files = await findKit(kit, roots, unreadable);
    if (files !== undefined) found.set(kit.id, files);
  }
  return { kits: found, unreadable: [...unreadable] };
}

async function findKit(kit: Kit, roots: readonly string[], unreadable: Set<string>): Promise<FoundFile[] | undefined> {
  for (const root of roots) {
    for (const alternative of kit.alternatives) {
      const files = await findAll(root, alternative, unreadable);
      if (files !== undefined) return files;
    }
  }
  return undefined;
}

async function findAll(
  root: string,
  alternative: readonly KitFile[],
  unreadable: Set<string>,
): Promise<FoundFile[] | undefined> {
  const files: FoundFile[] = [];
  for (const file of alternative) {
    const source = join(root, file.place);
    const size = await sizeOf(source, file, unreadable);
    if (size !== undefined) files.push({ target: file.target, source, size });
    else if (file.optional !== true) return undefined;
  }
  // A menu does not work without its libraries.
  const optional = alternative.filter((file) => file.optional === true).length;
  const needed = alternative.length - optional;
  return files.length === alternative.length ? files : files.slice(0, needed);
}

async function sizeOf(path: string, { machine }: KitFile, unreadable: Set<string>): Promise<number | undefined> {
  try {
    const info = await stat(path);
    if (!info.isFile() || info.size === 0 || info.size > largestFile) return undefined;
    await access(path, constants.R_OK);
    if (machine !== undefined && peMachine(await headOf(path)) !== machine) return undefined;
    return info.size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EACCES") unreadable.add(await closedPart(path));
    return undefined;
  }
}

/** The outermost folder on the way to a file that this user may not enter, else the file. */
async function closedPart(path: string): Promise<string> {
  const folder = dirname(path);
  if (folder === path) return path;
  const outer = await closedPart(folder);
  if (outer !== folder) return outer;
  const open = await access(folder, constants.X_OK).then(
    () => true,
    () => false,
  );
  return open ? path : folder;
}

async function headOf(path: string): Promise<Uint8Array> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(new Uint8Array(peHeaderOctets), 0, peHeaderOctets, 0);
  return buffer.subarray(0, bytesRead);
}
