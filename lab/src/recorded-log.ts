import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { must } from "./failure.ts";

/** Set to write down the logs of now in place of comparing them. */
const RECORD = "LAB_RECORD_DOCS";

/**
 * Holds the log of a boot against the one the documentation shows, or takes its place there.
 * @param folder the working folder of the daemon, which is in the log
 */
export function mustBeAsRecorded(name: string, log: string, folder: string): void {
  const path = fileURLToPath(new URL(`../../docs/images/${name}.log`, import.meta.url));
  const now = log.replaceAll(folder, "/srv/bootlace");
  if (process.env[RECORD] !== undefined) writeFileSync(path, now);
  const [shown, real] = [readFileSync(path, "utf8"), now].map(whatIsSaid);
  const missing = shown?.filter((line) => real?.includes(line) !== true) ?? [];
  const further = real?.filter((line) => shown?.includes(line) !== true) ?? [];
  must(
    missing.length === 0 && further.length === 0,
    `docs/images/${name}.log no longer shows a real boot (${RECORD}=1 records a new one)\nonly there:\n${missing.join("\n")}\nonly now:\n${further.join("\n")}`,
  );
}

/** The lines of a log without what differs from boot to boot: times, sizes, rates and leases. */
export function whatIsSaid(log: string): string[] {
  const lines = log.split("\n").map((line) =>
    line
      .replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} /, "")
      .replace(/: [\d.]+ (bytes?|[kMG]B) in [\d.]+ m?s, [\d.]+ (bytes?|[kMG]B)\/s/, ": size in time")
      .replace(/, \d+ sent again\b/, "")
      .replace(/192\.168\.11\.[5-9]\d\b/, "client")
      .replace(/node \d+\.\d+\.\d+/, "node"),
  );
  return [...new Set(lines.filter((line) => line !== ""))];
}
