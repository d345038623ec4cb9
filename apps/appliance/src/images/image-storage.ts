import { isAbsolute, relative, sep } from "node:path";
import { directory, notFound, type OpenResult, type Source } from "@bootlace/boot-source";
import { privateFiles } from "../boot-files/private-files.ts";

/** A folder with disc images. */
export interface ImageFolder {
  /** Absolute path. */
  readonly path: string;
  /** The folder out of which no link may lead: the root, or the folder itself. Absolute. */
  readonly base: string;
}

/** Opens the files of images folders, with the rules of all files that are served: nothing private, no way out of a folder. */
export interface ImageStorage {
  /** @param path absolute */
  open(path: string, client: { readonly address: string }): Promise<OpenResult>;
}

export interface ImageStorageOptions {
  readonly folders: readonly ImageFolder[];
  /** Files and folders that are never served. */
  readonly never: readonly string[];
  readonly now: () => number;
  /** Called when a folder does not answer any more, and when it does again. */
  readonly onStuck?: ((folder: string, stuck: boolean) => void) | undefined;
}

export function imageStorage({ folders, never, now, onStuck }: ImageStorageOptions): ImageStorage {
  const secrets = privateFiles(never, now);
  const sources = new Map<string, Source<{ readonly address: string }>>();
  for (const { base } of folders) {
    sources.set(base, directory(base, { isPrivate: secrets.has, ...(onStuck === undefined ? {} : { onStuck }) }));
  }
  return {
    async open(path, client) {
      const folder = folders.find((one) => isBelow(path, one.path));
      const source = folder && sources.get(folder.base);
      if (source === undefined) return notFound();
      if (!secrets.known()) await secrets.ready();
      return await source.open(relative(folder?.base ?? "", path), client);
    },
  };
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
