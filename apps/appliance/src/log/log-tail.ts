import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type EventCode, eventCodes } from "../events/codes.ts";
import { type LogRecord, levels } from "../events/record.ts";

/** A line of the log file, read again. */
export interface LoggedBefore {
  readonly record: LogRecord;
  /** Unix time in milliseconds. */
  readonly time: number;
}

/** Bytes from the end of the file, and lines of them: about what is kept in memory anyhow. */
const tailBytes = 2 * 1024 * 1024;
const tailLines = 2000;

/** The latest lines of a log file as JSON, oldest first. Lines in another form, or of somebody else, are left out. */
export function readLogTail(path: string): readonly LoggedBefore[] {
  const lines = tailOf(path).split("\n").slice(-tailLines);
  return lines.flatMap((line) => recordIn(line) ?? []);
}

function tailOf(path: string): string {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const info = fstatSync(descriptor);
      if (!info.isFile()) return "";
      const start = Math.max(0, info.size - tailBytes);
      const bytes = Buffer.alloc(info.size - start);
      const text = bytes.toString("utf8", 0, readSync(descriptor, bytes, 0, bytes.length, start));
      // The first line may have lost its beginning.
      return start === 0 ? text : text.slice(text.indexOf("\n") + 1);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return "";
  }
}

function recordIn(line: string): LoggedBefore | undefined {
  if (!line.startsWith("{")) return undefined;
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { level, time, scope, event, msg, ...fields } = read as Readonly<Record<string, unknown>>;
  const known = levels.find((name) => name === level);
  const happenedAt = Date.parse(String(time));
  if (known === undefined || Number.isNaN(happenedAt) || typeof msg !== "string" || !isCode(event)) return undefined;
  const record = { level: known, scope: String(scope) as LogRecord["scope"], event, message: msg, fields };
  return { record, time: happenedAt };
}

function isCode(event: unknown): event is EventCode {
  return typeof event === "string" && Object.hasOwn(eventCodes, event);
}
