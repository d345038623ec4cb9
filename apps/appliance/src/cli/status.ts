import type { ApiStatus } from "../api-model/types.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { apiOptions, connectApi, failWith } from "./api-client.ts";
import type { Command } from "./command.ts";
import { printJson } from "./output.ts";
import { statusLines } from "./status-lines.ts";
import { terminalOf } from "./terminal.ts";

export const status: Command = {
  name: "status",
  summary: "Show the state of the daemon and the latest boots",
  options: [{ name: "json", description: "Print one JSON document instead of lines." }, ...apiOptions],
  examples: [
    ["bootlace status", "show the daemon of this machine"],
    ["bootlace status --json --api http://192.168.11.109:8067 --token-file token", "of another one"],
  ],
  async run(args, surroundings) {
    const json = args.options.has("json");
    const api = connectApi(args, surroundings);
    const result = api.ok ? await api.value.call<ApiStatus>("GET", "/api/v1/status") : api;
    if (!result.ok) return failWith(result, "status", json, surroundings);
    const { value } = result;
    if (json) printJson(surroundings, { ...value });
    else for (const line of statusLines(value, terminalOf(surroundings))) surroundings.out(`${line}\n`);
    return value.ready ? exitCodes.ok : exitCodes.findings;
  },
};
