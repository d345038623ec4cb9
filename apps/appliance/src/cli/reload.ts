import { readFileSync } from "node:fs";
import { quote } from "@bootlace/dhcp-core";
import type { ApiReload } from "../api-model/types.ts";
import { formatFault, placeOf } from "../config/faults.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { apiOptions, connectApi, failWith } from "./api-client.ts";
import { type Command, lastValue } from "./command.ts";
import { printError, printJson } from "./output.ts";

export const reload: Command = {
  name: "reload",
  summary: "Make the running daemon read its config again",
  options: [
    { name: "json", description: "Print one JSON document instead of lines." },
    {
      name: "pid",
      value: "PID",
      description:
        "Send SIGHUP to this process if the API is unreachable or refuses the token; the result is then only in its log.",
    },
    ...apiOptions,
  ],
  examples: [
    ["bootlace reload", "reload; transfers under way continue"],
    ["bootlace check && bootlace reload", "reload only a config without errors"],
  ],
  async run(args, surroundings) {
    const json = args.options.has("json");
    const pid = lastValue(args, "pid");
    if (pid !== undefined && !/^[1-9]\d{0,9}$/.test(pid)) {
      const message = `--pid ${quote(pid)} is not a process ID`;
      printError(surroundings, "reload", { code: "usage", message }, json);
      return exitCodes.usage;
    }
    const api = connectApi(args, surroundings);
    const result = api.ok ? await api.value.call<ApiReload>("POST", "/api/v1/reload", {}) : api;
    const signalling = !result.ok && result.exit === exitCodes.unreachable && pid !== undefined;
    if (signalling && isAnother(pid)) {
      const message = `--pid ${pid} is not a running bootlace serve, and SIGHUP could end it; no signal sent`;
      printError(surroundings, "reload", { code: "usage", message }, json);
      return exitCodes.unreachable;
    }
    const refused = signalling ? hangUp(Number(pid)) : undefined;
    if (!result.ok && refused !== undefined) {
      const error = { ...result.error, message: `${result.error.message}; ${refused}` };
      return failWith({ ...result, error }, "reload", json, surroundings);
    }
    if (signalling) {
      const why = reasons[result.error.code] ?? "the API is unreachable";
      if (json) printJson(surroundings, { signalled: Number(pid) });
      else surroundings.out(`${why}: sent SIGHUP; the result is in the daemon's log\n`);
      return exitCodes.ok;
    }
    if (!result.ok) return failWith(result, "reload", json, surroundings);
    const { value } = result;
    if (json) printJson(surroundings, { ...value });
    else if (value.ok) surroundings.out(changedText(value));
    else {
      for (const { message, hint, code, path, ...place } of value.faults) {
        const reported = { code, path, ...placeOf(place), problem: message };
        surroundings.err(`${formatFault({ ...reported, ...(hint === undefined ? {} : { allowed: hint }) })}\n`);
      }
      surroundings.err("bootlace reload: rejected, keeping the current config\n");
    }
    return value.ok ? exitCodes.ok : exitCodes.findings;
  },
};

/** Why only a signal is left. */
const reasons: Readonly<Record<string, string>> = {
  "token-required": "the API requires another token",
  "socket-required": "the API requires its socket",
};

/** A process ID of the daemon may belong to another process by now. If /proc does not show it, kill(2) decides. */
function isAnother(pid: string): boolean {
  try {
    return !readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes("serve");
  } catch {
    return false;
  }
}

/** @returns why the process got no signal; undefined when it did */
function hangUp(pid: number): string | undefined {
  try {
    process.kill(pid, "SIGHUP");
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ESRCH" ? `no process has the ID ${pid}` : `process ${pid} cannot be signalled (${code})`;
  }
}

function changedText({ changed, later }: ApiReload): string {
  if (changed.length === 0) return "reloaded, nothing changed\n";
  const waits = later.length === 0 ? "" : `\nneeds a restart: ${later.join(", ")}`;
  return `changed: ${changed.join(", ")}${waits}\n`;
}
