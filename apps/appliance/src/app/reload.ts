import { effectiveRows } from "../config/effective.ts";
import { type ConfigFault, formatFault } from "../config/faults.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { LogRecord } from "../events/record.ts";

/** The outcome of a reload. With `ok: false` the old config is kept. */
export type ReloadResult =
  | {
      readonly ok: true;
      /** Paths of the values that changed. */
      readonly changed: readonly string[];
      /** Those of them that need a restart. */
      readonly later: readonly string[];
    }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };

/** Settings read only at the start. */
const atStartOnly: ReadonlySet<string> = new Set([
  "user",
  "tftp.singlePort",
  "tftp.segmentation",
  "state.directory",
  "state.maxBoots",
]);

/** The differences between two configs. */
export function changesBetween(before: LoadedConfig, after: LoadedConfig) {
  const old = valuesOf(before);
  const next = valuesOf(after);
  const changed = [...new Set([...old.keys(), ...next.keys()])].filter((path) => old.get(path) !== next.get(path));
  return { changed, later: changed.filter((path) => atStartOnly.has(path)) };
}

function valuesOf(loaded: LoadedConfig): Map<string, string> {
  return new Map(effectiveRows(loaded).map(({ path, value }) => [path, JSON.stringify(value)]));
}

/** A valid config that this machine cannot run: a port in use, a folder that cannot be created. */
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
      message: `${from}: reload rejected, keeping the current config (${faults.length} ${faults.length === 1 ? "error" : "errors"})`,
      fields: { config: file, faults },
      details: faults.map(formatFault),
    };
  }
  const { changed, later } = result;
  const waits = later.length === 0 ? "" : `; needs a restart: ${later.join(", ")}`;
  const what = changed.length === 0 ? "nothing changed" : `changed: ${changed.join(", ")}${waits}`;
  return {
    level: later.length === 0 ? "info" : "warn",
    scope: "config",
    event: "config.reloaded",
    message: `${from} reloaded, ${what}`,
    fields: { config: file, changed, later },
  };
}
