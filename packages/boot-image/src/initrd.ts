import { createHash } from "node:crypto";
import { check, checkArgument, notFound, type OpenResult, type SourceFile } from "@bootlace/boot-source";
import { cpioHeader, cpioPadding, cpioTrailer, foldersAbove, mostCpioBytes, utf8Bytes } from "./core/cpio.ts";

/** A file that is added to an initrd. */
export interface InitrdFile {
  /** Where the system finds it: `/usr/lib/live/boot/hook`. It replaces a file of that path. */
  readonly path: string;
  /** Text, bytes, or another file, such as the disc image itself: below 4 GiB. */
  readonly data: string | Uint8Array | SourceFile;
  /** POSIX permission bits. Default 0o644. */
  readonly mode?: number;
}

/** Bytes of the result: known ones, or those of a file. */
type Part = { readonly bytes: Uint8Array } | { readonly file: SourceFile };

const pathCheck = check.mustBe(
  "a path without empty parts, . and ..",
  (path) => typeof path === "string" && /^\/?[^/\0]+(\/[^/\0]+)*$/.test(path) && !/(^|\/)\.\.?(\/|$)/.test(path),
);

/**
 * An initrd that is one or more others with further files: the archives one after the other, padded, and a cpio archive
 * that is made here (Linux, Documentation/driver-api/early-userspace/buffer-format.rst). Boot loaders need not know how to put initrds
 * together. Its size is known, any part of it can be read at any time, and the same parts have the same version.
 * @param archives open; they are closed with the result, and at once where there is none. A stream cannot be one.
 * @returns `too-large` for a file of 4 GiB or more
 * @throws OptionError for a path that cannot be
 */
export function composeInitrd(archives: readonly SourceFile[], files: readonly InitrdFile[]): OpenResult {
  for (const { path } of files) checkArgument("composeInitrd", "path", path, pathCheck);
  const own = [...archives, ...files.flatMap(({ data }) => (isFile(data) ? [data] : []))];
  const refuse = (reason: "too-large" | "source-failed", detail: string) => {
    for (const file of own) void file.close();
    return notFound(reason, detail);
  };
  const large = files.find(({ data }) => isFile(data) && data.size > mostCpioBytes);
  if (large !== undefined) return refuse("too-large", `${large.path} is too large for a cpio archive`);
  if (own.some(({ sequential }) => sequential === true))
    return refuse("source-failed", "a stream cannot be in an initrd");
  const parts: Part[] = archives.flatMap((file) => [{ file }, padding(file.size)]);
  if (files.length > 0) parts.push(...archiveOf(files));
  return { ok: true, file: joined(parts, own) };
}

function archiveOf(files: readonly InitrdFile[]): Part[] {
  const paths = files.map(({ path }) => path.replace(/^\//, ""));
  const folders = foldersAbove(paths);
  const parts: Part[] = folders.map((path, index) => ({
    bytes: cpioHeader({ path, mode: 0o040755, size: 0 }, index + 1),
  }));
  for (const [index, { data, mode = 0o644 }] of files.entries()) {
    const content: Part = isFile(data) ? { file: data } : { bytes: typeof data === "string" ? utf8Bytes(data) : data };
    const size = sizeOf(content);
    const member = { path: paths[index] ?? "", mode: 0o100000 | (mode & 0o7777), size };
    parts.push({ bytes: cpioHeader(member, folders.length + index + 1) }, content, padding(size));
  }
  return [...parts, { bytes: cpioTrailer() }];
}

function isFile(data: InitrdFile["data"]): data is SourceFile {
  return typeof data === "object" && "read" in data;
}

function padding(length: number): Part {
  return { bytes: new Uint8Array(cpioPadding(length)) };
}

function sizeOf(part: Part): number {
  return "bytes" in part ? part.bytes.length : part.file.size;
}

function joined(parts: readonly Part[], own: readonly SourceFile[]): SourceFile {
  const starts: number[] = [];
  let size = 0;
  for (const part of parts) {
    starts.push(size);
    size += sizeOf(part);
  }
  return {
    size,
    version: versionOf(parts),
    async read(target, position) {
      let done = 0;
      for (const [index, part] of parts.entries()) {
        const inside = position + done - (starts[index] ?? 0);
        const wanted = target.subarray(done, done + Math.max(0, sizeOf(part) - inside));
        if (inside < 0 || inside >= sizeOf(part) || wanted.length === 0) continue;
        if ("bytes" in part) wanted.set(part.bytes.subarray(inside, inside + wanted.length));
        else {
          const got = await part.file.read(wanted, inside);
          if (got < wanted.length) return done + got;
        }
        done += wanted.length;
      }
      return done;
    },
    hold() {
      for (const file of own) file.hold?.();
    },
    async close() {
      for (const file of own) await file.close();
    },
  };
}

/** Of the versions and bytes of the parts, each with its length, so that no two lists of parts look alike. */
function versionOf(parts: readonly Part[]): string | undefined {
  const hash = createHash("sha256");
  for (const part of parts) {
    if ("file" in part && part.file.version === undefined) return undefined;
    const bytes = "bytes" in part ? part.bytes : (part.file.version ?? "");
    hash.update(`${"bytes" in part ? "bytes" : "file"} ${sizeOf(part)} ${bytes.length} `).update(bytes);
  }
  return `initrd ${hash.digest("base64url")}`;
}
