import { formatFault } from "../config/faults.ts";
import type { ApiReload } from "../http/api-types.ts";
import { apiOptions, connectApi, failWith } from "./api-client.ts";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";
import { printJson } from "./output.ts";

export const reload: Command = {
  name: "reload",
  summary: "Let the running daemon read its config again",
  options: [{ name: "json", description: "Print one JSON document instead of lines." }, ...apiOptions],
  examples: [
    ["bootlace reload", "running transfers go on; with a fault the old config stays in force"],
    ["bootlace check && bootlace reload", "look for faults first"],
  ],
  async run(args, surroundings) {
    const json = args.options.has("json");
    const api = connectApi(args, surroundings);
    const result = api.ok ? await api.value.call<ApiReload>("POST", "/api/v1/reload", {}) : api;
    if (!result.ok) return failWith(result, "reload", json, surroundings);
    const { value } = result;
    if (json) printJson(surroundings, { ...value });
    else if (value.ok) surroundings.out(changedText(value));
    else {
      for (const { message, hint, ...place } of value.faults) {
        surroundings.err(
          `${formatFault({ ...place, problem: message, ...(hint === undefined ? {} : { allowed: hint }) })}\n`,
        );
      }
      surroundings.err("bootlace reload: the old config stays in force\n");
    }
    return value.ok ? exitCodes.ok : exitCodes.findings;
  },
};

function changedText({ changed, later }: ApiReload): string {
  if (changed.length === 0) return "read again, nothing changed\n";
  const waits = later.length === 0 ? "" : `\nonly at the next start: ${later.join(", ")}`;
  return `changed: ${changed.join(", ")}${waits}\n`;
}
