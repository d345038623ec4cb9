import type { Sending } from "./body.ts";
import type { Clock } from "./clock.ts";
import type { HttpBootEvent, HttpBootRequest } from "./core/events.ts";

/** The bodies that are on their way. */
export interface TransferTable {
  /** A body begins; it is over when the returned function is called. @param began milliseconds of the steady clock */
  readonly add: (sending: Sending, request: HttpBootRequest, began: number) => () => void;
  /** Reports what has moved, and ends what is too slow; to be called about once a second. */
  sweep(): void;
  readonly active: number;
}

/** Bytes a second below which a body that takes longer than its lifetime is too slow. */
const slowest = 16 * 1024;

/** @param lifetime milliseconds that any body may take */
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
