import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** What a path leads to, in one line: kind, mode, size and digest, or the target of a link. */
export type Inventory = ReadonlyMap<string, string>;

/** Bytes of a file that needs two extents, and what is written where; the rest is a hole. */
export const HUGE = {
  size: 4_294_967_296 + 65_536,
  marks: [
    [0, "begin"],
    [2_147_483_646, "2 GiB"],
    [4_294_965_244, "end of a part"],
    [4_294_967_290, "4 GiB and more"],
    [4_294_967_296 + 65_536 - 3, "end"],
  ],
} as const;

/** A tree with what is hard to read: long and odd names, links, depth, many names in a folder, sizes at the edges of sectors. */
export function makeTree(folder: string): void {
  const put = (path: string, data: string | Buffer, mode = 0o644) => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), data);
    chmodSync(join(folder, path), mode);
  };
  for (const size of [0, 1, 2047, 2048, 2049, 4096, 65_535, 65_536, 3_000_001]) put(`sizes/${size}`, filler(size));
  put("live/vmlinuz-6.1.0-18-amd64", filler(70_000));
  symlinkSync("vmlinuz-6.1.0-18-amd64", join(folder, "live/vmlinuz"));
  symlinkSync("/live/vmlinuz", join(folder, "kernel"));
  symlinkSync(".", join(folder, "debian"));
  symlinkSync(`${"nowhere/".repeat(20)}at all`, join(folder, "dangling"));
  put("bin/setuid", "#!/bin/sh\n", 0o4755);
  put("bin/private", "secret", 0o600);
  linkSync(join(folder, "bin/private"), join(folder, "bin/same"));
  put(`names/Grüße und ${"lange ".repeat(12)}Namen.txt`, "long");
  put("names/日本語.txt", "wide");
  put("names/with spaces & signs (1).txt", "signs");
  put("names/README", "upper");
  put("names/mixed.Case.tar.gz", "mixed");
  put("1/2/3/4/5/6/7/8/9/10/11/deep.txt", "deep");
  for (let index = 0; index < 1200; index++) put(`many/file-${index}.conf`, `title ${index}\n`);
}

/** A file of more than 4 GiB that takes almost no room. */
export function makeHuge(path: string): void {
  const file = openSync(path, "w");
  ftruncateSync(file, HUGE.size);
  for (const [position, text] of HUGE.marks) writeSync(file, text, position);
  closeSync(file);
}

/** Not compressible, and the same each time. */
function filler(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at += 32) {
    createHash("sha256").update(`${size} ${at}`).digest().copy(bytes, at);
  }
  return bytes;
}

export function line(kind: string, mode: number | undefined, bytes: Uint8Array | string): string {
  const shown = mode === undefined ? "" : ` ${(mode & 0o7777).toString(8)}`;
  if (typeof bytes === "string") return `${kind} -> ${bytes}`;
  return `${kind}${shown} ${bytes.length} ${createHash("sha256").update(bytes).digest("hex")}`;
}

/** What is below a folder of this machine. Links are not followed. */
export function inventoryOf(folder: string, modes = true): Inventory {
  const found = new Map<string, string>();
  const look = (below: string) => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = join(below, entry.name);
      const whole = join(folder, path);
      if (entry.isDirectory()) {
        found.set(path, "folder");
        look(path);
      } else if (entry.isSymbolicLink()) found.set(path, line("link", undefined, readlinkSync(whole)));
      else found.set(path, line("file", modes ? lstatSync(whole).mode : undefined, readFileSync(whole)));
    }
  };
  look("");
  return found;
}

/** The first differences of two inventories, for people. */
export function differences(ours: Inventory, theirs: Inventory): string[] {
  const paths = [...new Set([...ours.keys(), ...theirs.keys()])].filter((path) => ours.get(path) !== theirs.get(path));
  return paths.map(
    (path) => `${path}: we say ${ours.get(path) ?? "nothing"}, they say ${theirs.get(path) ?? "nothing"}`,
  );
}
