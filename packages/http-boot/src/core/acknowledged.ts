/**
 * How much of each body the client's system has. What it has not acknowledged is the end of all that was sent to it; header
 * lines between the bodies count as not acknowledged for as long as anything behind them is.
 * @param taken bytes of each body that the operating system has taken, in the order in which they were sent
 * @param unacknowledged bytes of the whole connection
 */
export function acknowledged(taken: readonly number[], unacknowledged: number): number[] {
  let left = Math.max(0, unacknowledged);
  const counts = taken.toReversed().map((bytes) => {
    const missing = Math.min(bytes, left);
    left -= missing;
    return bytes - missing;
  });
  return counts.reverse();
}

/** What the looks at a body have shown. Times are milliseconds of one clock. */
export interface Looks {
  /** When the request came. */
  readonly since: number;
  /** When it was looked at last; undefined: never. */
  readonly lookedAt: number | undefined;
  /** Bytes that were acknowledged then. */
  readonly acknowledged: number;
}

/** A client may have got faster since the last look. */
const margin = 2;

/**
 * Whether a body can have arrived whole before the client broke the connection: UEFI (edk2 HttpDxe) resets a connection as
 * soon as it has the last byte, and then nothing shows how much was acknowledged. What could not have come since the last
 * look at twice the pace up to then is missing.
 */
export function mayHaveArrived({ since, lookedAt, acknowledged: bytes }: Looks, total: number, now: number): boolean {
  if (lookedAt === undefined) return true;
  const pace = bytes / Math.max(1, lookedAt - since);
  return bytes + margin * pace * (now - lookedAt) >= total;
}
