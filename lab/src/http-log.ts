import { statSync } from "node:fs";
import { join } from "node:path";
import type { Bootlace } from "./bootlace.ts";

/** Files that the log does not show as fetched whole over HTTP, each with what is missing. */
export function httpGaps(
  { records, folder }: Pick<Bootlace, "records" | "folder">,
  files: readonly string[],
): string[] {
  const done = records().filter(({ event }) => event === "http.done");
  return files.flatMap((file) => {
    const { size } = statSync(join(folder, "boot", file));
    const found = done.find((record) => record.file === file);
    if (found === undefined) return [`no http.done for ${file}`];
    return found.bytes === size ? [] : [`${file}: ${String(found.bytes)} bytes, not ${size}`];
  });
}
