import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes SHA256SUMS of files in a folder, for `sha256sum --check`. */
export function writeSums(folder: string, files: readonly string[]): void {
  const sumOf = (file: string) =>
    createHash("sha256")
      .update(readFileSync(join(folder, file)))
      .digest("hex");
  const lines = files.toSorted().map((file) => `${sumOf(file)}  ${file}\n`);
  writeFileSync(join(folder, "SHA256SUMS"), lines.join(""));
}
