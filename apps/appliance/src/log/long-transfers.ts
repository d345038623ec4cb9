import { quote } from "@bootlace/dhcp-core";
import type { ApplianceEvent } from "../events/event.ts";
import type { LogRecord } from "../events/record.ts";
import { beginPace, type Pace, paceWith, rateOf, stalledAfter } from "../sessions/pace.ts";
import { outlookOf } from "../sessions/running-files.ts";
import { httpRef } from "./http-log.ts";
import { progressText } from "./progress-text.ts";
import { tftpRef } from "./tftp-log.ts";

/** Tells of transfers that take long: after ten seconds, and after twice as long each time. */
export interface LongTransfers {
  /** Follows the events of the file servers. At a tick it gives the records that are due. */
  take(event: ApplianceEvent): readonly LogRecord[];
}

/** Milliseconds. */
const firstAfter = 10_000;

interface Row {
  readonly scope: "tftp" | "http";
  readonly ref: ReturnType<typeof httpRef> | ReturnType<typeof tftpRef>;
  readonly name: string;
  readonly startedAt: number;
  readonly pace: Pace;
  readonly bytes: number;
  readonly size: number | undefined;
  readonly due: number;
}

export function createLongTransfers(): LongTransfers {
  /** All events about a transfer share one object. */
  const running = new Map<object, Row>();

  function move(transfer: object, time: number, bytes: number, size?: number): void {
    const row = running.get(transfer);
    if (row === undefined) return;
    running.set(transfer, { ...row, bytes, pace: paceWith(row.pace, time, bytes), size: size ?? row.size });
  }

  function begin(transfer: object, time: number, row: Pick<Row, "scope" | "ref" | "name" | "size">): void {
    running.set(transfer, { ...row, startedAt: time, pace: beginPace(time), bytes: 0, due: firstAfter });
  }

  function take({ kind, event }: ApplianceEvent): readonly LogRecord[] {
    if (kind === "appliance") return event.type === "tick" ? dueAt(event.time) : [];
    if (kind === "http") {
      if (!("request" in event) || event.request === undefined) return [];
      const { request } = event;
      if (event.type === "progress") move(request, event.time, event.bytes);
      else if (event.type !== "start") running.delete(request);
      else {
        const { range, size } = event;
        const { client, file } = request;
        const name = `${client.address} ${quote(file)}`;
        const ref = httpRef(request);
        const total = range === undefined ? size : range.last - range.first + 1;
        begin(request, event.time, { scope: "http", ref, name, size: total });
      }
    }
    if (kind === "tftp" && "transfer" in event) {
      const { transfer } = event;
      if (event.type === "progress") move(transfer, event.time, event.figures.bytes, event.figures.size);
      else if (event.type === "start") {
        const name = `${transfer.client.address} ${quote(transfer.file)}`;
        begin(transfer, event.time, { scope: "tftp", ref: tftpRef(transfer), name, size: undefined });
      } else if (event.type === "negotiated") {
        const row = running.get(transfer);
        if (row !== undefined) running.set(transfer, { ...row, size: event.size });
      } else running.delete(transfer);
    }
    return [];
  }

  function dueAt(now: number): readonly LogRecord[] {
    const records: LogRecord[] = [];
    for (const [transfer, row] of running) {
      const age = now - row.startedAt;
      if (age < row.due) continue;
      // Past a doubling that nobody was awake for, such as while the machine slept, the next one counts.
      let { due } = row;
      while (due <= age) due *= 2;
      running.set(transfer, { ...row, due });
      records.push(recordOf(row, now));
    }
    return records;
  }

  return { take };
}

function recordOf({ scope, ref, name, pace, bytes, size }: Row, now: number): LogRecord {
  const bytesPerSecond = rateOf(pace, now);
  const still = now - pace.movedAt;
  const stalledSeconds = still >= stalledAfter ? Math.floor(still / 1000) : undefined;
  const progress = { bytes, size, ...outlookOf(bytes, size, bytesPerSecond), bytesPerSecond, stalledSeconds };
  const message = `${name}: ${progressText(progress)}`;
  return { level: "info", scope, event: `${scope}.progress`, message, fields: { ...ref, ...progress } };
}
