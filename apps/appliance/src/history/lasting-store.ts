import type { HistoryStore } from "./history-store.ts";
import type { OpenedStore } from "./sqlite-store.ts";

export interface LastingOptions {
  /** What could be opened at the start. */
  readonly file: HistoryStore | undefined;
  /** Keeps boots while there is no file. */
  readonly memory: HistoryStore;
  readonly maxBoots: number;
  /** Opens the file, which is made if it is missing. */
  readonly open: () => Promise<OpenedStore>;
  /** Whether the file in use is still at its path. */
  readonly isThere: () => Promise<boolean>;
  /** Called with a file that was opened, once all that was known before is in it. */
  readonly onOpened: (opened: Extract<OpenedStore, { ok: true }>) => void;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
}

/** Milliseconds between attempts to open the file. */
export const againAfter = 10_000;

/**
 * A history whose file comes back. What could not be opened is tried again when a boot is stored: a disk may have been full, or
 * mounted late. A file that was removed is made anew, for what is written into it would be gone with the process. Boots that were
 * known before are in the new file, too.
 */
export function lastingStore({
  memory,
  maxBoots,
  open,
  isThere,
  onOpened,
  now,
  ...first
}: LastingOptions): HistoryStore {
  let { file } = first;
  let triedAt = now();

  async function reopened(before: HistoryStore): Promise<HistoryStore | undefined> {
    triedAt = now();
    const opened = await open();
    if (!opened.ok) return undefined;
    const known = await before.list({ limit: maxBoots });
    const boots = await Promise.all(known.map(({ id }) => before.get(id)));
    await opened.store.record(boots.filter((boot) => boot !== undefined).reverse());
    file = opened.store;
    onOpened(opened);
    // What is left of a removed file cannot be closed in order.
    await before.close().catch(() => undefined);
    return file;
  }

  /** The store to write to. @throws Error where the file was removed and cannot be made anew */
  async function writable(): Promise<HistoryStore> {
    if (file === undefined) return (now() - triedAt >= againAfter ? await reopened(memory) : undefined) ?? memory;
    if (await isThere()) return file;
    const made = await reopened(file);
    if (made === undefined) throw new Error("its file was removed, and cannot be made anew");
    return made;
  }

  const readable = () => file ?? memory;
  return {
    record: async (boots) => (await writable()).record(boots),
    list: (query) => readable().list(query),
    get: (id) => readable().get(id),
    state: () => readable().state(),
    flush: () => readable().flush(),
    close: () => readable().close(),
  };
}
