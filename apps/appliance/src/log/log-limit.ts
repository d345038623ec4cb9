import { allowance } from "@bootlace/boot-source";
import type { EventCode } from "../events/codes.ts";
import { isWritten, type Level, type LogRecord } from "../events/record.ts";

/** Lets records pass, and counts those it holds back. */
export interface LogLimit {
  /** @returns the record, the record without its details, or undefined */
  pass(record: LogRecord): LogRecord | undefined;
  /** One record about everything held back since the last call; call it every few seconds. */
  heldBack(): LogRecord | undefined;
}

/**
 * Per step: a room of machines switched on at once, then a few for as long as a working day may last,
 * and hardly any in an endless flood.
 */
const usual = [
  { burst: 500, perSecond: 20 },
  { burst: 10_000, perSecond: 1 },
] as const;
/** A loader fetches hundreds of modules, and received files cannot be forged. */
const files = [
  { burst: 2000, perSecond: 100 },
  { burst: 50_000, perSecond: 5 },
] as const;
/** Indented lines of all steps together. */
const detailLines = [
  { burst: 1000, perSecond: 20 },
  { burst: 10_000, perSecond: 1 },
] as const;
/** Per step below the log level: for live readers. */
const watched = [{ burst: 500, perSecond: 50 }] as const;

/** These events have the limit for files, unless they are warnings. */
const roomy: ReadonlySet<EventCode> = new Set(["tftp.done", "tftp.not-found", "http.done", "http.not-found"]);
/** Events that the network can cause without limit. All others are Bootlace's own, and rare. */
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
 * Limits what the network can cause in the log: thousands of forged machines must not fill a disk.
 * @param least least important level that is written; lower levels go to live readers and are never counted as held back
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
      const whole = lines.length === 0 ? [] : [`suppressed ${lines.join(", ")}`];
      const details = cut === 0 ? [] : [`${cut} logged without options`];
      held.clear();
      const message = `log limit: ${[...whole, ...details].join("; ")}`;
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
