import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { inTime, silent } from "./in-time.ts";

/** One file of a disk, whatever names lead to it. */
export interface FileId {
  readonly dev: bigint;
  readonly ino: bigint;
}

export interface PrivateFiles {
  has(file: FileId): boolean;
  /** @param paths files, and folders with the files in them */
  setPaths(paths: readonly string[]): void;
  /** Whether the files of these paths have been looked up. */
  known(): boolean;
  /** Looks them up. */
  ready(): Promise<void>;
}

/** Milliseconds after which files are looked up again: a log that was rotated, a database that was put aside. */
const trustFor = 1000;

/**
 * The files that are never served, known by device and inode: a hard link or another mount of them has another path. They are
 * looked up beside the work, so that a disk that hangs holds up nobody: what lies on it cannot be served meanwhile.
 */
export function privateFiles(first: readonly string[], now: () => number): PrivateFiles {
  let paths = first;
  let known: ReadonlySet<string> | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;

  async function look(wanted: readonly string[]): Promise<void> {
    const found = await Promise.all(wanted.map((path) => inTime(path, () => idsOf(path))));
    if (wanted === paths) known = new Set(found.flatMap((ids) => (ids === silent ? [] : ids)));
  }

  function lookAgain(): Promise<void> {
    lookedAt = now();
    looking ??= look(paths).finally(() => {
      looking = undefined;
    });
    return looking;
  }

  return {
    has(file) {
      const age = now() - lookedAt;
      if (age < 0 || age >= trustFor) void lookAgain();
      return known?.has(keyOf(file)) === true;
    },
    setPaths(next) {
      if (next.join("\0") === paths.join("\0")) return;
      paths = next;
      known = undefined;
    },
    known: () => known !== undefined,
    async ready() {
      while (known === undefined) await lookAgain();
    },
  };
}

async function idsOf(path: string): Promise<string[]> {
  try {
    const info = await stat(path, { bigint: true });
    if (!info.isDirectory()) return [keyOf(info)];
    const names = await readdir(path);
    const files = await Promise.all(names.map((name) => stat(join(path, name), { bigint: true })));
    return files.filter((file) => file.isFile()).map(keyOf);
  } catch {
    // Not there, or gone meanwhile.
    return [];
  }
}

function keyOf({ dev, ino }: FileId): string {
  return `${dev} ${ino}`;
}
