import { statSync } from "node:fs";
import { join } from "node:path";
import { directory, type Source } from "@bootlace/tftp-serve";

export interface ClientFiles {
  /** The files of the root in force, and of the client's own folder where it has one. */
  readonly source: Source;
  /** The folder below the root in which the names of whoever has this address count, where there is one. */
  rootOf(address: string): string | undefined;
  setRoot(root: string): void;
}

/** Milliseconds for which an answer about a client's folder is taken as still true. */
const trustFor = 1000;
const mostFolders = 1024;

/**
 * One source for TFTP and HTTP. Files that are open stay open when the root changes.
 * @param folderOf the folder below the root that a rule gives to whoever has this address
 */
export function clientFiles(
  root: string,
  folderOf: (address: string) => string | undefined,
  now: () => number,
): ClientFiles {
  const known = new Map<string, { readonly time: number; readonly is: boolean }>();
  let top = root;
  let current = sourceOf(root);

  function sourceOf(path: string): Source {
    known.clear();
    return directory(path, { ignoreCase: true, rootFor: ({ address }) => rootBelow(path, address) });
  }

  function rootBelow(path: string, address: string): string | undefined {
    const folder = folderOf(address);
    return folder !== undefined && isFolder(join(path, folder)) ? folder : undefined;
  }

  function isFolder(path: string): boolean {
    const age = now() - (known.get(path)?.time ?? Number.NEGATIVE_INFINITY);
    if (age >= 0 && age < trustFor) return known.get(path)?.is === true;
    if (known.size >= mostFolders) known.clear();
    const is = looksLikeFolder(path);
    known.set(path, { time: now(), is });
    return is;
  }

  return {
    source: { open: (name, client) => current.open(name, client) },
    rootOf: (address) => rootBelow(top, address),
    setRoot(path) {
      top = path;
      current = sourceOf(path);
    },
  };
}

function looksLikeFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
