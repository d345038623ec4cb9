import { SourceChangedError, type SourceFile } from "@bootlace/boot-source";
import { dataHeader, opcodes, wireNumber, writeHeader } from "./core/packet.ts";
import type { OpenEndedFile } from "./netascii-view.ts";

/** DATA packets of consecutive blocks, headers in place, one behind the other. */
export interface Chunk {
  readonly bytes: Buffer;
  /** Views of them. */
  readonly packets: readonly Buffer[];
  /** Absolute block of the first packet. */
  readonly first: number;
  readonly last: number;
  readonly index: number;
  readonly owner: FramedFile;
  /** Used since the cache last looked. */
  referenced: boolean;
  /** Where the cache keeps it. */
  slot: number;
}

export type LoadFault = { readonly reason: "file-changed" | "io-failed"; readonly detail: string | undefined };

/**
 * A file as DATA packets of one block size, in pieces of about 64 KiB that come and go. For one file and one block size
 * the packets are the same for every client, so all of them share this.
 */
export interface FramedFile {
  readonly key: string | undefined;
  /** Bytes; undefined as long as the end was not read (netascii). */
  readonly size: number | undefined;
  /** Bytes of one packet; the last one of the file may be shorter. */
  readonly frame: number;
  readonly lastBlock: number;
  /** Transfers that use it. */
  users: number;
  indexOf(block: number): number;
  /** The piece with this index, if it is in memory. */
  chunk(index: number): Chunk | undefined;
  /** Brings a piece into memory; `done` is called when it is there (perhaps at once) or cannot be had. */
  load(index: number, done: ((fault: LoadFault | undefined) => void) | undefined): void;
  drop(chunk: Chunk): void;
  /** What is in memory now. */
  resident(): Iterable<Chunk>;
  isEmpty(): boolean;
  /** Bytes may come from this file from now on; one that is not needed is closed. */
  adopt(file: SourceFile): void;
  /** Nobody uses it now: close the source, keep what is in memory. */
  rest(): void;
}

export interface FrameShape {
  readonly blockSize: number;
  readonly rollover: 0 | 1;
}

const chunkOctets = 65536;
const chunkPackets = 128;

/** Reads go through a few buffers that are used over and over; they are never sent from. */
const scratch: Buffer[] = [];

/**
 * @param added a piece came into memory
 * @param broken the file is not what it was; nothing more can be read
 */
export function framedFile(
  key: string | undefined,
  source: OpenEndedFile,
  shape: FrameShape,
  added: (chunk: Chunk) => void,
  broken: (framed: FramedFile) => void,
): FramedFile {
  const { blockSize, rollover } = shape;
  const openEnded = source.openEnded === true;
  let size = openEnded ? Number.POSITIVE_INFINITY : source.size;
  const frame = blockSize + dataHeader;
  let lastBlock = Math.floor(size / blockSize) + 1;
  const perChunk = Math.max(1, Math.min(chunkPackets, Math.floor(chunkOctets / frame)));
  const chunks = new Map<number, Chunk>();
  const wanted = new Map<number, ((fault: LoadFault | undefined) => void)[]>();
  let file: SourceFile | undefined = source;
  let reading = false;
  let fault: LoadFault | undefined;

  const framed: FramedFile = {
    key,
    get size() {
      return size === Number.POSITIVE_INFINITY ? undefined : size;
    },
    frame,
    get lastBlock() {
      return lastBlock;
    },
    users: 0,
    indexOf: (block) => Math.floor((block - 1) / perChunk),
    chunk(index) {
      const chunk = chunks.get(index);
      if (chunk) chunk.referenced = true;
      return chunk;
    },
    load(index, done) {
      if (fault || chunks.has(index) || index * perChunk >= lastBlock) {
        done?.(fault);
        return;
      }
      const waiting = wanted.get(index);
      if (waiting) {
        if (done) waiting.push(done);
        return;
      }
      wanted.set(index, done ? [done] : []);
      readNext();
    },
    drop(chunk) {
      chunks.delete(chunk.index);
      if (framed.users > 0) file?.hold?.();
    },
    resident: () => chunks.values(),
    isEmpty: () => chunks.size === 0,
    adopt(other) {
      if (file) closeSource(other);
      else {
        file = other;
        if (chunks.size * perChunk < lastBlock) other.hold?.();
      }
    },
    rest() {
      if (!reading) closeFile();
    },
  };
  return framed;

  function closeFile(): void {
    wanted.clear();
    const closing = file;
    file = undefined;
    if (closing) closeSource(closing);
  }

  function readNext(): void {
    if (reading) return;
    const next = wanted.keys().next();
    if (next.done || !file) return;
    const index = next.value;
    const from = index * perChunk * blockSize;
    const length = Math.min(perChunk * blockSize, size - from);
    const buffer = scratch.pop() ?? Buffer.allocUnsafeSlow(chunkOctets);
    const target = buffer.subarray(0, length);
    reading = true;
    try {
      const result = length === 0 ? 0 : file.read(target, from);
      if (typeof result === "number") finish(index, buffer, target, result);
      else
        result.then(
          (count) => finish(index, buffer, target, count),
          (error) => fail(index, buffer, error),
        );
    } catch (error) {
      fail(index, buffer, error);
    }
  }

  function finish(index: number, buffer: Buffer, target: Buffer, count: number): void {
    if (count !== target.length) {
      const end = index * perChunk * blockSize + count;
      if (!openEnded || (size !== Number.POSITIVE_INFINITY && end !== size)) {
        fail(index, buffer, new SourceChangedError("the file is shorter than it was"));
        return;
      }
      size = end;
      lastBlock = Math.floor(size / blockSize) + 1;
    }
    const chunk = frameChunk(index, target.subarray(0, count));
    chunks.set(index, chunk);
    added(chunk);
    settle(index, buffer);
  }

  function fail(index: number, buffer: Buffer, error: unknown): void {
    const changed = error instanceof SourceChangedError;
    fault = {
      reason: changed ? "file-changed" : "io-failed",
      detail: error instanceof Error ? error.message : undefined,
    };
    broken(framed);
    settle(index, buffer);
  }

  function settle(index: number, buffer: Buffer): void {
    if (scratch.length < 4) scratch.push(buffer);
    reading = false;
    const waiting = wanted.get(index) ?? [];
    wanted.delete(index);
    for (const done of waiting) done(fault);
    if (fault) {
      const others = [...wanted.values()].flat();
      wanted.clear();
      for (const done of others) done(fault);
    }
    if (framed.users === 0) closeFile();
    else readNext();
  }

  function frameChunk(index: number, payload: Buffer): Chunk {
    const first = index * perChunk + 1;
    const last = Math.min(first + perChunk - 1, lastBlock);
    const bytes = Buffer.allocUnsafeSlow(payload.length + (last - first + 1) * dataHeader);
    const packets: Buffer[] = [];
    let from = 0;
    let at = 0;
    for (let block = first; block <= last; block++) {
      writeHeader(bytes, at, opcodes.data, wireNumber(block, rollover));
      const end = Math.min(from + blockSize, payload.length);
      payload.copy(bytes, at + dataHeader, from, end);
      packets.push(bytes.subarray(at, at + dataHeader + end - from));
      from = end;
      at += frame;
    }
    return { bytes, packets, first, last, index, owner: framed, referenced: false, slot: -1 };
  }
}

/** Nothing more is wanted of the file, so a failure to close it changes nothing. */
export function closeSource(file: SourceFile): void {
  Promise.resolve(file.close()).catch(() => {});
}
