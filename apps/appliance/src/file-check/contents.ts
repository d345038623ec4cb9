import { createReadStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { withEnd } from "../catalogue/contents/archive-end.ts";
import { headBytes, inspect, worthWhole } from "../catalogue/contents/inspect.ts";
import type { FileFacts } from "../catalogue/file-facts.ts";
import type { TreeFile } from "../catalogue/tree.ts";
import { type Looked, look } from "./files.ts";

/** The files of a root folder, and what is in them. */
export interface Tree {
  readonly root: string;
  /** Files that may be boot files and that can be served. */
  readonly files: readonly TreeFile[];
  look(path: string): Promise<Looked>;
  /** @param folder from which names in it count; @returns undefined for a file that cannot be read */
  facts(path: string, folder?: string): Promise<FileFacts | undefined>;
  /** All bytes of a file of up to 16 MiB; none of another. */
  whole(path: string): Promise<Uint8Array>;
}

const largestWhole = 16 * 1024 * 1024;
/** Packed files that are unpacked to see whether they end; each costs about a second. */
const largestPacked = 128 * 1024 * 1024;

/**
 * @param ownHttpPorts ports on which the daemon serves these files by HTTP
 * @param isMade whether the daemon makes the file of this name when somebody asks for it
 */
export function openTree(
  root: string,
  files: readonly TreeFile[],
  ownHttpPorts: readonly number[],
  isMade: (path: string) => boolean = () => false,
): Tree {
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address)),
  );
  const known = new Map<string, Promise<FileFacts | undefined>>();

  async function read(path: string, folder: string | undefined): Promise<FileFacts | undefined> {
    const found = await look(root, path);
    if (found.kind !== "file" && found.kind !== "other-case") return undefined;
    try {
      await using file = await open(found.path);
      const { size } = await file.stat();
      const head = new Uint8Array(Math.min(size, headBytes));
      await file.read(head, 0, head.length, 0);
      const bytes = worthWhole(path, head, size) ? await readFile(found.path) : head;
      const isOwnHost = (host: string) => own.has(host);
      const facts = inspect(bytes, size, {
        path,
        isOwnHost,
        ownHttpPorts,
        ...(folder === undefined ? {} : { folder }),
      });
      if (facts.kind !== "archive" || facts.flaw !== undefined) return facts;
      if (size <= largestPacked && isGzip(head) && (await endsEarly(found.path)))
        return { ...facts, flaw: "cut-short" };
      return await withEnd(facts, {
        size,
        async read(position, length) {
          const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, position);
          return buffer.subarray(0, bytesRead);
        },
      });
    } catch {
      return undefined;
    }
  }

  return {
    root,
    files,
    async look(path) {
      const found = await look(root, path);
      return found.kind === "missing" && isMade(path) ? { kind: "file", path: join(root, path) } : found;
    },
    facts(path, folder) {
      const key = `${path}\0${folder ?? ""}`;
      const facts = known.get(key) ?? read(path, folder);
      known.set(key, facts);
      return facts;
    },
    async whole(path) {
      const found = await look(root, path);
      const name = found.kind === "file" ? path : found.kind === "other-case" ? found.name : undefined;
      const facts = await this.facts(path);
      if (name === undefined || facts === undefined || facts.size > largestWhole) return new Uint8Array();
      return readFile(join(root, name)).catch(() => new Uint8Array());
    },
  };
}

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** Whether a gzip file ends before its end, as after a copy to a full disk. */
async function endsEarly(path: string): Promise<boolean> {
  const nowhere = new Writable({ write: (_bytes, _encoding, done) => done() });
  try {
    await pipeline(createReadStream(path), createGunzip(), nowhere);
    return false;
  } catch (error) {
    // Z_BUF_ERROR: the stream wants more. Other errors are those of what follows a whole archive.
    return (error as NodeJS.ErrnoException).code === "Z_BUF_ERROR";
  }
}
