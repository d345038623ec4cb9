/** Pseudo-random numbers in [0, 1) that depend on the seed alone (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Events in the order of their time, those of one time in the order they were made. */
export interface Timeline {
  readonly now: number;
  at(time: number, action: () => void): void;
  /** Runs until `done`, or until nothing is left. */
  run(done: () => boolean): void;
}

export function timeline(): Timeline {
  interface Entry {
    readonly time: number;
    readonly order: number;
    readonly action: () => void;
  }
  const heap: Entry[] = [];
  let now = 0;
  let orders = 0;
  const before = (a: Entry, b: Entry) => a.time < b.time || (a.time === b.time && a.order < b.order);

  function pop(): Entry | undefined {
    const top = heap[0];
    const last = heap.pop();
    if (!top || !last || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = heap[child];
      if (!left) break;
      const right = heap[child + 1];
      if (right && before(right, left)) child++;
      const least = heap[child] ?? left;
      if (!before(least, last)) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
    return top;
  }

  return {
    get now() {
      return now;
    },
    at(time, action) {
      const entry = { time, order: orders++, action };
      let at = heap.push(entry) - 1;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        const above = heap[parent];
        if (!above || !before(entry, above)) break;
        heap[at] = above;
        at = parent;
      }
      heap[at] = entry;
    },
    run(done) {
      while (!done()) {
        const next = pop();
        if (!next) return;
        now = next.time;
        next.action();
      }
    },
  };
}

export interface LinkQuality {
  /** Share of packets that are lost, each way. */
  readonly loss: number;
  /** Share that comes twice. */
  readonly duplication: number;
  /** Share that is overtaken by what was sent after it. */
  readonly reordering: number;
  /** Milliseconds one way, at least. */
  readonly delay: number;
  /** More milliseconds, up to this; packets wait for each other. */
  readonly jitter: number;
}

/** One direction of a bad link. */
export function link<T>(
  quality: LinkQuality,
  random: () => number,
  time: Timeline,
  deliver: (packet: T) => void,
): (packet: T) => void {
  let lastAt = 0;
  return (packet) => {
    const copies = random() < quality.duplication ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      if (random() < quality.loss) continue;
      const arrival = time.now + quality.delay + random() * quality.jitter;
      if (random() < quality.reordering) {
        time.at(Math.max(arrival, lastAt) + random() * (quality.delay + quality.jitter), () => deliver(packet));
        continue;
      }
      lastAt = Math.max(arrival, lastAt);
      time.at(lastAt, () => deliver(packet));
    }
  };
}
