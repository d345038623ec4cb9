import type { Session } from "./session.ts";

/** A file that is on its way to a client. Times are milliseconds. */
export interface RunningFile {
  readonly protocol: "tftp" | "http";
  readonly file: string;
  /** Bytes that the client has acknowledged. */
  readonly bytes: number;
  /** Bytes that are to be sent: the file, or the range that was asked for. */
  readonly size?: number;
  readonly startedAt: number;
  /** When the client acknowledged something last. */
  readonly movedAt: number;
  /** Over the last seconds. */
  readonly bytesPerSecond?: number;
}

/** The files of a boot that are on their way, the latest first. */
export function runningFiles({ steps, running, ended }: Pick<Session, "steps" | "running" | "ended">): RunningFile[] {
  // What was given up with its boot has no end of its own.
  if (ended || running === 0) return [];
  return steps
    .flatMap((step) => {
      if (step.kind !== "file" || step.outcome !== "running") return [];
      const { protocol, file, bytes, bytesPerSecond, time: startedAt, movedAt = startedAt } = step;
      const size = step.total ?? step.size;
      const known = { ...(size !== undefined && { size }), ...(bytesPerSecond !== undefined && { bytesPerSecond }) };
      return [{ protocol, file, bytes, startedAt, movedAt, ...known }];
    })
    .reverse();
}

/** How far a transfer is, and how long the rest takes at its rate; what cannot be said is absent. */
export function outlookOf(
  bytes: number,
  size: number | undefined,
  bytesPerSecond: number | undefined,
): { percent?: number; secondsLeft?: number } {
  if (size === undefined || size === 0) return {};
  const percent = Math.floor((bytes * 100) / size);
  if (bytesPerSecond === undefined || bytesPerSecond <= 0) return { percent };
  return { percent, secondsLeft: Math.ceil((size - bytes) / bytesPerSecond) };
}
