import { allowance } from "@bootlace/boot-source";
import type { EventCode } from "../events/codes.ts";
import { isWritten, type Level, type LogRecord } from "../events/record.ts";

/** Lets records pass, and counts those it holds back. */
export interface LogLimit {
  /** @returns the record, or the record without its details, or nothing */
  pass(record: LogRecord): LogRecord | undefined;
  /** What was held back since it was asked last, in one record; to be asked every few seconds. */
  heldBack(): LogRecord | undefined;
}

/**
 * Of each step: a roomful of machines that are switched on at once, then a few for as long as a day's work may take,
 * and hardly any in a flood that does not end.
 */
const usual = [
  { burst: 500, perSecond: 20 },
  { burst: 10_000, perSecond: 1 },
] as const;
/** A loader fetches hundreds of modules, and nobody can invent a file that was received. */
const files = [
  { burst: 2000, perSecond: 100 },
  { burst: 50_000, perSecond: 5 },
] as const;
/** Indented lines of all steps together. */
const detailLines = [
  { burst: 1000, perSecond: 20 },
  { burst: 10_000, perSecond: 1 },
] as const;
/** Of each step that is too unimportant to be written: for those who watch. */
const watched = [{ burst: 500, perSecond: 50 }] as const;

/** Such as these have the room for files, unless they are a warning. */
const roomy: ReadonlySet<EventCode> = new Set(["tftp.done", "tftp.not-found", "http.done", "http.not-found"]);
/** What the network can cause as often as it likes. The rest is the house's own, and rare. */
const caused: ReadonlySet<EventCode> = new Set([
  ...roomy,
  "boot.search",
  "boot.verdict",
  "dhcp.ack",
  "dhcp.ignored",
  "dhcp.offer",
  "dhcp.request",
  "dhcp.send-failed",
  "dhcp.undecodable",
  "http.aborted",
  "http.head",
  "http.not-modified",
  "http.progress",
  "http.refused",
  "http.start",
  "tftp.aborted",
  "tftp.negotiated",
  "tftp.probe",
  "tftp.progress",
  "tftp.refused",
  "tftp.send-failed",
  "tftp.start",
]);

/**
 * Bounds what the network can make the log write: machines that are invented by the thousand must not fill a disk.
 * @param least least important level that is written; the rest goes to those who watch, and is never counted as held back
 */
export function createLogLimit(least: Level, now: () => number): LogLimit {
  const allowances = new Map<string, (now: number) => boolean>();
  const mayDetail = allowance(...detailLines);
  const held = new Map<EventCode, number>();
  let cut = 0;

  function allowanceOf({ event, level }: LogRecord): (now: number) => boolean {
    const key = `${event} ${level}`;
    const known = allowances.get(key);
    if (known !== undefined) return known;
    const written = roomy.has(event) && level === "info" ? files : usual;
    const made = allowance(...(isWritten(level, least) ? written : watched));
    allowances.set(key, made);
    return made;
  }

  return {
    pass(record) {
      if (!caused.has(record.event)) return record;
      const passes = allowanceOf(record)(now());
      if (!isWritten(record.level, least)) return passes ? record : undefined;
      if (!passes) {
        held.set(record.event, (held.get(record.event) ?? 0) + 1);
        return undefined;
      }
      const { detailLevel } = record;
      const hidden = detailLevel !== undefined && !isWritten(detailLevel, least);
      if (hidden && !("options" in (record.fields ?? {}))) return record;
      const { details = [], fields = {}, ...rest } = record;
      if (details.every(() => mayDetail(now()))) return record;
      cut++;
      const { options: _options, ...others } = fields;
      return { ...rest, fields: others };
    },
    heldBack() {
      if (held.size === 0 && cut === 0) return undefined;
      const counts = Object.fromEntries(held);
      const lines = Object.entries(counts).map(([event, times]) => `${times} × ${event}`);
      const whole = lines.length === 0 ? [] : [`${lines.join(", ")} not told`];
      const details = cut === 0 ? [] : [`${cut} told without their options`];
      held.clear();
      const message = `more than anybody reads: ${[...whole, ...details].join(", ")}`;
      const record: LogRecord = {
        level: "warn",
        scope: "bootlace",
        event: "log.held-back",
        message,
        fields: { held: counts, withoutDetails: cut },
      };
      cut = 0;
      return record;
    },
  };
}
