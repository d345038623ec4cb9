import { existsSync, mkdirSync, statSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

// Node's own `recursive` never ends where mkdir(2) returns ENOENT in an existing folder, as in /proc (Node 24.21,
// with and without a callback): so each folder is created once here.

/** Whatever the umask: a folder that others can write is theirs as well. */
const usualMode = 0o755;

/**
 * Creates a folder and its missing parents.
 * @returns the first folder created, or undefined when all existed
 * @throws the system's error: EACCES, EEXIST for something else of that name, ENOENT where no folder can be created
 */
export function makeFoldersSync(path: string, mode = usualMode): string | undefined {
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

/** The same for a folder on a disk that may hang. */
export async function makeFolders(path: string, mode = usualMode): Promise<string | undefined> {
  try {
    await mkdir(path, mode);
    return path;
  } catch (error) {
    if (codeOf(error) === "EEXIST" && (await isFolder(path))) return undefined;
    if (codeOf(error) !== "ENOENT" || (await exists(dirname(path)))) throw error;
    const first = await makeFolders(dirname(path), mode);
    await mkdir(path, mode);
    return first ?? path;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
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
