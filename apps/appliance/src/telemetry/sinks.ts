/** A subscriber to events. */
export interface Sink<T> {
  /** As the log names it. */
  readonly name: string;
  /**
   * Takes one item. A sink that needs time returns a promise, and gets the next item when that resolves; until then
   * items wait in a queue of its own. A promise that rejects is reported, and the item is gone.
   * @throws only by a bug: the others get the item all the same, then it is thrown on
   */
  take(item: T): void | Promise<void>;
}

/** All subscribers, each at its own pace. */
export interface Sinks<T> {
  /**
   * Adds a sink after those that are there. Without a promise under way, sinks get an item in this order.
   * @returns ends the subscription; what waits for the sink is dropped
   */
  subscribe(sink: Sink<T>): () => void;
  push(item: T): void;
}

/** What went wrong between a sink and us, at most once in `reportEvery` for each sink. */
export interface SinkTrouble {
  readonly sink: string;
  /** Items it did not get: it was too slow and its queue was full. */
  readonly lost: number;
  /** Items it failed on. */
  readonly failed: number;
  /** Of the latest failure. */
  readonly problem?: string;
}

export interface SinksOptions {
  /** Milliseconds. */
  readonly now: () => number;
  readonly onTrouble: (trouble: SinkTrouble) => void;
  /** Items that wait for one sink; the oldest goes for the next one. */
  readonly capacity?: number;
  /** Milliseconds. */
  readonly reportEvery?: number;
}

export function createSinks<T>(options: SinksOptions): Sinks<T> {
  const lines = new Set<Line<T>>();
  return {
    subscribe(sink) {
      const line = createLine(sink, options);
      lines.add(line);
      return () => {
        lines.delete(line);
        line.end();
      };
    },
    push(item) {
      const bugs: unknown[] = [];
      for (const line of [...lines]) {
        try {
          line.push(item);
        } catch (error) {
          bugs.push(error);
        }
      }
      if (bugs.length > 0) throw bugs[0];
    },
  };
}

/** One sink and what waits for it. */
interface Line<T> {
  push(item: T): void;
  end(): void;
}

function createLine<T>(sink: Sink<T>, options: SinksOptions): Line<T> {
  const { now, onTrouble, capacity = 1024, reportEvery = 10_000 } = options;
  const queue = boundedQueue<T>(capacity);
  let busy = false;
  let ended = false;
  let lost = 0;
  let failed = 0;
  let problem: string | undefined;
  let reportedAt = Number.NEGATIVE_INFINITY;

  function report(): void {
    if (lost === 0 && failed === 0) return;
    reportedAt = now();
    const trouble = { sink: sink.name, lost, failed, ...(problem === undefined ? {} : { problem }) };
    lost = 0;
    failed = 0;
    problem = undefined;
    onTrouble(trouble);
  }

  function reportWhenDue(): void {
    const passed = now() - reportedAt;
    // A clock set back must not delay the report.
    if (passed >= reportEvery || passed < 0) report();
  }

  function give(item: T): void {
    const work = sink.take(item);
    if (work === undefined) return;
    busy = true;
    work.then(goOn, (error: unknown) => {
      failed++;
      problem = error instanceof Error ? error.message : String(error);
      if (!ended) reportWhenDue();
      goOn();
    });
  }

  function goOn(): void {
    busy = false;
    while (!busy && !ended && queue.size() > 0) give(queue.shift() as T);
  }

  return {
    push(item) {
      if (!busy) give(item);
      else if (!queue.push(item)) lost++;
      reportWhenDue();
    },
    end() {
      ended = true;
      report();
    },
  };
}

interface BoundedQueue<T> {
  /** False: the oldest had to go for it. */
  push(item: T): boolean;
  shift(): T | undefined;
  size(): number;
}

/** A ring: it keeps no item that was taken. */
function boundedQueue<T>(capacity: number): BoundedQueue<T> {
  const items: (T | undefined)[] = [];
  let first = 0;
  let size = 0;
  function shift(): T | undefined {
    const item = items[first];
    items[first] = undefined;
    first = (first + 1) % capacity;
    size--;
    return item;
  }
  return {
    push(item) {
      const fits = size < capacity;
      if (!fits) shift();
      items[(first + size) % capacity] = item;
      size++;
      return fits;
    },
    shift,
    size: () => size,
  };
}
