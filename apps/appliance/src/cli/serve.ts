import { quote } from "@bootlace/dhcp-core";
import { ApplianceStartError, createAppliance } from "../appliance.ts";
import { formatFault } from "../config/faults.ts";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { checkInterface } from "../config/values.ts";
import { createLog, type Log, type LogFormat } from "../events/log.ts";
import { type LogFile, openLogFile } from "../events/log-file.ts";
import { stopSignal } from "../system/signals.ts";
import { version } from "../version.ts";
import { type Command, lastValue, type Surroundings } from "./command.ts";
import { configOption, flagsOf, settingOptions } from "./config-options.ts";
import { exitCodes } from "./exit-codes.ts";

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
    const result = loadConfig({ cwd, env, flags: flags.flags, ...(file === undefined ? {} : { file }) });
    if (!result.ok) {
      for (const fault of result.faults) surroundings.err(`${formatFault(fault)}\n`);
      return exitCodes.config;
    }
    return serveUntilSignal(result.loaded, surroundings);
  },
};

async function serveUntilSignal(loaded: LoadedConfig, surroundings: Surroundings): Promise<number> {
  const { config } = loaded;
  const { now, err } = surroundings;
  const file = config.log.file === undefined ? undefined : openLogFile(config.log.file, now);
  const log = logFor(config, file, surroundings);
  using signal = stopSignal(surroundings.signals, surroundings.exitAtOnce);
  const appliance = createAppliance(config, {
    log,
    now,
    networkInterfaces: surroundings.networkInterfaces,
    every(milliseconds, work) {
      const timer = setInterval(work, milliseconds);
      return () => clearInterval(timer);
    },
  });
  try {
    log(startRecord(loaded));
    await appliance.start();
    log({ level: "info", scope: "bootlace", event: "bootlace.ready", message: "ready" });
    const name = await signal.received;
    log({
      level: "info",
      scope: "bootlace",
      event: "bootlace.stopping",
      message: `${name}: stopping`,
      fields: { signal: name },
    });
    await appliance.stop();
    log({ level: "info", scope: "bootlace", event: "bootlace.stopped", message: "stopped" });
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof ApplianceStartError)) throw error;
    err(`bootlace: ${error.message}\n`);
    log({ level: "fatal", scope: "bootlace", event: "bootlace.not-started", message: error.message });
    return exitCodes.start;
  } finally {
    file?.close();
  }
}

function startRecord({ file, named }: LoadedConfig): Parameters<Log>[0] {
  const source =
    file === undefined ? "no config file, defaults apply" : `config ${file}${named ? "" : " (found, not named)"}`;
  const message = `bootlace ${version}, node ${process.versions.node}, ${source}`;
  return { level: "info", scope: "bootlace", event: "bootlace.starting", message, fields: { version, config: file } };
}

function logFor(config: Config, file: LogFile | undefined, surroundings: Surroundings): Log {
  const { format, level } = config.log;
  const { env, stdoutIsTerminal, out, now } = surroundings;
  const pick = (terminal: boolean): LogFormat => (format === "auto" ? (terminal ? "pretty" : "json") : format);
  return createLog({
    level,
    console: pick(stdoutIsTerminal),
    colour: stdoutIsTerminal && !env.NO_COLOR && env.TERM !== "dumb",
    writeConsole: out,
    now,
    ...(file === undefined ? {} : { file: { format: pick(false), target: file } }),
  });
}
