import type { EventCode } from "../events/codes.ts";
import type { Level, LogRecord } from "../events/record.ts";
import type { HistoryNews } from "../history/history.ts";
import type { SinkTrouble } from "./sinks.ts";

/** Log records about the history. */
export function historyRecord(news: HistoryNews, directory: string): LogRecord {
  const { type, ...more } = news;
  const event: EventCode = `history.${type}`;
  const report = (level: Level, message: string): LogRecord => ({
    level,
    scope: "boot",
    event,
    message,
    fields: { directory, ...more },
  });
  switch (news.type) {
    case "unavailable":
      return report(
        "warn",
        `the history in ${directory} cannot be used (${news.problem}): boots are kept in memory only`,
      );
    case "write-failed":
      return report(
        "warn",
        `the history in ${directory} cannot be written (${news.problem}): boots are kept in memory meanwhile`,
      );
    case "damaged":
      return report(
        "warn",
        `the history in ${directory} was unreadable: moved to ${news.movedTo}; started a new history`,
      );
    case "unreadable":
      return report("warn", `the history in ${directory} has ${count(news.rows, "row")} that cannot be read: left out`);
    case "newer": {
      const fix = "Install the newer Bootlace again, or move boots.db elsewhere to start a new history";
      const what = `the history in ${directory} cannot be used, ${news.problem}. It is left unchanged`;
      return report("warn", `${what}, and boots are kept in memory only. ${fix}`);
    }
    case "migrated": {
      const left = news.unreadable === 0 ? "" : `; ${news.unreadable} unreadable and left out`;
      return report(
        news.unreadable === 0 ? "info" : "warn",
        `the history in ${directory} was converted to the format of this version, ${count(news.boots, "boot")}${left}`,
      );
    }
    case "lost":
      return report(
        "warn",
        `${count(news.boots, "boot")} could not be written to the history${directory === "" ? "" : ` in ${directory}`}`,
      );
    case "writable-again":
      return report("info", `the history in ${directory} can be written again`);
  }
}

/** The log record about a subscriber that is too slow, or fails. */
export function sinkRecord({ sink, lost, failed, problem }: SinkTrouble): LogRecord {
  const slow = lost === 0 ? [] : [`is too slow: it missed ${count(lost, "event")}, the oldest first`];
  const broken = failed === 0 ? [] : [`failed on ${count(failed, "event")} (${problem ?? "unknown"})`];
  return {
    level: "warn",
    scope: "bootlace",
    event: "sink.behind",
    message: `${sink} ${[...slow, ...broken].join(" and ")}`,
    fields: { sink, lost, failed, ...(problem === undefined ? {} : { problem }) },
  };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
