import { isWritten, type Level, type LogRecord } from "../events/record.ts";
import { type Brief, briefOf } from "./brief.ts";
import { hangingLines } from "./display-width.ts";

/** The format of lines for people. */
export interface PrettyForm {
  /** Text at the start. */
  readonly time: string;
  /** True when the terminal shows colours. */
  readonly colour: boolean;
  /** Columns of the terminal; lines are never broken when absent. */
  readonly columns?: number;
  /** Least important level that is shown: details of packets are shown at `debug` only. */
  readonly level: Level;
}

const levelColours: Partial<Readonly<Record<Level, number>>> = { fatal: 31, error: 31, warn: 33, debug: 2 };
const outcomeColours: Readonly<Record<string, number>> = { failed: 31, booted: 32, delivered: 32, running: 34 };

/** A word in the colour of its meaning; other words unchanged. */
export function colouredOutcome(outcome: string, colour: boolean): string {
  return painted(outcome, colour ? outcomeColours[outcome] : undefined);
}

function withColour(text: string, { word, index }: NonNullable<Brief["outcome"]>, colour: boolean): string {
  return text.slice(0, index) + colouredOutcome(word, colour) + text.slice(index + word.length);
}

function painted(word: string, code: number | undefined): string {
  return code === undefined ? word : `\u001b[${code}m${word}\u001b[0m`;
}

/** One record for people: a line with its details below; a long line continues below its text. */
export function prettyLines(record: LogRecord, form: PrettyForm): string {
  const { time, colour, columns = Number.POSITIVE_INFINITY } = form;
  const { machine, text, outcome, details } = briefOf(record);
  const said = outcome === undefined ? text : withColour(text, outcome, colour);
  const head = [...levelWord(record, colour), ...(machine === undefined ? [] : [machine])].join(" ");
  // Two spaces separate the subject of a verdict from the machine.
  const gap = head === "" ? "" : record.event === "boot.verdict" ? "  " : " ";
  const indent = time.length + 1;
  const below = shownDetails(record, details, form.level).flatMap((detail) =>
    hangingLines(`${" ".repeat(indent)}${detail}`, columns, indent + 2),
  );
  return `${[...hangingLines(`${time} ${head}${gap}${said}`, columns, indent), ...below].join("\n")}\n`;
}

/** A verdict needs no mark of its level. */
function levelWord({ level, event }: LogRecord, colour: boolean): string[] {
  if (level === "info" || event === "boot.verdict") return [];
  return [`${painted(level, colour ? levelColours[level] : undefined)}:`];
}

function shownDetails({ detailLevel }: LogRecord, details: readonly string[], level: Level): readonly string[] {
  return detailLevel === undefined || isWritten(detailLevel, level) ? details : [];
}

/** The level prefix of a journal line, numbered as in syslog(3) (sd-daemon(3)). */
const priorities: Readonly<Record<Level, number>> = { fatal: 3, error: 3, warn: 4, info: 6, debug: 7 };

/** One record for the systemd journal, which adds the time itself and makes each line an entry. */
export function journalLines(record: LogRecord, level: Level): string {
  const { machine, text, details } = briefOf(record);
  const head = machine === undefined ? text : `${machine}${record.event === "boot.verdict" ? "  " : " "}${text}`;
  const below = shownDetails(record, details, level).map((detail) => `  ${detail}`);
  return withPriority(record.level, [head, ...below].join("\n"));
}

/** Text for the journal, each of its lines with the level. */
export function withPriority(level: Level, text: string): string {
  const lines = text.replace(/\n$/, "").split("\n");
  return lines.map((line) => `<${priorities[level]}>${line}\n`).join("");
}

/** `2026-11-22 14:05:01.123` in the local time zone: for files. */
export function localTime(milliseconds: number): string {
  const time = new Date(milliseconds);
  return `${localDay(time)} ${localClock(time)}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

/** `14:05:01` in the local time zone: for a terminal. */
export function clockTime(milliseconds: number): string {
  return localClock(new Date(milliseconds));
}

/** `14:05:01` when it was today, else `2026-11-22`. */
export function clockOrDay(milliseconds: number, now: number): string {
  const [time, today] = [new Date(milliseconds), new Date(now)];
  return localDay(time) === localDay(today) ? localClock(time) : localDay(time);
}

function localDay(time: Date): string {
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

function localClock(time: Date): string {
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
