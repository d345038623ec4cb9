import { constants, open } from "node:fs/promises";
import { basename } from "node:path";
import type { ImageRow } from "../catalogue/images.ts";
import { findImages } from "./find-images.ts";
import { usualImageTimes } from "./follow-images.ts";
import { imageIds } from "./image-ids.ts";
import type { ImageFolder } from "./image-storage.ts";
import { lookInto } from "./look-into.ts";

export type ReadImage =
  | { readonly ok: true; readonly row: ImageRow }
  | { readonly ok: false; readonly problem: string };

const problems: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EACCES: "permission denied",
  ENOTDIR: "no such file",
};

/**
 * Looks into one file, wherever it is and whoever made it: for a person who asks about it.
 * @param path absolute
 */
export async function readImage(path: string): Promise<ReadImage> {
  try {
    // One that is no file does not make the command wait, as a pipe would (open(2), O_NONBLOCK).
    await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const info = await handle.stat();
    if (!info.isFile()) return { ok: false, problem: info.isDirectory() ? "is a folder" : "not a regular file" };
    const { size, mtimeMs } = info;
    const read = async (target: Uint8Array, position: number) =>
      (await handle.read(target, 0, target.length, position)).bytesRead;
    const looked = await lookInto({ size, read });
    const [id = ""] = imageIds([basename(path)]);
    const file = { id, path, size, modified: Math.floor(mtimeMs) };
    return {
      ok: true,
      row: looked.ok
        ? { ...file, state: "ready", system: looked.system }
        : { ...file, state: "faulty", fault: looked.fault },
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { ok: false, problem: problems[code] ?? code };
  }
}

/**
 * All images of some folders as they stand now, read once: the first folder first.
 * @param now Unix time in milliseconds: one that is not whole and was changed a moment ago is being copied
 */
export async function readImages(folders: readonly ImageFolder[], now: number): Promise<readonly ImageRow[]> {
  const { files } = (await findImages(folders)) ?? { files: [] };
  const ids = imageIds(files.map(({ name }) => name));
  const rows: ImageRow[] = [];
  for (const [index, { path, size, modified }] of files.entries()) {
    const file = { id: ids[index] ?? "", path, size, modified };
    const read = await readImage(path);
    if (!read.ok) {
      const fault = { code: "permission-denied", offset: 0, detail: `cannot be read: ${read.problem}` } as const;
      rows.push({ ...file, state: "faulty", fault });
    } else if (read.row.state === "faulty" && now - modified < usualImageTimes.incomplete) {
      rows.push({ ...file, state: "copying" });
    } else rows.push({ ...read.row, ...file });
  }
  return rows;
}
