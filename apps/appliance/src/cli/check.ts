import { join } from "node:path";
import { readOneTimeBootFile } from "../app/one-time-boot-file.ts";
import { effectiveRows } from "../config/effective.ts";
import { type ConfigFault, faultRow, formatFault, plain, warningText } from "../config/faults.ts";
import { findConfig, type LoadedConfig, loadConfig, usualPlaces } from "../config/load.ts";
import { originText } from "../config/overlay.ts";
import { checkTree, type TreeReport } from "../file-check/check-tree.ts";
import type { TreeFinding } from "../file-check/findings.ts";
import type { PendingBoot } from "../file-check/named-files.ts";
import { exitCodes } from "../os/exit-codes.ts";
import type { Command, Surroundings } from "./command.ts";
import { flagsOf, settingOptions } from "./config-options.ts";
import { printJson } from "./output.ts";

export const check: Command = {
  name: "check",
  summary: "Check the config file and the boot files for errors",
  positionals: [
    {
      name: "FILE",
      description: `Config file. Default: the first of ${usualPlaces.join(", ")} that exists.`,
    },
  ],
  options: [
    { name: "effective", description: "Print every value and its origin." },
    { name: "no-files", description: "Check the config only, not the boot files." },
    { name: "json", description: "Print one JSON document instead of lines." },
    ...settingOptions,
  ],
  examples: [
    ["bootlace check", "check the config file that serve would use"],
    ["bootlace check --json new.yaml", "check another file, for a script"],
    ["bootlace check --effective --set tftp.port=1069", "print each value and its origin"],
  ],
  async run(args, surroundings) {
    const { options, positionals } = args;
    const flags = flagsOf(args);
    if (!flags.ok) {
      surroundings.err(`bootlace check: ${flags.problem}\n`);
      return exitCodes.usage;
    }
    const { cwd, env } = surroundings;
    const named = positionals[0];
    const request = { cwd, env, flags: flags.flags, ...(named === undefined ? {} : { file: named }) };
    const { file } = findConfig(request);
    const result = loadConfig(request);
    const json = options.has("json");
    if (result.ok && options.has("effective")) {
      if (json) printEffectiveJson(result.loaded, surroundings);
      else printEffective(result.loaded, surroundings);
      return exitCodes.ok;
    }
    const report =
      result.ok && !options.has("no-files") ? await checkTree(result.loaded, pendingBoots(result.loaded)) : undefined;
    const faults = result.ok ? (report?.findings ?? []) : result.faults;
    const warnings = result.ok ? (result.loaded.warnings ?? []).map(warningText) : [];
    const { bootCheck, notes: remarks } = report ?? { bootCheck: [], notes: [] };
    const notes = [...warnings, ...remarks];
    if (json) printJson(surroundings, { file, faults: faults.map(faultRow), bootCheck, notes });
    else printLines(file, faults, { bootCheck, notes }, surroundings);
    return faults.length === 0 ? exitCodes.ok : exitCodes.findings;
  },
};

/** One-time boots of a daemon with this config; what this user may not read is no matter of the check. */
function pendingBoots({ config }: LoadedConfig): PendingBoot[] {
  const { directory } = config.state;
  const read = directory === undefined ? undefined : readOneTimeBootFile(directory);
  if (directory === undefined || read?.ok !== true) return [];
  return [...read.state.values()].flatMap(({ mac, action, takenAt }) => {
    if (takenAt !== undefined || action.server !== undefined) return [];
    const { file, script, image } = action;
    const kept = join(directory, "next.json");
    const given = Object.entries({ file, script, image }).filter(([, name]) => name !== undefined);
    return [{ kept, mac, ...Object.fromEntries(given) }];
  });
}

function printLines(
  file: string | undefined,
  faults: readonly (ConfigFault | TreeFinding)[],
  { bootCheck, notes }: Omit<TreeReport, "findings">,
  { out }: Surroundings,
) {
  for (const fault of faults) out(`${formatFault(fault)}\n`);
  if (bootCheck.length > 0) out(`missing: boot files for ${bootCheck.join(", ")} (they get the boot check)\n`);
  for (const note of notes)
    out(`${note}
`);
  if (faults.length > 0) out(`${faults.length} ${faults.length === 1 ? "error" : "errors"}\n`);
  else out(file === undefined ? "no config file: the defaults apply\n" : `${plain(file)}: no errors\n`);
}

function printEffective(loaded: LoadedConfig, { out }: Surroundings) {
  const rows = effectiveRows(loaded).map(({ path, value, origin }) => [
    `${path}: ${JSON.stringify(value)}`,
    originText(origin),
  ]);
  const width = Math.min(60, Math.max(...rows.map(([left = ""]) => left.length)));
  for (const [left = "", right = ""] of rows) out(`${left.padEnd(width)}  ${right}\n`);
}

function printEffectiveJson(loaded: LoadedConfig, surroundings: Surroundings) {
  printJson(surroundings, { file: loaded.file, values: effectiveRows(loaded) });
}
