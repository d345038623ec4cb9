import pino from "pino";
import { isWritten, type Level, type LogRecord } from "../events/record.ts";
import { inertJson } from "./inert.ts";
import type { LogFile, LogTrouble } from "./log-file.ts";
import { clockTime, journalLines, localTime, prettyLines } from "./pretty.ts";

export type LogFormat = "pretty" | "json" | "journal";

export interface LogOptions {
  /** Least important level that is written. */
  readonly level: Level;
  /** Format on the console. */
  readonly console: LogFormat;
  readonly colour: boolean;
  /** Columns of the terminal; absent where the console is not one: times are complete and lines unbroken there. */
  readonly columns?: () => number;
  /** Writes whole lines; must not throw. */
  readonly writeConsole: (text: string) => void;
  /** A second place, with its own format. */
  readonly file?: { readonly format: LogFormat; readonly target: LogFile };
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Time for people; local time when absent, on a terminal without the day. */
  readonly formatTime?: (milliseconds: number) => string;
}

/** @param time when it happened, in milliseconds since 1970; now when left out */
export type Log = (record: LogRecord, time?: number) => void;

/** Writes records as JSON lines, for people or for the journal, to the console and to a file. */
export function createLog(options: LogOptions): Log {
  const { level, now } = options;
  const sinkFor = (format: LogFormat, write: (text: string) => void, terminal?: LogOptions): Log => {
    if (format === "json") return jsonSink(now, write);
    if (format === "journal") return (record) => write(journalLines(record, level));
    const formatTime = options.formatTime ?? (terminal?.columns === undefined ? localTime : clockTime);
    return (record, time) => {
      const columns = terminal?.columns?.();
      const form = { time: formatTime(time ?? now()), colour: terminal?.colour === true, level };
      write(prettyLines(record, columns === undefined ? form : { ...form, columns }));
    };
  };

  const toConsole = sinkFor(options.console, options.writeConsole, options);
  // The command writes a fatal line to stderr itself: on a terminal it would appear twice.
  const sinks: Log[] = [
    (record, time) => {
      if (record.level !== "fatal" || options.console === "json") toConsole(record, time);
    },
  ];
  if (options.file !== undefined) {
    const { format, target } = options.file;
    const onTrouble: LogTrouble = (problem, lost) => toConsole(fileRecord(target.path, problem, lost));
    sinks.push(sinkFor(format, (text) => target.write(text, onTrouble)));
  }
  return (record, time) => {
    if (!isWritten(record.level, level)) return;
    for (const sink of sinks) sink(record, time);
  };
}

function fileRecord(path: string, problem: string | undefined, lost: number): LogRecord {
  const fields = { path, ...(problem === undefined ? { lost } : { code: problem }) };
  return problem === undefined
    ? {
        level: "info",
        scope: "bootlace",
        event: "log.file-back",
        message: `the log file ${path} is writable again; ${lost} ${lost === 1 ? "line" : "lines"} lost`,
        fields,
      }
    : {
        level: "warn",
        scope: "bootlace",
        event: "log.file-failed",
        message: `the log file ${path} cannot be written (${problem}); continuing without it`,
        fields,
      };
}

function jsonSink(now: () => number, write: (text: string) => void): Log {
  let happenedAt: number | undefined;
  const logger = pino(
    {
      level: "debug",
      base: null,
      timestamp: () => `,"time":"${new Date(happenedAt ?? now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line) => write(inertJson(line)) },
  );
  return ({ level, scope, event, message, fields }, time) => {
    happenedAt = time;
    logger[level]({ scope, event, ...fields }, message);
  };
}
