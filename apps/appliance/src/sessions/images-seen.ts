import { plainName } from "../catalogue/file-role.ts";
import { type ImageRow, type ImageSystem, imagesFolder } from "../catalogue/images.ts";

/** What a file of a disc image is to its system. */
export type ImagePart = "kernel" | "initrd" | "root" | "image" | "other";

/** A file below `images/` that belongs to a disc image. */
export interface ImageFile {
  readonly id: string;
  /** What the image calls itself. */
  readonly title: string;
  readonly part: ImagePart;
  /** What was in the image when it could be read last. */
  readonly system: ImageSystem;
  /** When the image was changed, replaced or removed last, while Bootlace ran. Unix milliseconds. */
  readonly changedAt: number | undefined;
}

interface Seen {
  readonly row: ImageRow | undefined;
  readonly system: ImageSystem;
  readonly changedAt: number | undefined;
}

const mostSeen = 1000;

/** Remembers the disc images, also those that are gone: a boot may still be using one. */
export function imagesSeen() {
  let seen = new Map<string, Seen>();

  function adopt(rows: readonly ImageRow[], time: number): void {
    const next = new Map<string, Seen>();
    for (const row of rows) {
      const key = row.id.toLowerCase();
      const before = seen.get(key);
      const system = row.state === "ready" ? row.system : before?.system;
      if (system === undefined) continue;
      const same = before?.row !== undefined && stateOf(before.row) === stateOf(row);
      next.set(key, { row, system, changedAt: before === undefined || same ? before?.changedAt : time });
    }
    for (const [key, before] of seen) {
      if (next.has(key) || next.size >= mostSeen) continue;
      next.set(key, before.row === undefined ? before : { ...before, row: undefined, changedAt: time });
    }
    seen = next;
  }

  /** @param file as a client asks for it, from the root on */
  function fileOf(file: string): ImageFile | undefined {
    const [folder, first = "", ...rest] = plainName(file).split("/");
    if (folder?.toLowerCase() !== imagesFolder || first === "" || seen.size === 0) return undefined;
    const [, stem = "", entry] = /^(.*?)(?:\+([a-z0-9-]+))?\.(?:iso|ipxe|initrd)$/i.exec(first) ?? [];
    const name = rest.length > 0 ? first : stem;
    const found = seen.get(name.toLowerCase());
    if (found === undefined) return undefined;
    const { system, changedAt } = found;
    const part = rest.length > 0 ? partOf(system, rest.join("/")) : wholePart(first, entry);
    return { id: found.row?.id ?? name, title: system.title, part, system, changedAt };
  }

  return { adopt, fileOf };
}

function stateOf({ path, size, modified, state }: ImageRow): string {
  return [path, size, modified, state].join("\n");
}

function partOf({ entries, root }: ImageSystem, path: string): ImagePart {
  const is = (other: string | undefined) => other?.toLowerCase() === path.toLowerCase();
  if (is(root)) return "root";
  if (entries.some(({ kernel }) => is(kernel))) return "kernel";
  return entries.some(({ initrds }) => initrds.some(is)) ? "initrd" : "other";
}

function wholePart(name: string, entry: string | undefined): ImagePart {
  if (/\.iso$/i.test(name)) return "image";
  return /\.initrd$/i.test(name) && entry !== undefined ? "initrd" : "other";
}
