import { join } from "node:path";
import { answersInTime, noReply } from "../os/disk-answers.ts";
import { makeFoldersSync } from "../os/make-folders.ts";
import { type HistoryStore, problemOf } from "./history-store.ts";
import { memoryStore } from "./memory-store.ts";
import { type OpenedStore, type OpeningNews, openSqliteStore } from "./sqlite-store.ts";
import { type WritingNews, writeBehind } from "./write-behind.ts";

/** What becomes of the history, reported once each. */
export type HistoryNews =
  | { readonly type: "unavailable"; readonly problem: string }
  /** A newer Bootlace wrote it: it is left as it is. */
  | { readonly type: "newer"; readonly version: number; readonly problem: string }
  | OpeningNews
  | WritingNews;

export interface HistoryOptions {
  /** Absent: nothing survives a restart. */
  readonly directory?: string;
  readonly maxBoots: number;
  readonly onNews: (news: HistoryNews) => void;
  /** Stands in for the file in tests. */
  readonly open?: (path: string) => Promise<OpenedStore> | OpenedStore;
  /** Stands in for the disk in tests. */
  readonly answers?: (path: string) => Promise<boolean>;
}

const fileName = "boots.db";
const maxBytes = 32 * 1024 * 1024;

/**
 * The history in the state folder, or in memory where that cannot be used. No call on it rejects or waits for a disk
 * that does not answer.
 */
export async function openHistory(options: HistoryOptions): Promise<HistoryStore> {
  return writeBehind(await chooseStore(options), { onNews: options.onNews });
}

async function chooseStore(options: HistoryOptions): Promise<HistoryStore> {
  const { directory, maxBoots, onNews, open, answers = answersInTime } = options;
  if (directory === undefined) return memoryStore(maxBoots);
  const opened = (await answers(directory))
    ? await openIn(directory, (path) => open?.(path) ?? openSqliteStore(path, { maxBoots, maxBytes }))
    : ({ ok: false, problem: noReply, newer: undefined } as const);
  if (!opened.ok) {
    const { problem, newer } = opened;
    onNews(newer === undefined ? { type: "unavailable", problem } : { type: "newer", version: newer, problem });
    return memoryStore(maxBoots, { directory, problem });
  }
  for (const one of opened.news) onNews(one);
  const store = whereDiskAnswers(opened.store, () => answers(join(directory, fileName)));
  return { ...store, state: async () => ({ directory, ...(await store.state()) }) };
}

/** SQLite waits for its disk in the thread that serves everybody: so the disk is asked first, by another thread. */
function whereDiskAnswers(store: HistoryStore, answers: () => Promise<boolean>): HistoryStore {
  async function asked<T>(work: () => Promise<T>): Promise<T> {
    if (await answers()) return work();
    throw new Error(noReply);
  }
  return {
    record: (boots) => asked(() => store.record(boots)),
    list: (query) => asked(() => store.list(query)),
    get: (id) => asked(() => store.get(id)),
    state: () => asked(() => store.state()),
    flush: () => asked(() => store.flush()),
    close: () => asked(() => store.close()),
  };
}

async function openIn(folder: string, open: (path: string) => Promise<OpenedStore> | OpenedStore) {
  try {
    makeFoldersSync(folder, 0o750);
    return await open(join(folder, fileName));
  } catch (error) {
    return { ok: false as const, problem: problemOf(error), newer: undefined };
  }
}
