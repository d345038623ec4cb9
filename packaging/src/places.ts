import { fileURLToPath } from "node:url";

const top = new URL("../../", import.meta.url);

/** A path below the top of the repository. */
export function place(path: string): string {
  return fileURLToPath(new URL(path, top));
}
