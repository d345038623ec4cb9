import type { Clock } from "./clock.ts";
import type { Connection } from "./connections.ts";
import type { HttpBootEvent, HttpBootRequest } from "./core/events.ts";
import type { Deliveries } from "./deliveries.ts";
import type { Delivery } from "./delivery.ts";

/** The bodies being sent that take their time. */
export interface TransferTable {
  /** Registers a body; call the returned function at its end. */
  readonly add: (delivery: Delivery, connection: Connection, request: HttpBootRequest) => () => void;
  /** Reports progress, and ends bodies that are too slow; call it about once a second. */
  sweep(): void;
  readonly active: number;
}

interface Row {
  readonly connection: Connection;
  readonly request: HttpBootRequest;
  reported: number;
}

/** Bytes per second below which a body older than its lifetime is too slow. */
const slowest = 16 * 1024;

/** @param lifetime milliseconds allowed for any body */
export function transferTable(
  lifetime: number,
  clock: Clock,
  { bytesOf, abort }: Pick<Deliveries, "bytesOf" | "abort">,
  emit: (event: HttpBootEvent) => void,
): TransferTable {
  const running = new Map<Delivery, Row>();
  return {
    add(delivery, connection, request) {
      running.set(delivery, { connection, request, reported: 0 });
      return () => running.delete(delivery);
    },
    sweep() {
      for (const [delivery, row] of running) {
        const { connection, request, reported } = row;
        const ms = clock.ticks() - delivery.since;
        const bytes = bytesOf(delivery);
        const { total } = delivery.sending;
        if (bytes !== reported) emit({ type: "progress", time: clock.wall(), request, bytes, total, ms });
        row.reported = bytes;
        if (ms > lifetime && bytes < (ms / 1000) * slowest) abort(connection, "lifetime");
      }
    },
    get active() {
      return running.size;
    },
  };
}
