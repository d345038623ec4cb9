import type { Config } from "../config/schema.ts";
import { createLog, type Log, type LogFormat } from "../log/log.ts";
import { type LogFile, openLogFile } from "../log/log-file.ts";
import { logOutput } from "../os/log-output.ts";
import type { Surroundings } from "./command.ts";
import { terminalOf } from "./terminal.ts";

/** The log of the daemon: console and file as configured, also after a reload. */
export interface ServeLog {
  readonly write: Log;
  adopt(settings: Config["log"]): void;
  /** Resolves when what was logged is in the file, or after a while. */
  flush(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export function openServeLog(settings: Config["log"], surroundings: Surroundings): ServeLog {
  let file = fileOf(settings, surroundings);
  const writeConsole = consoleOf(surroundings, (record) => log(record));
  let log = logFor(settings, file, surroundings, writeConsole);
  return {
    write: (record, time) => log(record, time),
    adopt(next) {
      if (next.file !== file?.path) {
        void file?.close();
        file = fileOf(next, surroundings);
      }
      log = logFor(next, file, surroundings, writeConsole);
    },
    flush: async () => file?.flush(),
    [Symbol.asyncDispose]: async () => file?.close(),
  };
}

function fileOf({ file }: Config["log"], { now }: Surroundings): LogFile | undefined {
  return file === undefined ? undefined : openLogFile(file, now);
}

/** The log format for stdout. */
export function consoleFormat(
  { format }: Config["log"],
  { stdoutIsTerminal, stdoutIsJournal }: Pick<Surroundings, "stdoutIsTerminal" | "stdoutIsJournal">,
): LogFormat {
  const own: LogFormat = stdoutIsJournal ? "journal" : stdoutIsTerminal ? "pretty" : "json";
  return format === "auto" ? own : format;
}

function consoleOf({ logTo, out }: Surroundings, write: Log): (text: string) => void {
  if (logTo === undefined) return out;
  return logOutput(logTo, (lines) =>
    write({
      level: "warn",
      scope: "bootlace",
      event: "log.output-back",
      message: `nobody read the output: ${lines} ${lines === 1 ? "line" : "lines"} lost`,
      fields: { lines },
    }),
  );
}

function logFor(
  settings: Config["log"],
  file: LogFile | undefined,
  surroundings: Surroundings,
  writeConsole: (text: string) => void,
): Log {
  const { format, level } = settings;
  const { now } = surroundings;
  return createLog({
    level,
    console: consoleFormat(settings, surroundings),
    ...terminalOf(surroundings),
    writeConsole,
    now,
    ...(file === undefined ? {} : { file: { format: format === "pretty" ? "pretty" : "json", target: file } }),
  });
}
