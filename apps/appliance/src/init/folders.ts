import { constants, lstatSync } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir, readlink, realpath, unlink } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { makeFolders } from "../os/make-folders.ts";

/** An open folder: a path that begins with `base` stays in it even if the folder is renamed. */
export interface HeldFolder {
  readonly base: string;
}

export type FolderResult =
  | { readonly ok: true; readonly folder: HeldFolder }
  | { readonly ok: false; readonly missing: true }
  | { readonly ok: false; readonly missing: false; readonly why: string };

const asFolder = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Marks unfinished files, with the process that writes them. */
const partPattern = /^\..+\.(\d+)\.[0-9a-f]+\.bootlace-part$/;

/** The name of a file while this process writes it. */
export function partName(name: string, random: string): string {
  return `.${name}.${process.pid}.${random}.bootlace-part`;
}

/**
 * The folders below `top`, opened one by one and kept open until the end. A symbolic link is followed only to a folder
 * below `top`, even while another process changes the tree.
 */
export function holdFolders(top: string) {
  const held = new Map<string, FolderResult>();
  const clean = new Set<string>();
  const handles: FileHandle[] = [];
  let realTop: string | undefined;

  async function hold(path: string, isNew = false): Promise<FolderResult> {
    const handle = await open(path, asFolder);
    handles.push(handle);
    // The umask of the person who runs init must not hide the files from the daemon's user.
    if (isNew) await handle.chmod(0o755);
    const real = await whereIs(handle, path);
    realTop ??= real;
    if (real !== realTop && !real.startsWith(realTop + sep)) {
      return { ok: false, missing: false, why: `it leads out of ${realTop}, to ${real}` };
    }
    return { ok: true, folder: { base: await baseOf(handle, real) } };
  }

  async function openBelow(path: string, create: boolean): Promise<FolderResult> {
    if (path === ".") {
      const first = create ? await makeFolders(top) : undefined;
      return hold(await realpath(top), first !== undefined);
    }
    const parent = await folder(dirname(path), create);
    if (!parent.ok) return parent;
    const own = join(parent.folder.base, path.slice(path.lastIndexOf("/") + 1));
    const isNew = create && (await makeFolder(own));
    const info = await lstat(own);
    if (info.isSymbolicLink()) return hold(await realpath(own));
    if (!info.isDirectory()) return { ok: false, missing: false, why: "not a folder" };
    return hold(own, isNew);
  }

  /** @param path below `top`, with `/`; `.` is `top` itself */
  async function folder(path: string, create: boolean): Promise<FolderResult> {
    const known = held.get(path);
    if (known !== undefined && (known.ok || !create)) return create ? swept(path, known) : known;
    const opened = await openBelow(path, create).catch((error: NodeJS.ErrnoException): FolderResult => {
      if (error.code === "ENOENT" && !create) return { ok: false, missing: true };
      if (error.code === "ENOENT") {
        const isLink = path !== "." || lstatSync(top, { throwIfNoEntry: false }) !== undefined;
        const why = isLink ? "broken symbolic link" : "the folder cannot be created";
        return { ok: false, missing: false, why };
      }
      if (error.code === "ENOTDIR" || error.code === "EEXIST" || error.code === "ELOOP") {
        return { ok: false, missing: false, why: "not a folder" };
      }
      return { ok: false, missing: false, why: describeError(error) };
    });
    held.set(path, opened);
    return create ? swept(path, opened) : opened;
  }

  /** Before the first file is written to a folder, removes what a killed run left there. */
  async function swept(path: string, opened: FolderResult): Promise<FolderResult> {
    if (opened.ok && !clean.has(path)) await removeParts(opened.folder.base);
    clean.add(path);
    return opened;
  }

  return {
    folder,
    async [Symbol.asyncDispose]() {
      for (const handle of handles) await handle.close();
    },
  };
}

export type Folders = ReturnType<typeof holdFolders>;

/** @returns false when the name exists */
async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, 0o755);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}

/** The real path of the folder behind a handle; without /proc, that of its name. */
async function whereIs(handle: FileHandle, path: string): Promise<string> {
  return readlink(`/proc/self/fd/${handle.fd}`).catch(() => realpath(path));
}

async function baseOf(handle: FileHandle, real: string): Promise<string> {
  const base = `/proc/self/fd/${handle.fd}`;
  return lstat(base).then(
    () => base,
    () => real,
  );
}

/** Unfinished files whose process is gone. */
async function removeParts(base: string): Promise<void> {
  for (const name of await readdir(base).catch((): string[] => [])) {
    const pid = Number(partPattern.exec(name)?.[1] ?? 0);
    if (pid > 0 && pid !== process.pid && !isAlive(pid)) await unlink(join(base, name)).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the quota is exceeded",
  ENAMETOOLONG: "the name is too long",
  ENOTDIR: "part of the path is not a folder",
  ELOOP: "symbolic links form a loop",
  EFBIG: "the file would be too large",
  EIO: "I/O error",
};

/** An error of the file system in words. */
export function describeError(error: unknown): string {
  const { code = String(error) } = error as NodeJS.ErrnoException;
  return reasons[code] ?? code;
}
