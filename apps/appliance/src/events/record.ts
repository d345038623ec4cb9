import type { EventCode } from "./codes.ts";

/** Most important first. */
export const levels = ["fatal", "error", "warn", "info", "debug"] as const;

export type Level = (typeof levels)[number];

/** Which part of the appliance speaks. */
type Scope = "bootlace" | "config" | "boot" | "net" | "dhcp" | "tftp" | "http";

/** One step in the log. Texts from the network are escaped in `message` and `details`; in `fields` they are as sent. */
export interface LogRecord {
  readonly level: Level;
  readonly scope: Scope;
  /** Stable name of the step, such as `dhcp.offer`. */
  readonly event: EventCode;
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  /** What a terminal shows in place of the message, where it is not made of `fields`; without the machine. */
  readonly brief?: string;
  /** Lines that stand indented below the message for people; programs find the same in `fields`. */
  readonly details?: readonly string[];
  /** Level of the log at which people see the details; that of the record when absent. */
  readonly detailLevel?: Level;
}

/** True when a record of this level is written at the configured level. */
export function isWritten(level: Level, least: Level): boolean {
  return levels.indexOf(level) <= levels.indexOf(least);
}
