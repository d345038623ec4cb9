import type { ApiStreamEvents } from "../api-model/types.ts";
import { inertJson } from "../log/inert.ts";

/** One event as it goes out, with the id by which a reader resumes. */
export interface StreamEntry {
  readonly id: string;
  readonly name: keyof ApiStreamEvents;
  /** JSON on one line. */
  readonly data: string;
}

/** Events for live readers. A bounded number is kept for readers that reconnect. */
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
  readonly bytes: number;
}

/** @param epoch distinguishes the ids of this process from those of the one before */
export function createStream(epoch: string, limits: StreamLimits = { events: 4096, bytes: 8 * 1024 * 1024 }): Stream {
  /** Those before `head` are gone: to move the rest up at each event would cost more than all the other work on it. */
  let kept: (StreamEntry | undefined)[] = [];
  let head = 0;
  const readers = new Set<(entry: StreamEntry) => void>();
  let bytes = 0;
  let last = 0;

  function trim(): void {
    while (kept.length - head > limits.events || (bytes > limits.bytes && kept.length - head > 1)) {
      bytes -= kept[head]?.data.length ?? 0;
      kept[head++] = undefined;
    }
    if (head <= kept.length / 2) return;
    kept = kept.slice(head);
    head = 0;
  }

  function keptFrom(index: number): StreamEntry[] {
    return kept.slice(head + index).filter((entry) => entry !== undefined);
  }

  function entriesAfter(after: string): readonly StreamEntry[] {
    const [, theirEpoch, text] = /^([0-9a-z]+)-(\d{1,15})$/.exec(after) ?? [];
    const number = Number(text);
    const first = last - (kept.length - head) + 1;
    const known = theirEpoch === epoch && number <= last;
    if (known && number >= first - 1) return keptFrom(number - first + 1);
    const missed = known ? first - 1 - number : null;
    return [{ id: `${epoch}-${first - 1}`, name: "gap", data: JSON.stringify({ missed }) }, ...keptFrom(0)];
  }

  return {
    publish(name, data) {
      const entry = { id: `${epoch}-${++last}`, name, data: inertJson(JSON.stringify(data)) };
      kept.push(entry);
      bytes += entry.data.length;
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
