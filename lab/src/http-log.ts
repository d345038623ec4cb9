import { statSync } from "node:fs";
import { join } from "node:path";
import type { Bootlace } from "./bootlace.ts";
import { LabFailure } from "./failure.ts";
import { eventually, type Lab } from "./lab.ts";

/**
 * Waits until the log shows each of the files as fetched whole over HTTP: iPXE starts a kernel before it has acknowledged all of
 * it, and that it came is known only later. Throws a LabFailure with what is missing.
 */
export async function httpComplete(
  lab: Lab,
  log: Pick<Bootlace, "records" | "folder">,
  files: readonly string[],
): Promise<void> {
  const complete = () => (httpGaps(log, files).length === 0 ? true : undefined);
  await eventually(lab, "the log of HTTP", 20, complete).catch((error: unknown) => {
    throw new LabFailure(`the log lacks a step:\n${httpGaps(log, files).join("\n")}\n${String(error)}`);
  });
}

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
