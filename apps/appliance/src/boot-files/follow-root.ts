import { type FSWatcher, watch } from "node:fs";
import { mayBoot } from "../catalogue/tree.ts";
import { knowsNothing, type ScanResult, scanRoot } from "./scan.ts";

export interface FollowTimes {
  /** Milliseconds of quiet after a change before the tree is read again. */
  readonly quiet: number;
  /** Milliseconds from the first change to the next reading, for a folder in which it is never quiet. */
  readonly longest: number;
  /** Milliseconds between readings without any sign of change: network file systems give none. */
  readonly rescan: number;
  /** The same while the root is gone. */
  readonly rescanMissing: number;
}

const usualTimes: FollowTimes = { quiet: 300, longest: 2_000, rescan: 60_000, rescanMissing: 2_000 };

/** inotify watches are a limited good; the periodic reading covers the rest. */
const mostWatches = 64;

/**
 * Reads a root folder again whenever something in it changes, and from time to time. A root that goes away is looked
 * for until it is back.
 * @param onScan gets each result; it should compare with what it knows
 */
export function followRoot(root: string, onScan: (result: ScanResult) => void, times: FollowTimes = usualTimes) {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let scanning = false;
  let again = false;
  /** On a steady clock: of those that no reading has seen. */
  let firstChange: number | undefined;

  function schedule(milliseconds: number) {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(() => void rescan(), milliseconds);
    timer.unref();
  }

  function changed() {
    if (scanning) {
      again = true;
      return;
    }
    const now = performance.now();
    firstChange ??= now;
    schedule(Math.max(0, Math.min(times.quiet, firstChange + times.longest - now)));
  }

  async function rescan(): Promise<void> {
    scanning = true;
    firstChange = undefined;
    const result = await scanRoot(root);
    scanning = false;
    if (stopped) return;
    if (knowsNothing(result)) {
      schedule(times.rescanMissing);
      return;
    }
    onScan(result);
    settle(result);
  }

  /** A folder that is newly watched may have changed between reading and watching: then it is read once more. */
  function settle(result: ScanResult) {
    const added = watchFolders(result.ok ? result.folders : []);
    const pause = result.ok ? times.rescan : times.rescanMissing;
    schedule(added || again ? times.quiet : pause);
    again = false;
  }

  function watchFolders(folders: readonly string[]): boolean {
    for (const folder of watchers.keys()) if (!folders.includes(folder)) drop(folder);
    let added = false;
    for (const folder of folders) {
      if (watchers.has(folder) || watchers.size >= mostWatches) continue;
      const watcher = watchOne(folder);
      if (watcher === undefined) continue;
      watchers.set(folder, watcher);
      added = true;
    }
    return added;
  }

  function watchOne(folder: string): FSWatcher | undefined {
    try {
      const watcher = watch(folder, { persistent: false }, (kind, name) => {
        // A download that grows is no change of the tree; of a boot program the beginning counts.
        if (kind === "change" && name !== null && !mayBoot(name)) return;
        // The folder itself may have been removed and made anew, under the same inode: then this watch is dead.
        if (kind === "rename") drop(folder);
        changed();
      });
      watcher.on("error", () => {
        drop(folder);
        changed();
      });
      return watcher;
    } catch {
      return undefined;
    }
  }

  function drop(folder: string) {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }

  return {
    /** Begins with what the first reading found. */
    start(first: ScanResult) {
      settle(first);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      for (const folder of [...watchers.keys()]) drop(folder);
    },
  };
}
