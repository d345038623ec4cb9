import { setFlagsFromString } from "node:v8";
import { createAppliance } from "../app/appliance.ts";
import { ApplianceStartError } from "../app/services/service.ts";
import { version } from "../app/version.ts";
import { type ConfigFault, warningText } from "../config/faults.ts";
import type { LoadedConfig, LoadResult } from "../config/load.ts";
import { exposedNotes } from "../file-check/check-rights.ts";
import type { Log } from "../log/log.ts";
import { claimFolder } from "../os/claim-folder.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { reloadSignal, stopSignal } from "../os/signals.ts";
import { boundYoungHeap } from "../os/young-heap.ts";
import type { Surroundings } from "./command.ts";
import { consoleFormat, openServeLog } from "./serve-log.ts";
import { openNotify } from "./serve-notify.ts";
import type { ServeUser } from "./serve-user.ts";

/**
 * Runs the daemon until SIGINT or SIGTERM; SIGHUP reloads the config.
 * @param load reads the config as it is now, with the one in force
 * @param user the remaining steps to drop root
 * @returns the exit code
 */
export async function serveUntilSignal(
  loaded: LoadedConfig,
  load: (inForce: LoadedConfig) => LoadResult,
  user: Extract<ServeUser, { ok: true }>,
  surroundings: Surroundings,
): Promise<number> {
  const { now, err } = surroundings;
  const state = loaded.config.state.directory;
  // Young objects are few and short-lived here: helper threads, woken for each of many collections of half a
  // millisecond, cost a fifth of the CPU of small requests.
  setFlagsFromString("--no-parallel-scavenge");
  using _young = boundYoungHeap(every);
  await using log = openServeLog(loaded.config.log, surroundings);
  using signal = stopSignal(surroundings.signals, surroundings.exitAtOnce);
  await using systemd = openNotify(surroundings, log.write, every);
  // Before everything is bound, SIGHUP reloads nothing, but must not end the process either.
  let ready = false;
  const appliance = createAppliance(loaded, {
    log: log.write,
    flushLog: log.flush,
    now,
    networkInterfaces: surroundings.networkInterfaces,
    every,
    later: (milliseconds, work) => setTimeout(work, milliseconds),
    pause: (milliseconds) => new Promise((resolve) => void setTimeout(resolve, milliseconds).unref()),
    load,
    onReloading() {
      if (ready) systemd.reloading();
    },
    onEvent({ kind, event }) {
      if (ready && kind === "appliance" && event.type === "reloaded") systemd.ready(appliance);
    },
    onConfig: ({ config }) => log.adopt(config.log),
  });
  using _hangup = reloadSignal(surroundings.signals, () => {
    if (ready) void appliance.reload();
  });
  try {
    log.write(startRecord(loaded));
    for (const fault of loaded.warnings ?? []) log.write(variableRecord(fault));
    for (const message of exposedNotes(loaded)) {
      log.write({ level: "warn", scope: "config", event: "config.exposed", message });
    }
    if (user.note !== undefined) log.write(user.note);
    await using claim = state === undefined ? undefined : await claimFolder(state);
    if (state !== undefined && claim?.taken === true) log.write(sharedRecord(state));
    await appliance.start();
    if (user.stepDown !== undefined) log.write(user.stepDown());
    ready = true;
    systemd.ready(appliance);
    log.write({ level: "info", scope: "bootlace", event: "bootlace.ready", message: "ready" });
    const name = await signal.received;
    ready = false;
    systemd.stopping();
    log.write({
      level: "info",
      scope: "bootlace",
      event: "bootlace.stopping",
      message: `${name}: stopping`,
      fields: { signal: name },
    });
    const hurry = setTimeout(() => {
      log.write(overdueRecord);
      surroundings.exitAtOnce(exitCodes.ok);
    }, longestStop);
    hurry.unref();
    await appliance.stop();
    clearTimeout(hurry);
    log.write({ level: "info", scope: "bootlace", event: "bootlace.stopped", message: "stopped" });
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof ApplianceStartError)) throw error;
    systemd.status(error.message);
    // Where stdout and stderr are the same, the log line below says it already.
    const reported = surroundings.oneOutput && consoleFormat(loaded.config.log, surroundings) === "json";
    if (!reported) err(`bootlace: ${error.message}\n`);
    log.write({ level: "fatal", scope: "bootlace", event: "bootlace.not-started", message: error.message });
    return exitCodes.start;
  }
}

function every(milliseconds: number, work: () => void): () => void {
  const timer = setInterval(work, milliseconds);
  return () => clearInterval(timer);
}

/** Milliseconds from the signal to the end, whatever still waits for a disk or a client. */
const longestStop = 4_500;

const overdueRecord: Parameters<Log>[0] = {
  level: "warn",
  scope: "bootlace",
  event: "bootlace.stop-failed",
  message: `not everything has ended after ${longestStop / 1000} s: stopping all the same`,
};

function sharedRecord(folder: string): Parameters<Log>[0] {
  const message = `another Bootlace uses the state folder ${folder} too, and each overwrites the one-time boots of the other. Give each its own state.directory`;
  return { level: "warn", scope: "bootlace", event: "bootlace.state-shared", message, fields: { folder } };
}

function variableRecord(fault: ConfigFault): Parameters<Log>[0] {
  const fields = { variable: fault.origin?.name };
  return { level: "warn", scope: "bootlace", event: "config.unknown-variable", message: warningText(fault), fields };
}

function startRecord({ file, named }: LoadedConfig): Parameters<Log>[0] {
  const source =
    file === undefined ? "no config file, defaults apply" : `config ${file}${named ? "" : " (default path)"}`;
  const message = `bootlace ${version}, node ${process.versions.node}, ${source}`;
  return { level: "info", scope: "bootlace", event: "bootlace.starting", message, fields: { version, config: file } };
}
