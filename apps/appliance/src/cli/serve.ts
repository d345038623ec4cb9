import { quote } from "@bootlace/dhcp-core";
import { formatFault } from "../config/faults.ts";
import { loadConfig } from "../config/load.ts";
import { reloadConfig } from "../config/reload-config.ts";
import { checkInterface } from "../config/values.ts";
import { withPriority } from "../log/pretty.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { type Command, lastValue } from "./command.ts";
import { configOption, flagsOf, settingOptions } from "./config-options.ts";
import { leaveRoot } from "./serve-user.ts";

export const serve: Command = {
  name: "serve",
  summary: "Run the server in the foreground",
  options: [configOption, ...settingOptions],
  examples: [
    ["bootlace serve", "serve ./boot on every interface"],
    ["bootlace serve --root /srv/tftp --interface eth0", "another folder, one interface"],
    ["bootlace serve --config /etc/bootlace/bootlace.yaml", "with a config file"],
  ],
  async run(args, surroundings) {
    const err = surroundings.stderrIsJournal
      ? (text: string) => surroundings.err(withPriority("error", text))
      : surroundings.err;
    const wrongName = args.options.get("interface")?.find((name) => checkInterface(name) !== undefined);
    if (wrongName !== undefined) {
      err(`bootlace serve: ${quote(wrongName)} is not the name of a network interface\n`);
      return exitCodes.usage;
    }
    const flags = flagsOf(args);
    if (!flags.ok) {
      err(`bootlace serve: ${flags.problem}\n`);
      return exitCodes.usage;
    }
    const file = lastValue(args, "config");
    const { cwd, env } = surroundings;
    const request = { cwd, env, flags: flags.flags, ...(file === undefined ? {} : { file }) };
    const result = loadConfig(request);
    if (!result.ok) {
      for (const fault of result.faults) err(`${formatFault(fault)}\n`);
      return exitCodes.config;
    }
    const user = leaveRoot(result.loaded);
    if (!user.ok) {
      err(`bootlace: ${user.problem}\n`);
      return exitCodes.start;
    }
    // Loading the servers takes longer than running any other command.
    const { serveUntilSignal } = await import("./serve-daemon.ts");
    return serveUntilSignal(result.loaded, (inForce) => reloadConfig(request, inForce), user, { ...surroundings, err });
  },
};
