import { existsSync, mkdirSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";

// Node's own `recursive` never ends where mkdir(2) says ENOENT below a folder that is there, as in /proc (Node 24.21,
// with and without a callback): so here each folder is asked for once.

/**
 * Makes a folder and those above it that are not there.
 * @returns the first that was made, or undefined when all were there
 * @throws the system's error: EACCES, EEXIST for something else of that name, ENOENT where none can be made
 */
export function makeFoldersSync(path: string, mode = 0o777): string | undefined {
  try {
    mkdirSync(path, mode);
    return path;
  } catch (error) {
    if (isThere(error, path)) return undefined;
    if (!lacksParent(error, path)) throw error;
    const first = makeFoldersSync(dirname(path), mode);
    mkdirSync(path, mode);
    return first ?? path;
  }
}

/** The same for a folder that may lie on a disk that does not answer. */
export async function makeFolders(path: string): Promise<string | undefined> {
  try {
    await mkdir(path);
    return path;
  } catch (error) {
    if (isThere(error, path)) return undefined;
    if (!lacksParent(error, path)) throw error;
    const first = await makeFolders(dirname(path));
    await mkdir(path);
    return first ?? path;
  }
}

function isThere(error: unknown, path: string): boolean {
  return codeOf(error) === "EEXIST" && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function lacksParent(error: unknown, path: string): boolean {
  return codeOf(error) === "ENOENT" && !existsSync(dirname(path));
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
