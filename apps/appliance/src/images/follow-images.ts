import { type FSWatcher, watch } from "node:fs";
import { SourceChangedError } from "@bootlace/boot-source";
import { inTime, silent } from "../boot-files/in-time.ts";
import type { ImageProblem, ImageRow, ImageSystem } from "../catalogue/images.ts";
import { type FoundFile, findImages } from "./find-images.ts";
import { imageIds } from "./image-ids.ts";
import type { ImageFolder, ImageStorage } from "./image-storage.ts";
import { type Looked, lookInto } from "./look-into.ts";

/** Milliseconds. */
export interface FollowImageTimes {
  /** Without a change, before the contents of a file count. */
  readonly settle: number;
  /** The same for an image that says of itself that it is not whole yet. */
  readonly incomplete: number;
  /** After a sign of change, before the folders are read again; also between readings while a file is being copied. */
  readonly quiet: number;
  /** Between readings without any sign of change: network file systems give none. */
  readonly rescan: number;
  /** The same while a folder is missing or does not answer. */
  readonly rescanMissing: number;
  /** For an image to be looked into. */
  readonly look: number;
}

export const usualImageTimes: FollowImageTimes = {
  settle: 3_000,
  incomplete: 15_000,
  quiet: 1_000,
  rescan: 60_000,
  rescanMissing: 2_000,
  look: 30_000,
};

export interface FollowImagesDeps {
  readonly folders: readonly ImageFolder[];
  readonly storage: ImageStorage;
  readonly now: () => number;
  /**
   * Gets all images whenever something changed, whether there are more than are offered, and whether each file that is there has
   * been looked into.
   */
  readonly onChange: (rows: readonly ImageRow[], cut: boolean, isSettled: boolean) => void;
  readonly times?: FollowImageTimes | undefined;
}

export interface FollowedImages {
  /** Resolves after the first reading; images are looked into afterwards. */
  start(): Promise<void>;
  stop(): void;
}

type Outcome =
  | { readonly kind: "copying" }
  | { readonly kind: "faulty"; readonly fault: ImageProblem; readonly isFinal: boolean }
  | { readonly kind: "ready"; readonly system: ImageSystem };

/** What is known of one state of a file. */
interface Known {
  readonly file: FoundFile;
  /** When this state was first seen. */
  readonly since: number;
  readonly outcome: Outcome | undefined;
}

const mostWatches = 32;
const copying: Outcome = { kind: "copying" };
const itself = { address: "" };

/**
 * Follows the disc images in some folders. Each state of a file is looked into once, one file after the other, and not before the
 * file has rested for a while: a copy that grows is no image yet.
 */
export function followImages(deps: FollowImagesDeps): FollowedImages {
  const { folders, storage, now, onChange, times = usualImageTimes } = deps;
  const watchers = new Map<string, FSWatcher>();
  let known = new Map<string, Known>();
  let cut = false;
  let reported = "";
  let timer: NodeJS.Timeout | undefined;
  let working = false;
  let again = false;
  let stopped = false;

  function schedule(milliseconds: number): void {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(() => void work(), milliseconds);
    timer.unref();
  }

  function changed(): void {
    if (working) again = true;
    else schedule(times.quiet);
  }

  async function work(): Promise<void> {
    working = true;
    again = false;
    const pause = await read();
    if (stopped) return;
    await lookAtAll();
    working = false;
    const waits = [...known.values()].some(({ outcome }) => outcome === undefined || outcome === copying);
    schedule(again || waits ? times.quiet : pause);
  }

  /** @returns milliseconds until it is worth reading again */
  async function read(): Promise<number> {
    const found = await findImages(folders);
    if (found === undefined || stopped) return times.rescanMissing;
    const time = now();
    const mute = found.silent;
    const next = new Map<string, Known>();
    for (const file of found.files) {
      const before = known.get(file.path);
      if (before?.file.state === file.state) next.set(file.path, before);
      else next.set(file.path, { file, since: time, outcome: before?.outcome === copying ? copying : undefined });
    }
    // What does not answer is not gone.
    for (const [path, before] of known) {
      if (mute.some((one) => path === one || path.startsWith(`${one}/`))) next.set(path, before);
    }
    known = next;
    cut = found.cut;
    if (watchFolders(found.folders)) again = true;
    return found.missing.length > 0 || mute.length > 0 ? times.rescanMissing : times.rescan;
  }

  async function lookAtAll(): Promise<void> {
    const waiting: Known[] = [];
    for (const [path, one] of known) {
      const { outcome } = one;
      if (outcome?.kind === "ready" || (outcome?.kind === "faulty" && outcome.isFinal)) continue;
      if (isResting(one, times.settle)) waiting.push(one);
      else known.set(path, { ...one, outcome: copying });
    }
    publish();
    for (const one of waiting) {
      const outcome = await look(one);
      if (stopped) return;
      known.set(one.file.path, { ...one, outcome });
      publish();
    }
  }

  /** By its own time; one from the future, from another clock, says nothing. */
  function isResting({ file, since }: Known, rest: number): boolean {
    const time = now();
    return time - (file.modified > time ? since : file.modified) >= rest;
  }

  async function look(one: Known): Promise<Outcome> {
    const { path } = one.file;
    const looked = await inTime(path, () => lookAt(path), times.look);
    if (looked === silent) {
      return faulty({ code: "no-answer", offset: 0, detail: "its disk does not answer" }, false);
    }
    if (looked === "changed") return copying;
    if (looked.ok) return { kind: "ready", system: looked.system };
    return looked.incomplete && !isResting(one, times.incomplete) ? copying : faulty(looked.fault, looked.isFinal);
  }

  async function lookAt(path: string): Promise<(Looked & { readonly isFinal: boolean }) | "changed"> {
    const opened = await storage.open(path, itself);
    if (!opened.ok) {
      const { reason, detail } = opened.fault;
      const fault = { code: reason, offset: 0, detail: detail ?? reasonTexts[reason] ?? reason };
      return { ok: false, fault, incomplete: false, isFinal: false };
    }
    const { file } = opened;
    try {
      return { ...(await lookInto(file)), isFinal: true };
    } catch (error) {
      if (error instanceof SourceChangedError) return "changed";
      const detail = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      return { ok: false, fault: { code: "source-failed", offset: 0, detail }, incomplete: false, isFinal: false };
    } finally {
      await file.close();
    }
  }

  function publish(): void {
    const rows = rowsOf(known);
    const isSettled = [...known.values()].every(({ outcome }) => outcome !== undefined);
    const text = JSON.stringify([cut, isSettled, rows.map(keyOf)]);
    if (text === reported) return;
    reported = text;
    onChange(rows, cut, isSettled);
  }

  /** @returns whether there is a new one: its folder may have changed between reading and watching */
  function watchFolders(wanted: readonly string[]): boolean {
    for (const folder of [...watchers.keys()]) if (!wanted.includes(folder)) drop(folder);
    let added = false;
    for (const folder of wanted) {
      if (watchers.has(folder) || watchers.size >= mostWatches) continue;
      try {
        const watcher = watch(folder, { persistent: false }, (kind) => {
          // The folder itself may have been removed and made anew: then this watch is dead.
          if (kind === "rename") drop(folder);
          changed();
        });
        watcher.on("error", () => drop(folder));
        watchers.set(folder, watcher);
        added = true;
      } catch {
        // Without a watch there is still the reading from time to time.
      }
    }
    return added;
  }

  function drop(folder: string): void {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }

  return {
    async start() {
      working = true;
      const pause = await read();
      working = false;
      // Looking into many images takes a while: nothing waits for it.
      schedule(known.size > 0 || again ? 0 : pause);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      for (const folder of [...watchers.keys()]) drop(folder);
    },
  };
}

function faulty(fault: ImageProblem, isFinal: boolean): Outcome {
  return { kind: "faulty", fault, isFinal };
}

const reasonTexts: Readonly<Partial<Record<ImageProblem["code"], string>>> = {
  "outside-root": "it is a symbolic link that leads out of the folder",
  "permission-denied": "permission denied",
  "not-regular": "it is not a regular file",
  missing: "it cannot be opened",
};

/** What a change of an image changes. */
function keyOf(row: ImageRow) {
  const { id, path, size, modified, state } = row;
  // A copy grows with every reading.
  return state === "copying" ? [id, path] : [id, path, size, modified, state === "faulty" ? row.fault : state];
}

/** One that nobody has looked into yet is none so far. */
function rowsOf(known: ReadonlyMap<string, Known>): readonly ImageRow[] {
  const all = [...known.values()];
  const ids = imageIds(all.map(({ file }) => file.name));
  return all.flatMap(({ file, outcome }, index): ImageRow[] => {
    const { path, size, modified } = file;
    const row = { id: ids[index] ?? "", path, size, modified };
    if (outcome === undefined) return [];
    if (outcome.kind === "ready") return [{ ...row, state: "ready", system: outcome.system }];
    return [
      outcome.kind === "faulty" ? { ...row, state: "faulty", fault: outcome.fault } : { ...row, state: "copying" },
    ];
  });
}
