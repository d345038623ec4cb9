import { resolve } from "node:path";
import { quote } from "@bootlace/dhcp-core";
import { ApplianceStartError, createAppliance } from "../appliance.ts";
import { formatFault } from "../config/faults.ts";
import { findConfig, type LoadedConfig, loadConfig, usualPlaces } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { checkInterface } from "../config/values.ts";
import { createLog, type Log, type LogFormat } from "../events/log.ts";
import { type LogFile, openLogFile } from "../events/log-file.ts";
import { stopSignal } from "../system/signals.ts";
import { version } from "../version.ts";
import { type Arguments, type Command, lastValue, type Surroundings } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";

export const serve: Command = {
  name: "serve",
  summary: "Answer boot clients and serve their files until a signal ends it",
  options: [
    {
      name: "config",
      short: "c",
      value: "FILE",
      description: `Config file. Without it the first of ${usualPlaces.join(", ")} that exists, else the defaults.`,
    },
    {
      name: "root",
      short: "r",
      value: "DIR",
      description: "Folder with the boot files; made if missing. Default: ./boot",
    },
    {
      name: "interface",
      short: "i",
      value: "NAME",
      many: true,
      description: "Serve this network interface only. May be given several times.",
    },
  ],
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
    const named = lastValue(args, "config");
    const result = loadConfig(named ?? findConfig(surroundings.cwd), surroundings.cwd);
    if (!result.ok) {
      for (const fault of result.faults) surroundings.err(`${formatFault(fault)}\n`);
      return exitCodes.config;
    }
    return serveUntilSignal(withFlags(result.loaded, args, surroundings.cwd), named !== undefined, surroundings);
  },
};

/** The command line wins over the config file. */
function withFlags({ config, file }: LoadedConfig, args: Arguments, cwd: string): LoadedConfig {
  const root = lastValue(args, "root");
  const interfaces = args.options.get("interface");
  const merged: Config = {
    ...config,
    ...(root === undefined ? {} : { root: resolve(cwd, root) }),
    ...(interfaces === undefined ? {} : { interfaces }),
  };
  return { config: Object.freeze(merged), ...(file === undefined ? {} : { file }) };
}

async function serveUntilSignal(loaded: LoadedConfig, named: boolean, surroundings: Surroundings): Promise<number> {
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
    log(startRecord(loaded, named));
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

function startRecord({ file }: LoadedConfig, named: boolean): Parameters<Log>[0] {
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
