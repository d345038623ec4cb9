export interface LoopShareOptions {
  /** The part of the time that the work may take, 0 to 1. */
  readonly share: number;
  /** Milliseconds of work that may be done at once after a rest. */
  readonly burst: number;
  /** Pieces of work under way, and those that wait for a turn. */
  readonly mostAtOnce: number;
  readonly mostWaiting: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly later: (milliseconds: number, work: () => void) => void;
}

/** Lets work have a share of the event loop, on which machines that boot wait as well. */
export interface LoopShare {
  /** Does the work in its turn; undefined at once where too much waits already. */
  run<T>(work: () => Promise<T>): Promise<T> | undefined;
}

/** One answer that waits for a disk is not to count as if it had computed all the time. */
const mostCharged = 250;

export function createLoopShare(options: LoopShareOptions): LoopShare {
  const { share, burst, mostAtOnce, mostWaiting, now, later } = options;
  const waiting: (() => void)[] = [];
  let underWay = 0;
  let balance = burst;
  let countedAt = now();
  let asleep = false;

  function refill(): void {
    const time = now();
    balance = Math.min(burst, balance + (time - countedAt) * share);
    countedAt = time;
  }

  function next(): void {
    refill();
    while (underWay < mostAtOnce && balance > 0) {
      const start = waiting.shift();
      if (start === undefined) return;
      underWay++;
      start();
    }
    if (waiting.length === 0 || underWay >= mostAtOnce || asleep) return;
    asleep = true;
    later(Math.max(1, Math.ceil(-balance / share)), () => {
      asleep = false;
      next();
    });
  }

  async function measured<T>(work: () => Promise<T>): Promise<T> {
    const began = now();
    try {
      return await work();
    } finally {
      refill();
      balance -= Math.min(now() - began, mostCharged);
      underWay--;
      next();
    }
  }

  return {
    run<T>(work: () => Promise<T>) {
      if (waiting.length >= mostWaiting) return undefined;
      return new Promise<T>((resolve, reject) => {
        waiting.push(() => void measured(work).then(resolve, reject));
        next();
      });
    },
  };
}
