import type { Sending } from "./body.ts";
import type { Clock } from "./clock.ts";
import type { HttpBootEvent, HttpBootRequest } from "./core/events.ts";

/** The bodies being sent. */
export interface TransferTable {
  /** Registers a body; call the returned function at its end. @param began milliseconds of the steady clock */
  readonly add: (sending: Sending, request: HttpBootRequest, began: number) => () => void;
  /** Reports progress, and ends bodies that are too slow; call it about once a second. */
  sweep(): void;
  readonly active: number;
}

/** Bytes per second below which a body older than its lifetime is too slow. */
const slowest = 16 * 1024;

/** @param lifetime milliseconds allowed for any body */
export function transferTable(lifetime: number, clock: Clock, emit: (event: HttpBootEvent) => void): TransferTable {
  const running = new Map<Sending, { readonly request: HttpBootRequest; readonly began: number; reported: number }>();
  return {
    add(sending, request, began) {
      running.set(sending, { request, began, reported: 0 });
      return () => running.delete(sending);
    },
    sweep() {
      for (const [sending, row] of running) {
        const { request, began, reported } = row;
        const ms = clock.ticks() - began;
        const { bytes, total } = sending;
        if (bytes !== reported) emit({ type: "progress", time: clock.wall(), request, bytes, total, ms });
        row.reported = bytes;
        if (ms > lifetime && bytes < (ms / 1000) * slowest) sending.abort("lifetime");
      }
    },
    get active() {
      return running.size;
    },
  };
}
