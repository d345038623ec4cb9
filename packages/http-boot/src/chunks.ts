import { type CacheStatistics, cacheCounts, type SourceFile } from "@bootlace/boot-source";
import type { Validators } from "./core/conditions.ts";

/** Bytes of a chunk: a write of this size costs as little CPU for a byte as one of any larger size. */
export const usualChunkBytes = 1024 * 1024;
/** Bytes of a chunk where a client asks for a small part of a file: nobody's one byte makes us read a MiB. */
export const blockBytes = 64 * 1024;

/** A piece of a file in memory. A user takes one and returns it when the operating system has its bytes. */
export interface Chunk {
  readonly bytes: Uint8Array;
  /** The same bytes as a string, cached by its users. */
  text: string | undefined;
}

interface Slot extends Chunk {
  readonly owner: FileChunks;
  readonly index: number;
  users: number;
  loading: Promise<Slot> | undefined;
  /** Dropped from the cache: its memory is freed after the last user. */
  gone: boolean;
  /** Neighbours in the order of last use. */
  older: Slot | undefined;
  newer: Slot | undefined;
}

/** The cache of one state of one file. */
interface FileChunks {
  readonly key: string | undefined;
  readonly slots: Map<number, Slot>;
  /** Created at the first request. */
  validators: Validators | undefined;
  /** Header lines of the last answer with the whole file, and the name they were made for. */
  head: { readonly name: string; readonly lines: readonly string[] } | undefined;
}

/** A file in one request: its own source of bytes, and the cache shared by all requests. */
export interface CachedFile {
  readonly source: SourceFile;
  shared: FileChunks;
}

export interface ChunkCache {
  /** Bytes of a chunk. */
  readonly chunkBytes: number;
  open(source: SourceFile): CachedFile;
  /** The chunk at `index`, synchronously when it is in memory. Rejects with the error of the source, or `ShortFileError`. */
  take(file: CachedFile, index: number): Chunk | Promise<Chunk>;
  /** The chunk that contains these bytes, if it is in memory. */
  takeNow(file: CachedFile, first: number, length: number): Chunk | undefined;
  /** Reads ahead a chunk that is not in memory. */
  prefetch(file: CachedFile, index: number): Promise<void> | undefined;
  release(chunk: Chunk): void;
  /** Lets go of everything that is not in use. */
  clear(): void;
  readonly statistics: CacheStatistics;
}

/** The file ended before its size. */
export class ShortFileError extends Error {
  override readonly name = "ShortFileError";
}

const mostSpares = 8;

function isIdle({ users, loading }: Slot): boolean {
  return users === 0 && loading === undefined;
}

/**
 * Keeps pieces of files in memory, those used last, for all requests together: machines that boot at the same time read
 * the same files, and bytes that are here already need not be copied from the page cache again.
 * @param limit bytes; passed only while more chunks are in use at once
 * @param chunkBytes bytes of a chunk
 */
export function chunkCache(limit: number, chunkBytes = usualChunkBytes): ChunkCache {
  const files = new Map<string, FileChunks>();
  let oldest: Slot | undefined;
  let newest: Slot | undefined;
  const spares: Uint8Array[] = [];
  const counts = cacheCounts(limit);

  function unlink(slot: Slot): void {
    const { older, newer } = slot;
    if (older === undefined) oldest = newer;
    else older.newer = newer;
    if (newer === undefined) newest = older;
    else newer.older = older;
  }

  function linkAsNewest(slot: Slot): void {
    slot.older = newest;
    slot.newer = undefined;
    if (newest === undefined) oldest = slot;
    else newest.newer = slot;
    newest = slot;
  }

  function drop(slot: Slot): void {
    unlink(slot);
    slot.gone = true;
    counts.bytes -= slot.bytes.length;
    const { owner } = slot;
    owner.slots.delete(slot.index);
    if (owner.slots.size === 0 && owner.key !== undefined && files.get(owner.key) === owner) files.delete(owner.key);
  }

  function recycle({ bytes: memory }: Slot): void {
    if (memory.byteLength === chunkBytes && spares.length < mostSpares) spares.push(memory);
  }

  function makeRoom(length: number): void {
    let slot = oldest;
    while (slot !== undefined && counts.bytes + length > limit) {
      const { newer } = slot;
      if (isIdle(slot)) {
        drop(slot);
        recycle(slot);
      }
      slot = newer;
    }
  }

  /** Nothing in it can be let go. */
  function isFull(): boolean {
    for (let slot = oldest; slot !== undefined; slot = slot.newer) if (isIdle(slot)) return false;
    return true;
  }

  function memoryFor(length: number): Uint8Array {
    const spare = length === chunkBytes ? spares.pop() : undefined;
    return spare ?? Buffer.allocUnsafeSlow(length);
  }

  async function load(slot: Slot, source: SourceFile): Promise<Slot> {
    try {
      const read = await source.read(slot.bytes, slot.index * chunkBytes);
      if (read < slot.bytes.length) throw new ShortFileError(`${read} bytes instead of ${slot.bytes.length}`);
      slot.loading = undefined;
      return slot;
    } catch (error) {
      slot.loading = undefined;
      if (!slot.gone) drop(slot);
      throw error;
    }
  }

  /** Another request may have started caching chunks of this file since this one opened it. */
  function find(file: CachedFile, index: number): Slot | undefined {
    const slot = file.shared.slots.get(index);
    const { key } = file.shared;
    if (slot !== undefined || key === undefined) return slot;
    file.shared = files.get(key) ?? file.shared;
    return file.shared.slots.get(index);
  }

  function add(file: CachedFile, index: number): Slot {
    counts.misses++;
    const length = Math.min(chunkBytes, file.source.size - index * chunkBytes);
    makeRoom(length);
    const memory = memoryFor(length);
    const slot: Slot = {
      owner: file.shared,
      index,
      bytes: memory,
      text: undefined,
      users: 0,
      loading: undefined,
      gone: false,
      older: undefined,
      newer: undefined,
    };
    counts.bytes += length;
    linkAsNewest(slot);
    file.shared.slots.set(index, slot);
    if (file.shared.key !== undefined) files.set(file.shared.key, file.shared);
    slot.loading = load(slot, file.source);
    return slot;
  }

  function use(slot: Slot): Slot {
    slot.users++;
    if (slot === newest) return slot;
    unlink(slot);
    linkAsNewest(slot);
    return slot;
  }

  return {
    chunkBytes,
    open(source) {
      // A stream only has its next bytes: those read for another request cannot be used.
      const key = source.sequential === true ? undefined : source.version;
      const known = key === undefined ? undefined : files.get(key);
      return { source, shared: known ?? { key, slots: new Map(), validators: undefined, head: undefined } };
    },
    take(file, index) {
      const known = find(file, index);
      if (known !== undefined) counts.hits++;
      const slot = known ?? add(file, index);
      use(slot);
      return slot.loading ?? slot;
    },
    takeNow(file, first, length) {
      const index = Math.floor(first / chunkBytes);
      if (first + length > (index + 1) * chunkBytes) return undefined;
      const slot = find(file, index);
      if (slot === undefined || slot.loading !== undefined) return undefined;
      counts.hits++;
      return use(slot);
    },
    prefetch(file, index) {
      // Slow readers of a large crowd would keep it without use.
      if (counts.bytes + chunkBytes > limit && isFull()) return undefined;
      if (find(file, index) !== undefined) return undefined;
      return add(file, index).loading?.then(
        () => undefined,
        () => undefined,
      );
    },
    release(chunk) {
      const slot = chunk as Slot;
      slot.users--;
      if (slot.users > 0) return;
      // Bytes of a file that is still being written serve one request.
      const stays = slot.owner.key !== undefined && counts.bytes <= limit;
      if (!slot.gone && stays) return;
      if (!slot.gone) drop(slot);
      recycle(slot);
    },
    clear() {
      let slot = oldest;
      while (slot !== undefined) {
        const { newer } = slot;
        if (isIdle(slot)) drop(slot);
        slot = newer;
      }
      spares.length = 0;
    },
    statistics: counts,
  };
}
