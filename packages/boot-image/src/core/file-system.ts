import type { Budget, FolderName, ImageEntry } from "./entry.ts";
import { attempt, fail, type ImageFault, ImageFaultError, type ImageResult } from "./fault.ts";

export type FileSystemKind = "iso9660" | "rock-ridge" | "joliet" | "udf" | "fat";

/** What a file system of an image is made of. */
export interface FileSystemParts {
  readonly kind: FileSystemKind;
  readonly label: string;
  readonly root: ImageEntry;
  /** The names of a folder, in their order. A name that is wrong comes as a fault, and the next one follows. */
  scan(folder: ImageEntry, budget: Budget): AsyncIterable<FolderName | ImageFault>;
}

export interface FindOptions {
  /** Names that differ in case are the same. Default: as the format says, so not in Rock Ridge and UDF. */
  readonly ignoreCase?: boolean;
  /** A symbolic link at the end of the path is followed, as those on its way always are. Default true. */
  readonly followLink?: boolean;
}

/** What a folder holds. */
export interface FolderListing {
  readonly entries: readonly ImageEntry[];
  /** What is wrong with names that are left out; at most 100. */
  readonly faults: readonly ImageFault[];
}

/** A file of the image, with its path. */
export interface WalkedEntry {
  readonly path: string;
  readonly entry: ImageEntry;
}

export interface FileSystem {
  readonly kind: FileSystemKind;
  /** The volume's name. */
  readonly label: string;
  /** Whether names that differ in case are different files. */
  readonly caseSensitive: boolean;
  readonly root: ImageEntry;
  /**
   * What a path leads to. Symbolic links lead on inside the image, and never out of it.
   * @param path from the root of the file system, with or without a slash in front
   * @returns `missing`, `not-a-folder`, `bad-name` for a path with `..`, `cycle`, or what is wrong with the image
   */
  find(path: string, options?: FindOptions): Promise<ImageResult<{ readonly entry: ImageEntry }>>;
  /** What a folder holds, in the order of the image. At most 100,000 names. */
  list(path: string): Promise<ImageResult<FolderListing>>;
  /**
   * Everything below the root, folders before what they hold; links are not followed. Each folder is visited once: one
   * that is met again, or lies more than 128 levels deep, is a fault.
   */
  walk(): AsyncIterable<WalkedEntry | { readonly fault: ImageFault }>;
}

const caseSensitive: ReadonlySet<FileSystemKind> = new Set(["rock-ridge", "udf"]);
const mostLinks = 40;
const mostSteps = 512;
const mostLevels = 128;
const mostNames = 100_000;
const mostWalked = 1_000_000;
const mostFaults = 100;
const findBudget = 8 * 1024 * 1024;
const listBudget = 32 * 1024 * 1024;
const walkBudget = 256 * 1024 * 1024;

export function isFault(value: FolderName | ImageFault): value is ImageFault {
  return "code" in value;
}

/** Whether a name can be one of a file: the check for every format. */
export function nameFault(name: string, offset: number): ImageFault | undefined {
  const shown = JSON.stringify(name.slice(0, 64));
  if (name === "" || name === "." || name === "..")
    return { code: "bad-name", offset, detail: `a file named ${shown}` };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  if (/[\0-\x1f\x7f/]/.test(name)) {
    return { code: "bad-name", offset, detail: `a name with a slash or a control character: ${shown}` };
  }
  return undefined;
}

/** Look-ups, lists and walks over one file system: the same for every format. */
export function fileSystem(parts: FileSystemParts): FileSystem {
  const { kind, label, root, scan } = parts;
  const sensitive = caseSensitive.has(kind);

  async function child(folder: ImageEntry, name: string, ignoreCase: boolean, budget: Budget) {
    const folded = name.toLowerCase();
    let other: FolderName | undefined;
    for await (const found of scan(folder, budget)) {
      if (isFault(found)) continue;
      if (found.name === name) return await found.entry();
      if (ignoreCase) other ??= found.name.toLowerCase() === folded ? found : undefined;
    }
    return await other?.entry();
  }

  async function resolve(path: string, { ignoreCase = !sensitive, followLink = true }: FindOptions) {
    const budget = { left: findBudget };
    const waiting = segmentsOf(path).reverse();
    if (waiting.includes("..")) fail("bad-name", 0, "a path with ..");
    const folders: ImageEntry[] = [];
    let here = root;
    let links = 0;
    for (let steps = 0; ; steps++) {
      const name = waiting.pop();
      if (name === undefined) return here;
      if (steps > mostSteps) fail("too-large", here.offset, `a path of more than ${mostSteps} names`);
      if (here.kind !== "folder") fail("not-a-folder", here.offset, `${here.name} is not a folder`);
      if (name === "..") {
        here = folders.pop() ?? root;
        continue;
      }
      const next = await child(here, name, ignoreCase, budget);
      if (next === undefined) fail("missing", here.offset, `no ${JSON.stringify(name.slice(0, 64))} in the folder`);
      if (next.kind !== "symlink" || (waiting.length === 0 && !followLink)) {
        folders.push(here);
        here = next;
        continue;
      }
      if (++links > mostLinks) fail("cycle", next.offset, `more than ${mostLinks} symbolic links`);
      const target = next.target ?? "";
      if (target.startsWith("/")) {
        here = root;
        folders.length = 0;
      }
      for (const segment of segmentsOf(target).reverse()) {
        if (waiting.length > mostSteps) fail("too-large", next.offset, `a path of more than ${mostSteps} names`);
        waiting.push(segment);
      }
    }
  }

  async function listing(path: string): Promise<FolderListing> {
    const folder = await resolve(path, {});
    if (folder.kind !== "folder") fail("not-a-folder", folder.offset, `${folder.name} is not a folder`);
    const entries: ImageEntry[] = [];
    const faults: ImageFault[] = [];
    for await (const found of entriesOf(folder, { left: listBudget })) {
      if ("fault" in found) {
        if (faults.length < mostFaults) faults.push(found.fault);
      } else if (entries.length >= mostNames) fail("too-large", folder.offset, `more than ${mostNames} names`);
      else entries.push(found);
    }
    return { entries, faults };
  }

  async function* entriesOf(folder: ImageEntry, budget: Budget): AsyncGenerator<ImageEntry | { fault: ImageFault }> {
    try {
      for await (const found of scan(folder, budget)) {
        if (isFault(found)) yield { fault: found };
        else {
          const read = await attempt(() => found.entry());
          yield read.ok ? read.value : { fault: read.fault };
        }
      }
    } catch (error) {
      if (!(error instanceof ImageFaultError)) throw error;
      yield { fault: error.fault };
    }
  }

  async function* walk(): AsyncGenerator<WalkedEntry | { fault: ImageFault }> {
    const budget = { left: walkBudget };
    const visited = new Set([root.id]);
    const waiting: { path: string; folder: ImageEntry; level: number }[] = [{ path: "", folder: root, level: 0 }];
    let walked = 0;
    for (let next = waiting.pop(); next !== undefined && budget.left >= 0; next = waiting.pop()) {
      const { path, folder, level } = next;
      const below: typeof waiting = [];
      for await (const found of entriesOf(folder, budget)) {
        if (++walked > mostWalked) {
          yield { fault: { code: "too-large", offset: folder.offset, detail: `more than ${mostWalked} entries` } };
          return;
        }
        if ("fault" in found) {
          yield found;
          continue;
        }
        const own = path === "" ? found.name : `${path}/${found.name}`;
        if (found.kind !== "folder") yield { path: own, entry: found };
        else if (visited.has(found.id)) yield { fault: { code: "cycle", offset: found.offset, detail: own } };
        else if (level >= mostLevels) {
          yield { fault: { code: "too-large", offset: found.offset, detail: `more than ${mostLevels} levels` } };
        } else {
          visited.add(found.id);
          yield { path: own, entry: found };
          below.push({ path: own, folder: found, level: level + 1 });
        }
      }
      for (const folder of below.reverse()) waiting.push(folder);
    }
  }

  return {
    kind,
    label,
    caseSensitive: sensitive,
    root,
    async find(path, options = {}) {
      const found = await attempt(() => resolve(path, options));
      return found.ok ? { ok: true, entry: found.value } : found;
    },
    async list(path) {
      const listed = await attempt(() => listing(path));
      return listed.ok ? { ok: true, ...listed.value } : listed;
    },
    walk,
  };
}

function segmentsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}
