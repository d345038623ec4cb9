import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, link, lstat, open, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describeError, type Folders, type HeldFolder, partName } from "./folders.ts";

const pieceOctets = 64 * 1024;
const writeNew = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const readHere = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The content of a file. */
export type Content = { readonly source: string } | { readonly text: string };

/** What exists at the path of a file. */
export type Present =
  | { readonly kind: "missing" }
  /** A file with the wanted content. */
  | { readonly kind: "same" }
  /** A text as an earlier run wrote it. */
  | { readonly kind: "earlier" }
  | { readonly kind: "different" }
  /** Not a regular file: a symbolic link, a folder or the like. */
  | { readonly kind: "other" }
  | { readonly kind: "refused"; readonly why: string };

/** Looks at a path without following a symbolic link in its last part. */
export async function present(
  folders: Folders,
  path: string,
  content: Content,
  earlier: readonly string[] = [],
): Promise<Present> {
  const opened = await folders.folder(dirname(path), false);
  if (!opened.ok) return opened.missing ? { kind: "missing" } : { kind: "refused", why: opened.why };
  const own = inFolder(opened.folder, path);
  try {
    if (!(await lstat(own)).isFile()) return { kind: "other" };
    await using file = await open(own, readHere);
    if ("source" in content) {
      await using source = await open(content.source);
      return { kind: (await equal(file, source)) ? "same" : "different" };
    }
    const longest = Math.max(content.text.length, ...earlier.map((text) => text.length));
    if ((await file.stat()).size > longest) return { kind: "different" };
    const text = await file.readFile("utf8");
    return { kind: text === content.text ? "same" : earlier.includes(text) ? "earlier" : "different" };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // It exists but is unreadable: it belongs to another user.
    return code === "ENOENT" ? { kind: "missing" } : { kind: "different" };
  }
}

async function equal(one: FileHandle, other: FileHandle): Promise<boolean> {
  if ((await one.stat()).size !== (await other.stat()).size) return false;
  for (let at = 0; ; ) {
    const [left, right] = await Promise.all([pieceAt(one, at), pieceAt(other, at)]);
    if (!left.equals(right)) return false;
    if (left.length === 0) return true;
    at += left.length;
  }
}

async function pieceAt(file: FileHandle, at: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(pieceOctets), 0, pieceOctets, at);
  return buffer.subarray(0, bytesRead);
}

function inFolder({ base }: HeldFolder, path: string): string {
  return join(base, path.slice(path.lastIndexOf("/") + 1));
}

export type Placed =
  | { readonly kind: "made"; readonly size: number }
  /** Another process created it meanwhile. */
  | { readonly kind: "kept" }
  | { readonly kind: "interrupted" }
  | { readonly kind: "failed"; readonly why: string /** Of the system. */; readonly code?: string };

export interface PlaceOptions {
  /** Replace the text of an earlier run. */
  readonly renew?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (bytes: number) => void;
}

/** Writes a file atomically: it is complete when it gets its name. A file created there meanwhile is kept. */
export async function place(
  folders: Folders,
  path: string,
  content: Content,
  { renew = false, signal, onProgress = () => {} }: PlaceOptions = {},
): Promise<Placed> {
  const opened = await folders.folder(dirname(path), true);
  if (!opened.ok) return { kind: "failed", why: opened.missing ? "the folder is gone" : opened.why };
  const own = inFolder(opened.folder, path);
  const part = join(opened.folder.base, partName(own.slice(own.lastIndexOf("/") + 1), randomBytes(4).toString("hex")));
  try {
    const size = await fill(part, content, onProgress, signal);
    if (size === undefined) return { kind: "interrupted" };
    if (renew) await rename(part, own);
    else if (!(await giveName(part, own))) return { kind: "kept" };
    return { kind: "made", size };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { kind: "failed", why: describeError(error), ...(code === undefined ? {} : { code }) };
  } finally {
    await unlink(part).catch(() => {});
  }
}

/** @returns the bytes written, or undefined when `signal` ended it */
async function fill(
  part: string,
  content: Content,
  onProgress: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  await using file = await open(part, writeNew, 0o644);
  // As for folders: regardless of the umask.
  await file.chmod(0o644);
  let size = 0;
  if ("text" in content) {
    await file.writeFile(content.text);
    size = Buffer.byteLength(content.text);
  } else {
    await using source = await open(content.source);
    for (let piece = await pieceAt(source, 0); piece.length > 0; piece = await pieceAt(source, size)) {
      if (signal?.aborted === true) return undefined;
      await file.writeFile(piece);
      size += piece.length;
      onProgress(size);
    }
  }
  await file.sync();
  return size;
}

/** Gives a complete file its name, unless the name exists. */
async function giveName(part: string, own: string): Promise<boolean> {
  try {
    await link(part, own);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "ENOSYS" && code !== "EMLINK") throw error;
  }
  // FAT and some network file systems have no hard links.
  const there = await lstat(own).then(
    () => true,
    () => false,
  );
  if (there) return false;
  await rename(part, own);
  return true;
}
