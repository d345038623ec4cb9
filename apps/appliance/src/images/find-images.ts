import { opendir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { codeOf, isShortage } from "@bootlace/boot-source";
import { inTime, silent } from "../boot-files/in-time.ts";
import type { ImageFolder } from "./image-storage.ts";

/** A file that may be a disc image, by its name and place: what it is, only its contents say. */
export interface FoundFile {
  /** Absolute path. */
  readonly path: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Unix time in milliseconds. */
  readonly modified: number;
  /** Tells one state of the file from every other. */
  readonly state: string;
}

export interface FoundFiles {
  /** In the order of their rank: what is in the folders themselves first, then what is below, each by name. */
  readonly files: readonly FoundFile[];
  /** Folders that were read: these are worth watching. */
  readonly folders: readonly string[];
  /** The folders of the config that are not there. */
  readonly missing: readonly string[];
  /** Folders that did not answer: what is in them is not known. */
  readonly silent: readonly string[];
  /** There are more images than are offered. */
  readonly cut: boolean;
}

const deepest = 3;
const mostNames = 20_000;
const mostImages = 500;

/** Hidden files are those that `rsync` and browsers write to until they are whole. */
const candidate = /^[^.].*\.(iso|img)$/i;

/**
 * Finds the files in these folders and the folders below that may be disc images.
 * @param most files that are given
 * @returns undefined when no descriptor is left to look: then nothing is known
 */
export async function findImages(roots: readonly ImageFolder[], most = mostImages): Promise<FoundFiles | undefined> {
  try {
    return await find(roots, most);
  } catch (error) {
    if (isShortage(error)) return undefined;
    throw error;
  }
}

async function find(roots: readonly ImageFolder[], most: number): Promise<FoundFiles> {
  const files: FoundFile[] = [];
  const folders: string[] = [];
  const missing: string[] = [];
  const mute: string[] = [];
  const seen = new Set<string>();
  let names = 0;
  let cut = false;
  const waiting = roots.map(({ path }) => ({ path, depth: 0 }));
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { path: folder, depth } = next;
    const listed = await inTime(folder, () => list(folder, seen));
    if (listed === silent) mute.push(folder);
    else if (listed === "missing" && depth === 0) missing.push(folder);
    if (listed === silent || typeof listed === "string") continue;
    folders.push(folder);
    for (const { name, isFolder } of listed) {
      const path = join(folder, name);
      if (++names > mostNames || files.length >= most) return { files, folders, missing, silent: mute, cut: true };
      if (isFolder) {
        if (depth < deepest) waiting.push({ path, depth: depth + 1 });
        else cut = true;
        continue;
      }
      if (!candidate.test(name)) continue;
      const found = await inTime(path, () => identify(path));
      if (found === silent) mute.push(path);
      else if (found !== undefined) files.push(found);
    }
  }
  return { files, folders, missing, silent: mute, cut };
}

const unreadable: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP", "ENAMETOOLONG"]);

async function list(folder: string, seen: Set<string>) {
  try {
    const { dev, ino } = await stat(folder);
    const key = `${dev} ${ino}`;
    // A folder that was named twice, or a link to one above.
    if (seen.has(key)) return "seen";
    seen.add(key);
    const names: { name: string; isFolder: boolean }[] = [];
    for await (const entry of await opendir(folder)) {
      const { name } = entry;
      if (name.startsWith(".")) continue;
      names.push({ name, isFolder: entry.isDirectory() });
      if (names.length > mostNames) break;
    }
    return names.sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    if (unreadable.has(codeOf(error))) return "missing";
    throw error;
  }
}

async function identify(path: string): Promise<FoundFile | undefined> {
  try {
    const info = await stat(path, { bigint: true });
    if (info.isDirectory()) return undefined;
    const { dev, ino, size, mtimeNs, ctimeNs } = info;
    const state = `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
    return { path, name: basename(path), size: Number(size), modified: Number(mtimeNs / 1_000_000n), state };
  } catch (error) {
    // Gone since it was listed, or a link that leads nowhere.
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ELOOP") return undefined;
    throw error;
  }
}
