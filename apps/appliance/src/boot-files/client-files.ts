import { stat } from "node:fs/promises";
import { join } from "node:path";
import { boundedMap } from "@bootlace/boot-source";
import { directory, type Source } from "@bootlace/tftp-serve";
import { inTime } from "./in-time.ts";
import { privateFiles } from "./private-files.ts";

export interface Served {
  readonly root: string;
  /** Files and folders that are never served, by whatever name in the root. */
  readonly never: readonly string[];
}

export interface ClientFiles {
  /** The files of the root in force, and of the client's own folder where it has one. */
  readonly source: Source;
  /** The folder below the root in which the names of whoever has this address count, where there is one. */
  rootOf(address: string): string | undefined;
  adopt(served: Served): void;
}

/** Milliseconds for which an answer about a client's folder is taken as still true. */
const trustFor = 1000;
const mostFolders = 1024;

/**
 * One source for TFTP and HTTP. Files that are open stay open when the root changes.
 * @param folderOf the folder below the root that a rule gives to whoever has this address
 * @param onStuck called when a folder does not answer any more, and when it does again
 */
export function clientFiles(
  first: Served,
  folderOf: (address: string) => string | undefined,
  now: () => number,
  onStuck: (folder: string, stuck: boolean) => void,
): ClientFiles {
  const secrets = privateFiles(first.never, now);
  const folders = boundedMap<string, { readonly time: number; readonly is: boolean }>(mostFolders);
  let top = first.root;
  let current = sourceOf(top);

  function sourceOf(path: string): Source {
    return directory(path, {
      ignoreCase: true,
      isPrivate: secrets.has,
      rootFor({ address }) {
        const folder = folderOf(address);
        if (folder !== undefined) void look(join(path, folder));
        return folder;
      },
      orRoot: true,
      onStuck,
    });
  }

  /** Looks beside the work whether a folder is there: its disk may hang. */
  async function look(path: string): Promise<void> {
    const age = now() - (folders.peek(path)?.time ?? Number.NEGATIVE_INFINITY);
    if (age >= 0 && age < trustFor) return;
    folders.set(path, { time: now(), is: folders.peek(path)?.is === true });
    const is = await inTime(path, () =>
      stat(path).then(
        (info) => info.isDirectory(),
        () => false,
      ),
    );
    folders.set(path, { time: now(), is: is === true });
  }

  return {
    source: {
      open: (name, client) =>
        secrets.known() ? current.open(name, client) : secrets.ready().then(() => current.open(name, client)),
    },
    rootOf(address) {
      const folder = folderOf(address);
      if (folder === undefined) return undefined;
      const path = join(top, folder);
      void look(path);
      return folders.peek(path)?.is === true ? folder : undefined;
    },
    adopt({ root, never }) {
      secrets.setPaths(never);
      top = root;
      current = sourceOf(root);
    },
  };
}
