import { directory, type Source } from "@bootlace/tftp-serve";
import { privateFiles } from "./private-files.ts";

export interface Served {
  readonly root: string;
  /** Files and folders that are never served, by whatever name in the root. */
  readonly never: readonly string[];
}

export interface ClientFiles {
  /** The files of the root in force, and of the client's own folder where it has one. */
  readonly source: Source;
  adopt(served: Served): void;
  /** Folders that do not answer. */
  stuck(): readonly string[];
}

/**
 * One source for TFTP and HTTP. Files that are open stay open when the root changes.
 * @param folderOf the folder below the root that a rule gives to whoever has this address
 * @param onStuck told when a folder does not answer any more, and when it does again
 */
export function clientFiles(
  first: Served,
  folderOf: (address: string) => string | undefined,
  now: () => number,
  onStuck: (folder: string, stuck: boolean) => void,
): ClientFiles {
  const secrets = privateFiles(first.never, now);
  const stuck = new Set<string>();
  let current = sourceOf(first.root);

  function sourceOf(path: string): Source {
    return directory(path, {
      ignoreCase: true,
      isPrivate: secrets.has,
      rootFor: ({ address }) => folderOf(address),
      orRoot: true,
      onStuck(folder, isStuck) {
        if (isStuck) stuck.add(folder);
        else stuck.delete(folder);
        onStuck(folder, isStuck);
      },
    });
  }

  return {
    source: {
      open: (name, client) =>
        secrets.known() ? current.open(name, client) : secrets.ready().then(() => current.open(name, client)),
    },
    stuck: () => [...stuck],
    adopt({ root, never }) {
      secrets.setPaths(never);
      current = sourceOf(root);
    },
  };
}
