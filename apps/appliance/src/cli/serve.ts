import { quote } from "@bootlace/dhcp-core";
import { createAppliance } from "../appliance.ts";
import { formatFault } from "../config/faults.ts";
import { type LoadedConfig, type LoadResult, loadConfig } from "../config/load.ts";
import { checkInterface } from "../config/values.ts";
import type { Log } from "../events/log.ts";
import { ApplianceStartError } from "../services/service.ts";
import { reloadSignal, stopSignal } from "../system/signals.ts";
import { version } from "../version.ts";
import { type Command, lastValue, type Surroundings } from "./command.ts";
import { configOption, flagsOf, settingOptions } from "./config-options.ts";
import { exitCodes } from "./exit-codes.ts";
import { openServeLog } from "./serve-log.ts";

export const serve: Command = {
  name: "serve",
  summary: "Answer boot clients and serve their files until a signal ends it",
  options: [configOption, ...settingOptions],
  examples: [
    ["bootlace serve", "serve ./boot on every interface of the LAN"],
    ["bootlace serve --root /srv/tftp --interface eth0", "another folder, one interface"],
    ["bootlace serve --config /etc/bootlace/bootlace.yaml", "as the config file says"],
  ],
  async run(args, surroundings) {
    const wrongName = args.options.get("interface")?.find((name) => checkInterface(name) !== undefined);
    if (wrongName !== undefined) {
      surroundings.err(`bootlace serve: ${quote(wrongName)} is not the name of a network interface\n`);
      return exitCodes.usage;
    }
    const flags = flagsOf(args);
    if (!flags.ok) {
      surroundings.err(`bootlace serve: ${flags.problem}\n`);
      return exitCodes.usage;
    }
    const file = lastValue(args, "config");
    const { cwd, env } = surroundings;
    const request = { cwd, env, flags: flags.flags, ...(file === undefined ? {} : { file }) };
    const result = loadConfig(request);
    if (!result.ok) {
      for (const fault of result.faults) surroundings.err(`${formatFault(fault)}\n`);
      return exitCodes.config;
    }
    return serveUntilSignal(result.loaded, () => loadConfig(request), surroundings);
  },
};

async function serveUntilSignal(
  loaded: LoadedConfig,
  load: () => LoadResult,
  surroundings: Surroundings,
): Promise<number> {
  const { now, err } = surroundings;
  using log = openServeLog(loaded.config.log, surroundings);
  using signal = stopSignal(surroundings.signals, surroundings.exitAtOnce);
  const appliance = createAppliance(loaded, {
    log: log.write,
    now,
    networkInterfaces: surroundings.networkInterfaces,
    every(milliseconds, work) {
      const timer = setInterval(work, milliseconds);
      return () => clearInterval(timer);
    },
    load,
    onConfig: ({ config }) => log.adopt(config.log),
  });
  // Before everything is bound a hangup changes nothing, but it must not end the process either.
  let ready = false;
  using _hangup = reloadSignal(surroundings.signals, () => {
    if (ready) void appliance.reload();
  });
  try {
    log.write(startRecord(loaded));
    await appliance.start();
    ready = true;
    log.write({ level: "info", scope: "bootlace", event: "bootlace.ready", message: "ready" });
    const name = await signal.received;
    ready = false;
    log.write({
      level: "info",
      scope: "bootlace",
      event: "bootlace.stopping",
      message: `${name}: stopping`,
      fields: { signal: name },
    });
    await appliance.stop();
    log.write({ level: "info", scope: "bootlace", event: "bootlace.stopped", message: "stopped" });
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof ApplianceStartError)) throw error;
    err(`bootlace: ${error.message}\n`);
    log.write({ level: "fatal", scope: "bootlace", event: "bootlace.not-started", message: error.message });
    return exitCodes.start;
  }
}

function startRecord({ file, named }: LoadedConfig): Parameters<Log>[0] {
  const source =
    file === undefined ? "no config file, defaults apply" : `config ${file}${named ? "" : " (found, not named)"}`;
  const message = `bootlace ${version}, node ${process.versions.node}, ${source}`;
  return { level: "info", scope: "bootlace", event: "bootlace.starting", message, fields: { version, config: file } };
}
