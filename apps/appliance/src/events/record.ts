import type { EventCode } from "./codes.ts";

/** Most important first. */
export const levels = ["fatal", "error", "warn", "info", "debug"] as const;

export type Level = (typeof levels)[number];

/** The part of the appliance that logs. */
type Scope = "bootlace" | "config" | "boot" | "net" | "dhcp" | "tftp" | "http";

/** One step in the log. Texts from the network are escaped in `message` and `details`; in `fields` they are as sent. */
export interface LogRecord {
  readonly level: Level;
  readonly scope: Scope;
  /** Stable name of the step, such as `dhcp.offer`. */
  readonly event: EventCode;
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  /** The text a terminal shows instead of the message, if not derived from `fields`; without the machine. */
  readonly brief?: string;
  /** Lines indented below the message for people; programs find the same in `fields`. */
  readonly details?: readonly string[];
  /** Log level at which the details are shown; that of the record when absent. */
  readonly detailLevel?: Level;
}

/** True when a record of this level is written at the configured level. */
export function isWritten(level: Level, least: Level): boolean {
  return levels.indexOf(level) <= levels.indexOf(least);
}
