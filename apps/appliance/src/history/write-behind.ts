import type { Session } from "../sessions/session.ts";
import { summaryOf } from "../sessions/summary.ts";
import { type HistoryStore, problemOf, select } from "./history-store.ts";

/** How the store fares, reported once for each change. */
export type WritingNews =
  | { readonly type: "write-failed"; readonly problem: string }
  | { readonly type: "writable-again" }
  /** So many boots had to go unstored, to make room in memory or because the process ends. */
  | { readonly type: "lost"; readonly boots: number };

export interface WriteBehindOptions {
  readonly onNews: (news: WritingNews) => void;
  /** Boots that wait for the store; the oldest is lost for the next one. */
  readonly mostWaiting?: number;
  /** Milliseconds the store has for an answer before it counts as failing. */
  readonly patience?: number;
}

/**
 * Puts memory in front of a store. `record` takes boots at once, and writes them at the next `flush`, in order, one
 * write at a time. Nothing here ever rejects or waits longer than `patience`: of a store that fails or is slow, what is
 * in memory remains.
 */
export function writeBehind(store: HistoryStore, options: WriteBehindOptions): HistoryStore {
  const { onNews, mostWaiting = 256, patience = 5_000 } = options;
  let waiting = new Map<string, Session>();
  /** Handed to the store, which has not answered yet. */
  let underWay = new Map<string, Session>();
  let isWriting = false;
  let latestWrite: Promise<void> = Promise.resolve();
  let problem: string | undefined;
  let lost = 0;

  function failed(error: unknown): void {
    const now = problemOf(error);
    if (problem === undefined) onNews({ type: "write-failed", problem: now });
    problem = now;
  }

  function succeeded(): void {
    if (problem !== undefined) onNews({ type: "writable-again" });
    problem = undefined;
    reportLost();
  }

  function reportLost(): void {
    if (lost > 0) onNews({ type: "lost", boots: lost });
    lost = 0;
  }

  /** The oldest first. */
  function trim(): void {
    for (const id of waiting.keys()) {
      if (waiting.size <= mostWaiting) return;
      waiting.delete(id);
      lost++;
    }
  }

  async function write(): Promise<void> {
    while (waiting.size > 0) {
      underWay = waiting;
      waiting = new Map();
      // A write that is late may still be done: to begin another one now could overtake it.
      const late = setTimeout(() => failed(lateness(patience)), patience);
      try {
        await store.record([...underWay.values()]);
        underWay = new Map();
        succeeded();
      } catch (error) {
        const newer = waiting;
        waiting = new Map([...underWay].filter(([id]) => !newer.has(id)));
        for (const [id, boot] of newer) waiting.set(id, boot);
        underWay = new Map();
        trim();
        failed(error);
        break;
      } finally {
        clearTimeout(late);
      }
    }
    isWriting = false;
  }

  async function flush(): Promise<void> {
    if (!isWriting && waiting.size > 0) {
      isWriting = true;
      latestWrite = write();
    }
    await within(latestWrite, patience).catch(failed);
  }

  /** A store that fails while it is read takes the past away, not the present. */
  async function readOr<T>(otherwise: T, read: () => Promise<T>): Promise<T> {
    try {
      return await within(read(), patience);
    } catch (error) {
      failed(error);
      return otherwise;
    }
  }

  return {
    async record(boots) {
      for (const boot of boots) {
        waiting.delete(boot.id);
        waiting.set(boot.id, boot);
      }
      // A store that works is not given a chance to lose any.
      if (waiting.size >= mostWaiting && problem === undefined && !isWriting) void flush();
      trim();
    },
    async list(query) {
      const unstored = new Map([...underWay, ...waiting]);
      const fresh = [...unstored.values()].map(summaryOf);
      const limit = query.limit + fresh.length;
      const stored = await readOr([], () => store.list({ ...query, limit }));
      return select([...fresh, ...stored.filter(({ id }) => !unstored.has(id))], query);
    },
    get: async (id) => waiting.get(id) ?? underWay.get(id) ?? readOr(undefined, () => store.get(id)),
    async state() {
      const state = await readOr({ writable: false }, () => store.state());
      return problem === undefined ? state : { ...state, writable: false, problem };
    },
    flush,
    async close() {
      await flush();
      lost += waiting.size + underWay.size;
      reportLost();
      await within(store.close(), patience).catch(failed);
    },
  };
}

/** @throws Error when `work` takes longer */
async function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(lateness(milliseconds)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function lateness(milliseconds: number): Error {
  return new Error(`no reply within ${milliseconds / 1000} s`);
}
