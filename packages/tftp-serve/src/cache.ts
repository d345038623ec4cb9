import { type CacheStatistics, cacheCounts } from "@bootlace/boot-source";
import { type Chunk, type FramedFile, type FrameShape, framedFile } from "./frames.ts";
import type { OpenEndedFile } from "./netascii-view.ts";

/** File contents in memory, shared by all transfers, never more than its limit (and one piece). */
export interface FrameCache {
  /** The packets of a file; `close` gives them back. The cache closes `file`, at once if it holds these bytes already. */
  open(file: OpenEndedFile, shape: FrameShape): FramedFile;
  close(framed: FramedFile): void;
  /** A run of packets was sent from memory. */
  hit(): void;
  clear(): void;
  /** Another limit from now on: what is beyond it goes at once. */
  resize(limit: number): void;
  /** Hits are runs of packets that were sent from memory, misses pieces that were read. */
  readonly statistics: CacheStatistics;
}

/** What a piece takes beside its packets, so that many tiny files are counted too. */
const pieceOverhead = 512;
/** And the view of each packet. */
const packetOverhead = 128;

function costOf(chunk: Chunk): number {
  return chunk.bytes.length + pieceOverhead + chunk.packets.length * packetOverhead;
}

/** @param limit bytes */
export function frameCache(limit: number): FrameCache {
  const counts = cacheCounts(limit);
  const files = new Map<string, FramedFile>();
  /** The clock of "second chance" replacement: a piece that was used since the hand last passed stays. */
  const ring: Chunk[] = [];
  let hand = 0;

  function added(chunk: Chunk): void {
    counts.misses++;
    counts.bytes += costOf(chunk);
    chunk.slot = ring.push(chunk) - 1;
    makeRoom(chunk);
  }

  /** One piece stays in any case: `latest`, if there is one. */
  function makeRoom(latest: Chunk | undefined): void {
    while (counts.bytes > counts.limit && ring.length > 1) {
      hand %= ring.length;
      const oldest = ring[hand];
      if (!oldest) break;
      if (oldest === latest) hand++;
      else if (oldest.referenced) {
        oldest.referenced = false;
        hand++;
      } else {
        evict(oldest);
        forgetIfEmpty(oldest.owner);
      }
    }
  }

  function evict(chunk: Chunk): void {
    const newest = ring.pop();
    if (newest && newest !== chunk) {
      ring[chunk.slot] = newest;
      newest.slot = chunk.slot;
    }
    counts.bytes -= costOf(chunk);
    chunk.owner.drop(chunk);
  }

  function forgetIfEmpty(framed: FramedFile): void {
    if (framed.users === 0 && framed.isEmpty()) forget(framed);
  }

  function forget(framed: FramedFile): void {
    if (framed.key !== undefined && files.get(framed.key) === framed) files.delete(framed.key);
    for (const chunk of [...framed.resident()]) evict(chunk);
  }

  return {
    open(file, shape) {
      const key =
        file.version === undefined ? undefined : `${shape.blockSize} ${shape.rollover} ${file.size} ${file.version}`;
      let framed = key === undefined ? undefined : files.get(key);
      if (framed) framed.adopt(file);
      else {
        framed = framedFile(key, file, shape, added, forget);
        if (key !== undefined) files.set(key, framed);
      }
      framed.users++;
      return framed;
    },
    close(framed) {
      framed.users--;
      if (framed.users > 0) return;
      framed.rest();
      if (framed.key === undefined) forget(framed);
      else forgetIfEmpty(framed);
    },
    hit() {
      counts.hits++;
    },
    clear() {
      for (const chunk of [...ring]) if (chunk.owner.users === 0) forget(chunk.owner);
    },
    resize(next) {
      counts.limit = next;
      makeRoom(undefined);
    },
    statistics: counts,
  };
}
