import { stat } from "node:fs/promises";
import { join } from "node:path";
import { answersInTime, noReply } from "../os/disk-answers.ts";
import { makeFoldersSync } from "../os/make-folders.ts";
import { type HistoryStore, problemOf } from "./history-store.ts";
import { lastingStore } from "./lasting-store.ts";
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
  /** Milliseconds of a steady clock; stands in for the system's in tests. */
  readonly now?: () => number;
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
  const { directory, maxBoots, onNews, answers = answersInTime, now = () => performance.now() } = options;
  if (directory === undefined) return memoryStore(maxBoots);
  const path = join(directory, fileName);
  const makeStore = options.open ?? (() => openSqliteStore(path, { maxBoots, maxBytes }));
  let inode: number | undefined;

  async function open(folder: string): Promise<OpenedStore> {
    if (!(await answers(folder))) return { ok: false, problem: noReply };
    const opened = await openIn(folder, makeStore);
    if (!opened.ok) return opened;
    inode = await inodeOf(path);
    return { ...opened, store: whereDiskAnswers(opened.store, () => answers(path)) };
  }

  const opened = await open(directory);
  const problem = opened.ok ? undefined : opened.problem;
  const memory = memoryStore(maxBoots, { directory, ...(problem === undefined ? {} : { problem }) });
  if (!opened.ok) {
    const { problem, newer } = opened;
    onNews(newer === undefined ? { type: "unavailable", problem } : { type: "newer", version: newer, problem });
    if (newer !== undefined) return memory;
  }
  for (const one of opened.ok ? opened.news : []) onNews(one);
  const store = lastingStore({
    file: opened.ok ? opened.store : undefined,
    memory,
    maxBoots,
    open: () => open(directory),
    isThere: async () => inode === undefined || !(await answers(path)) || (await inodeOf(path)) === inode,
    onOpened({ news }) {
      for (const one of news) onNews(one);
      onNews({ type: "writable-again" });
    },
    now,
  });
  return { ...store, state: async () => ({ directory, ...(await store.state()) }) };
}

/** The number of the file; undefined without one, and where the system does not say. */
async function inodeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ ino }) => ino,
    () => undefined,
  );
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

async function openIn(
  folder: string,
  open: (path: string) => Promise<OpenedStore> | OpenedStore,
): Promise<OpenedStore> {
  try {
    makeFoldersSync(folder, 0o750);
    return await open(join(folder, fileName));
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}
