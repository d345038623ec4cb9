import { effectiveRows } from "../config/effective.ts";
import { type ConfigFault, formatFault } from "../config/faults.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { LogRecord } from "../events/record.ts";

/** What came of a reload. With `ok: false` the old config is in force. */
export type ReloadResult =
  | {
      readonly ok: true;
      /** Paths of the values that changed. */
      readonly changed: readonly string[];
      /** Those of them that the next start will use. */
      readonly later: readonly string[];
    }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };

/** Settings that are read at the start only. */
const atStartOnly: ReadonlySet<string> = new Set([
  "user",
  "tftp.singlePort",
  "tftp.segmentation",
  "state.directory",
  "state.maxBoots",
]);

/** What differs between two configs. */
export function changesBetween(before: LoadedConfig, after: LoadedConfig) {
  const old = valuesOf(before);
  const next = valuesOf(after);
  const changed = [...new Set([...old.keys(), ...next.keys()])].filter((path) => old.get(path) !== next.get(path));
  return { changed, later: changed.filter((path) => atStartOnly.has(path)) };
}

function valuesOf(loaded: LoadedConfig): Map<string, string> {
  return new Map(effectiveRows(loaded).map(({ path, value }) => [path, JSON.stringify(value)]));
}

/** A config that is right in itself and that the machine does not allow: a port in use, a folder that cannot be made. */
export function refusedFault(file: string, message: string): ConfigFault {
  return { code: "E050", problem: message, file, path: "", line: 0, column: 0 };
}

/** The log line about a reload. */
export function reloadRecord(result: ReloadResult, file: string | undefined): LogRecord {
  const from = file ?? "no config file";
  if (!result.ok) {
    const { faults } = result;
    return {
      level: "error",
      scope: "config",
      event: "config.reload-failed",
      message: `${from}: not taken over, the old config stays in force: ${faults.length} ${faults.length === 1 ? "fault" : "faults"}`,
      fields: { config: file, faults },
      details: faults.map(formatFault),
    };
  }
  const { changed, later } = result;
  const waits = later.length === 0 ? "" : `; only at the next start: ${later.join(", ")}`;
  const what = changed.length === 0 ? "nothing changed" : `changed: ${changed.join(", ")}${waits}`;
  return {
    level: later.length === 0 ? "info" : "warn",
    scope: "config",
    event: "config.reloaded",
    message: `${from} taken over, ${what}`,
    fields: { config: file, changed, later },
  };
}
