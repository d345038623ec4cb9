import type { Stats } from "node:fs";
import { type FileHandle, open, readlink, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { CaseIndex } from "./case-index.ts";
import { codeOf } from "./core/error-code.ts";
import type { SourceFault } from "./core/source.ts";
import { isShortage, whenFree } from "./descriptors.ts";
import { type FileIdentity, openFlags } from "./regular-file.ts";

export type Found =
  | {
      readonly ok: true;
      readonly path: string;
      /** Where it lies in truth. */
      readonly real: string;
      readonly handle: FileHandle;
      readonly identity: FileIdentity;
    }
  | { readonly ok: false; readonly fault: SourceFault };

/**
 * Opens a regular file at `segments` below `root`, and nothing that is not in it in truth: symbolic links are followed,
 * but where they lead is asked of the open file itself, so that nothing can be exchanged in between.
 */
export async function findFile(root: string, segments: readonly string[]): Promise<Found> {
  const path = join(root, ...segments);
  let handle: FileHandle | undefined;
  try {
    // Opening a device can already do something, so look before.
    const fault = faultOf(await stat(path));
    if (fault) return { ok: false, fault };
    handle = await whenFree(() => open(path, openFlags));
    // Each of these costs a turn of the event loop, which is long while many are served: so all at once.
    const [stats, real, realRoot] = await Promise.all([
      handle.stat({ bigint: true }),
      realPathOf(handle, path),
      realpath(root),
    ]);
    if (!isBeneath(real, realRoot)) return await refuse(handle, { reason: "outside-root", detail: `is ${real}` });
    if (!stats.isFile()) return await refuse(handle, { reason: "not-regular" });
    const { dev, ino, size, mtimeNs, ctimeNs, nlink } = stats;
    return { ok: true, path, real, handle, identity: { dev, ino, size, mtimeNs, ctimeNs, nlink } };
  } catch (error) {
    await handle?.close();
    if (isShortage(error)) throw error;
    return { ok: false, fault: faultFrom(error) };
  }
}

async function refuse(handle: FileHandle, fault: SourceFault): Promise<Found> {
  await handle.close();
  return { ok: false, fault };
}

/** Linux shows the path of an open file; elsewhere the path is resolved again. */
async function realPathOf(handle: FileHandle, path: string): Promise<string> {
  if (process.platform === "linux") {
    try {
      return await readlink(`/proc/self/fd/${handle.fd}`);
    } catch {
      // No /proc in this sandbox.
    }
  }
  return await realpath(path);
}

export function isBeneath(path: string, root: string): boolean {
  return path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function faultOf(stats: Stats): SourceFault | undefined {
  if (stats.isFile()) return undefined;
  return { reason: stats.isDirectory() ? "is-directory" : "not-regular" };
}

function faultFrom(error: unknown): SourceFault {
  const code = codeOf(error);
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
    case "ENAMETOOLONG":
      return { reason: "missing" };
    case "ELOOP":
      return { reason: "missing", detail: code };
    case "EACCES":
    case "EPERM":
      return { reason: "permission-denied", detail: code };
    case "ENXIO":
      return { reason: "not-regular", detail: code };
    default:
      return { reason: "source-failed", detail: code };
  }
}

/** Folders read for one name: a tree of folders that differ by case alone must not cost more. */
const mostFolders = 256;

/**
 * The paths that differ from `segments` in upper and lower case only. At each level the name as written comes first, then
 * the others in the order of their bytes.
 */
export async function* pathsIgnoringCase(
  root: string,
  segments: readonly string[],
  index: CaseIndex,
): AsyncGenerator<string[]> {
  let read = 0;

  async function* below(path: string[], rest: readonly string[]): AsyncGenerator<string[]> {
    const [segment, ...further] = rest;
    if (segment === undefined) {
      yield path;
      return;
    }
    if (read++ >= mostFolders) return;
    const alike = await index.namesLike(join(root, ...path), segment);
    for (const name of alike.toSorted(inOrder(segment))) yield* below([...path, name], further);
  }

  yield* below([], segments);
}

function inOrder(wanted: string): (one: string, other: string) => number {
  return (one, other) =>
    Number(other === wanted) - Number(one === wanted) || Buffer.compare(Buffer.from(one), Buffer.from(other));
}
