import { type ConfigFault, formatFault } from "../config/faults.ts";
import { findConfig, loadConfig, usualPlaces } from "../config/load.ts";
import type { Command, Surroundings } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";

export const check: Command = {
  name: "check",
  summary: "Look for faults in a config file",
  positional: {
    name: "FILE",
    description: `The config file. Without it the first of ${usualPlaces.join(", ")} that exists.`,
  },
  options: [{ name: "json", description: "Print one JSON document instead of lines." }],
  examples: [
    ["bootlace check", "the config file that serve would use"],
    ["bootlace check --json new.yaml", "another file, for a program to read"],
  ],
  async run({ options, positionals }, surroundings) {
    const file = positionals[0] ?? findConfig(surroundings.cwd);
    const result = loadConfig(file, surroundings.cwd);
    const faults = result.ok ? [] : result.faults;
    if (options.has("json")) printJson(file, faults, surroundings);
    else printLines(file, faults, surroundings);
    return faults.length === 0 ? exitCodes.ok : exitCodes.findings;
  },
};

function printLines(file: string | undefined, faults: readonly ConfigFault[], { out }: Surroundings) {
  for (const fault of faults) out(`${formatFault(fault)}\n`);
  if (faults.length > 0) out(`${faults.length} ${faults.length === 1 ? "error" : "errors"}\n`);
  else out(file === undefined ? "no config file: the defaults apply\n" : `${file}: no faults\n`);
}

function printJson(file: string | undefined, faults: readonly ConfigFault[], { out }: Surroundings) {
  const rows = faults.map(({ problem, allowed, suggestion, ...place }) => ({
    ...place,
    severity: "error",
    message: problem,
    hint:
      [allowed, suggestion === undefined ? undefined : `Did you mean ${suggestion}?`].filter(Boolean).join(". ") ||
      undefined,
  }));
  out(`${JSON.stringify({ schema: 1, file, faults: rows })}\n`);
}
