import { join } from "node:path";
import type { ApiBoot, ApiBootSummary } from "../api-model/types.ts";
import { makeFoldersSync } from "../os/make-folders.ts";
import { openSqliteStore, problemOf } from "./sqlite-store.ts";
import { type BootQuery, type BootStore, memoryStore, type OpenedStore, select, summaryPart } from "./store.ts";

/** The boots of the past. It never throws: what cannot be written waits in memory. */
export interface History {
  /** Takes a boot in its present state; written at the next `flush`. */
  record(boot: ApiBoot): void;
  /** Writes what waits. Once a second is enough. */
  flush(): void;
  list(query: BootQuery): ApiBootSummary[];
  get(id: string): ApiBoot | undefined;
  state(): HistoryState;
  /** Flushes, then closes. */
  close(): void;
}

interface HistoryState {
  readonly directory?: string;
  readonly writable: boolean;
  readonly problem?: string;
}

/** What becomes of the history, told once each. */
export type HistoryNews =
  | { readonly type: "unavailable" | "write-failed"; readonly problem: string }
  | { readonly type: "damaged" | "writable-again" };

export interface HistoryOptions {
  /** Absent: nothing survives a restart. */
  readonly directory?: string;
  readonly maxBoots: number;
  readonly onNews: (news: HistoryNews) => void;
  /** Stands in for the file in tests. */
  readonly open?: (path: string) => OpenedStore;
}

const fileName = "boots.db";
const maxOctets = 32 * 1024 * 1024;
/** Boots that wait for a disk with room. The oldest goes first. */
const mostWaiting = 256;

export function openHistory({ directory, maxBoots, onNews, open }: HistoryOptions): History {
  let problem: string | undefined;
  const store = chooseStore();
  const waiting = new Map<string, ApiBoot>();

  function chooseStore(): BootStore {
    if (directory === undefined) return memoryStore(maxBoots);
    const opened = openIn(directory);
    if (opened.ok) {
      if (opened.damaged) onNews({ type: "damaged" });
      return opened.store;
    }
    problem = opened.problem;
    onNews({ type: "unavailable", problem });
    return memoryStore(maxBoots);
  }

  function openIn(folder: string): OpenedStore {
    try {
      makeFoldersSync(folder, 0o750);
    } catch (error) {
      return { ok: false, problem: problemOf(error) };
    }
    const path = join(folder, fileName);
    return open?.(path) ?? openSqliteStore(path, { maxBoots, maxOctets });
  }

  const onDisk = directory !== undefined && problem === undefined;

  function flush(): void {
    if (waiting.size === 0) return;
    try {
      store.write([...waiting.values()]);
    } catch (error) {
      const now = problemOf(error);
      if (problem === undefined) onNews({ type: "write-failed", problem: now });
      problem = now;
      return;
    }
    waiting.clear();
    if (onDisk && problem !== undefined) {
      problem = undefined;
      onNews({ type: "writable-again" });
    }
  }

  return {
    record(boot) {
      waiting.delete(boot.id);
      waiting.set(boot.id, boot);
      const [oldest] = waiting.keys();
      if (waiting.size > mostWaiting && oldest !== undefined) waiting.delete(oldest);
    },
    flush,
    list(query) {
      const fresh = [...waiting.values()].map(summaryPart);
      const stored = readOr([], () => store.list({ ...query, limit: query.limit + fresh.length }));
      return select([...fresh, ...stored.filter(({ id }) => !waiting.has(id))], query);
    },
    get: (id) => waiting.get(id) ?? readOr(undefined, () => store.get(id)),
    state: () => ({
      ...(directory === undefined ? {} : { directory }),
      writable: onDisk && problem === undefined,
      ...(problem === undefined ? {} : { problem }),
    }),
    close() {
      flush();
      store.close();
    },
  };

  /** A disk that fails while it is read takes the past away, not the present. */
  function readOr<T>(otherwise: T, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (problem === undefined) onNews({ type: "write-failed", problem: problemOf(error) });
      problem = problemOf(error);
      return otherwise;
    }
  }
}
