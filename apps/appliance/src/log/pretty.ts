import type { Level, LogRecord } from "../events/record.ts";

const colours: Readonly<Record<Level, readonly [string, string]>> = {
  fatal: ["\u001b[31m", "\u001b[39m"],
  error: ["\u001b[31m", "\u001b[39m"],
  warn: ["\u001b[33m", "\u001b[39m"],
  info: ["", ""],
  debug: ["\u001b[2m", "\u001b[22m"],
};

/**
 * One record for people: a line, and its details indented below.
 * @param time text that stands first
 * @param colour true when the terminal shows colours
 */
export function prettyLines(record: LogRecord, time: string, colour: boolean): string {
  const [on, off] = colour ? colours[record.level] : ["", ""];
  const head = `${time} ${record.level.padEnd(5)} ${record.scope.padEnd(8)} ${record.message}`;
  const indent = " ".repeat(time.length + 1);
  const lines = [`${on}${head}${off}`, ...(record.details ?? []).map((detail) => `${indent}${detail}`)];
  return `${lines.join("\n")}\n`;
}

/** What the journal reads before a line: the level as syslog(3) counts it (sd-daemon(3)). */
const priorities: Readonly<Record<Level, number>> = { fatal: 3, error: 3, warn: 4, info: 6, debug: 7 };

/** One record for the journal of systemd, which adds the time itself and takes each line for an entry of its own. */
export function journalLines({ level, scope, message, details = [] }: LogRecord): string {
  return withPriority(level, [`${scope}: ${message}`, ...details.map((detail) => `  ${detail}`)].join("\n"));
}

/** Text for the journal, each of its lines with the level. */
export function withPriority(level: Level, text: string): string {
  const lines = text.replace(/\n$/, "").split("\n");
  return lines.map((line) => `<${priorities[level]}>${line}\n`).join("");
}

/** `2026-11-22 14:05:01.123` in the local time zone. */
export function localTime(milliseconds: number): string {
  const at = new Date(milliseconds);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${day} ${time}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}
