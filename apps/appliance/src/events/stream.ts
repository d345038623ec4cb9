import type { ApiStreamEvents } from "../http/api-types.ts";
import { inertJson } from "./inert.ts";

/** One event as it goes out, with the id by which a reader resumes. */
export interface StreamEntry {
  readonly id: string;
  readonly name: keyof ApiStreamEvents;
  /** JSON on one line. */
  readonly data: string;
}

/** What happens, for those who watch. A bounded number of events is kept for readers that come back. */
export interface Stream {
  publish<N extends keyof ApiStreamEvents>(name: N, data: ApiStreamEvents[N]): void;
  /**
   * Calls `send` with the events after the id `after`, then with each new one. An id that is no longer kept gives a
   * `gap` first. Without an id it begins with the next event.
   * @returns ends the subscription
   */
  subscribe(after: string | undefined, send: (entry: StreamEntry) => void): () => void;
}

export interface StreamLimits {
  readonly events: number;
  readonly octets: number;
}

/** @param epoch tells the ids of this process from those of the one before */
export function createStream(epoch: string, limits: StreamLimits = { events: 4096, octets: 8 * 1024 * 1024 }): Stream {
  const kept: StreamEntry[] = [];
  const readers = new Set<(entry: StreamEntry) => void>();
  let octets = 0;
  let last = 0;

  /** Dropping from the front one by one would move the whole array each time. */
  function trim(): void {
    let drop = 0;
    while (kept.length - drop > limits.events || (octets > limits.octets && kept.length - drop > 1)) {
      octets -= kept[drop]?.data.length ?? 0;
      drop++;
    }
    if (drop > 0) kept.splice(0, drop);
  }

  function entriesAfter(after: string): readonly StreamEntry[] {
    const [, theirEpoch, text] = /^([0-9a-z]+)-(\d{1,15})$/.exec(after) ?? [];
    const number = Number(text);
    const first = last - kept.length + 1;
    const known = theirEpoch === epoch && number <= last;
    if (known && number >= first - 1) return kept.slice(number - first + 1);
    const missed = known ? first - 1 - number : null;
    return [{ id: `${epoch}-${first - 1}`, name: "gap", data: JSON.stringify({ missed }) }, ...kept];
  }

  return {
    publish(name, data) {
      const entry = { id: `${epoch}-${++last}`, name, data: inertJson(JSON.stringify(data)) };
      kept.push(entry);
      octets += entry.data.length;
      trim();
      for (const send of [...readers]) send(entry);
    },
    subscribe(after, send) {
      if (after !== undefined) for (const entry of entriesAfter(after)) send(entry);
      readers.add(send);
      return () => void readers.delete(send);
    },
  };
}
