/** Calls `work` after the given milliseconds. */
export type Later = (milliseconds: number, work: () => void) => void;

/** Items that wait for a quiet moment, in order. */
export interface Backlog<T> {
  /** @param waits the item may wait; one that may not still comes after those that do. */
  push(item: T, time: number, waits: boolean): void;
  /** Works on everything that waits, now. */
  settle(): void;
}

/** After so many milliseconds without a new item it is quiet. */
const quietAfter = 10;
/** Longer than this nothing waits in a crowd that never rests. */
const patience = 500;
/** Items in one go: about a millisecond. */
const slice = 64;
/** Settling processes this many at once: a fraction of a second. */
const most = 4096;

/**
 * Clients that wait for their answer go first: to log an event and to fold it into boots and figures takes longer than
 * to serve a small file.
 * @param later without it nothing waits
 */
export function createBacklog<T>(work: (item: T) => void, now: () => number, later: Later | undefined): Backlog<T> {
  /** Those before `head` are done, and let go of: in a flood that does not end it is never empty. */
  let waiting: ({ readonly item: T; readonly time: number } | undefined)[] = [];
  let head = 0;
  let latest = 0;
  let awake = false;

  function workOn(count: number): void {
    const end = Math.min(waiting.length, head + count);
    while (head < end) {
      const next = waiting[head];
      waiting[head++] = undefined;
      if (next !== undefined) work(next.item);
    }
    if (head <= waiting.length / 2) return;
    waiting = waiting.slice(head);
    head = 0;
  }

  function wake(milliseconds: number): void {
    awake = true;
    later?.(milliseconds, () => {
      awake = false;
      const time = now();
      // A clock set back must not delay anything.
      const quiet = time - latest >= quietAfter || time < latest;
      const oldest = waiting[head]?.time ?? time;
      if (quiet || time - oldest >= patience) workOn(slice);
      if (waiting.length > 0) wake(quiet ? 0 : quietAfter);
    });
  }

  return {
    push(item, time, waits) {
      if (later === undefined || (!waits && waiting.length === 0)) {
        work(item);
        return;
      }
      waiting.push({ item, time });
      latest = time;
      if (waiting.length - head > most) workOn(slice);
      if (!awake) wake(quietAfter);
    },
    settle: () => workOn(Number.POSITIVE_INFINITY),
  };
}
