import { join, relative, sep } from "node:path";
import { imagesFolder } from "../catalogue/images.ts";
import type { ImageFolder } from "./image-storage.ts";

/** The part of a config that says whether there are disc images, and where. Paths are absolute. */
interface ServerWithImages {
  readonly root: string;
  readonly images: { readonly enabled: boolean; readonly folders: readonly string[] };
  readonly tftp: { readonly enabled: boolean };
  readonly http: { readonly enabled: boolean };
}

export function servesImages({ images, tftp, http }: ServerWithImages): boolean {
  return images.enabled && (tftp.enabled || http.enabled);
}

/** The folders with disc images. Of one below the root links may lead to wherever in the root they like, as those of other files. */
export function imageFolders({ root, images }: Pick<ServerWithImages, "root" | "images">): readonly ImageFolder[] {
  const paths = images.folders.length === 0 ? [join(root, imagesFolder)] : [...new Set(images.folders)];
  return paths.map((path) => {
    const way = relative(root, path);
    const isBelow = way !== "" && way !== ".." && !way.startsWith(`..${sep}`);
    return { path, base: isBelow ? root : path };
  });
}
