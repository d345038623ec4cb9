/** A file in a cpio archive. */
export interface CpioMember {
  /** Below the root, without a slash in front: `usr/lib/hook`. */
  readonly path: string;
  /** With the type: 0o100644 for a file, 0o040755 for a folder, 0o120777 for a link. */
  readonly mode: number;
  /** Bytes that follow; of a link those of its target. */
  readonly size: number;
}

/** The size of a file has eight hexadecimal digits. */
export const mostCpioBytes = 0xffffffff;

/** Bytes up to the next multiple of four: between headers, data and archives (Linux, early-userspace/buffer-format). */
export function cpioPadding(length: number): number {
  return (4 - (length % 4)) % 4;
}

/**
 * The header of a member in the "newc" format, with its name and padding. Dates and owners are zero: the same files give the
 * same archive.
 * @param inode another one for each member of the archive
 */
export function cpioHeader({ path, mode, size }: CpioMember, inode: number): Uint8Array {
  const name = utf8Bytes(path);
  const links = (mode & 0o170000) === 0o040000 ? 2 : 1;
  // inode, mode, uid, gid, links, mtime, size, devices of the file and of the node, length of the name, checksum
  const fields = [inode, mode, 0, 0, links, 0, size, 0, 0, 0, 0, name.length + 1, 0];
  const head = `070701${fields.map((value) => value.toString(16).padStart(8, "0")).join("")}`;
  const length = head.length + name.length + 1;
  const bytes = new Uint8Array(length + cpioPadding(length));
  for (let at = 0; at < head.length; at++) bytes[at] = head.charCodeAt(at);
  bytes.set(name, head.length);
  return bytes;
}

/** Ends an archive. */
export function cpioTrailer(): Uint8Array {
  return cpioHeader({ path: "TRAILER!!!", mode: 0, size: 0 }, 0);
}

/** The folders above these paths, each once, before what they hold: the kernel makes none by itself. */
export function foldersAbove(paths: readonly string[]): string[] {
  const folders = new Set<string>();
  for (const path of paths) {
    const parts = path.split("/");
    for (let depth = 1; depth < parts.length; depth++) folders.add(parts.slice(0, depth).join("/"));
  }
  for (const path of paths) folders.delete(path);
  return [...folders];
}

/** Text as UTF-8. */
export function utf8Bytes(text: string): Uint8Array {
  const escaped = encodeURIComponent(text.toWellFormed());
  const chars = escaped.match(/%[0-9A-F]{2}|[^%]/g) ?? [];
  return Uint8Array.from(chars, (char) =>
    char.length === 3 ? Number.parseInt(char.slice(1), 16) : char.charCodeAt(0),
  );
}
