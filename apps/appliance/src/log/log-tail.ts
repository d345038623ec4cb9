import { constants } from "node:fs";
import { open } from "node:fs/promises";
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
export async function readLogTail(path: string): Promise<readonly LoggedBefore[]> {
  const lines = (await tailOf(path)).split("\n").slice(-tailLines);
  return lines.flatMap((line) => recordIn(line) ?? []);
}

async function tailOf(path: string): Promise<string> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const info = await file.stat();
    if (!info.isFile()) return "";
    const start = Math.max(0, info.size - tailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(info.size - start), 0, info.size - start, start);
    const text = buffer.toString("utf8", 0, bytesRead);
    // The first line may have lost its beginning.
    return start === 0 ? text : text.slice(text.indexOf("\n") + 1);
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
