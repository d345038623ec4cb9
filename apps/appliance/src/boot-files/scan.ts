import { open, opendir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { peHeaderOctets, peMachine, peSigned, programFlaw } from "../catalogue/pe.ts";
import { mayBoot, type TreeFile } from "../catalogue/tree.ts";
import { inTime, silent } from "./in-time.ts";

/** What bounds a scan: boot trees can hold whole distributions. */
const deepestFolder = 5;
const mostEntries = 50_000;
const mostHeaders = 1_000;

export type ScanResult =
  | {
      readonly ok: true;
      readonly files: readonly TreeFile[];
      /** Folders that were read, as absolute paths: these are worth watching. */
      readonly folders: readonly string[];
      /** True when the tree is larger than a scan goes. */
      readonly cut: boolean;
      /** Folders and files that did not answer, as absolute paths: what is in them is not known. */
      readonly silent: readonly string[];
    }
  | { readonly ok: false; readonly code: string };

/** What a terminal might obey in a name; both servers refuse such a one. */
const control = /\p{Cc}/u;

/**
 * Finds the files of a root folder that may be boot files. Symbolic links are followed as long as they stay inside.
 * What cannot be served has a flaw: such files, and folders, which hide whatever is in them.
 * When the system runs out of descriptors meanwhile, it says so and nothing about the folder.
 */
export async function scanRoot(root: string): Promise<ScanResult> {
  try {
    return await scan(root);
  } catch (error) {
    if (isShortage(error)) return { ok: false, code: codeOf(error) };
    throw error;
  }
}

/** Whether a scan that failed says nothing about the folder: no descriptor was left to look. */
export function knowsNothing(result: ScanResult): boolean {
  return !result.ok && shortages.has(result.code);
}

/** The code of a root whose first reading takes long: it answers, and is large. */
export const stillReading = "still being read";

/** The root itself does not answer. */
const noAnswer = "no answer";

const shortages: ReadonlySet<string> = new Set(["EMFILE", "ENFILE"]);

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function isShortage(error: unknown): boolean {
  return shortages.has(codeOf(error));
}

async function scan(root: string): Promise<ScanResult> {
  const files: TreeFile[] = [];
  const folders: string[] = [];
  const seen = new Set<string>();
  const mute: string[] = [];
  let entries = 0;
  let cut = false;
  let top: string;
  try {
    const opened = await inTime(root, async () => {
      const real = await realpath(root);
      await (await opendir(real)).close();
      return real;
    });
    if (opened === silent) return { ok: false, code: noAnswer };
    top = opened;
  } catch (error) {
    return { ok: false, code: codeOf(error) };
  }

  const waiting: { path: string; depth: number }[] = [{ path: "", depth: 0 }];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const here = join(top, next.path);
    const folder = await inTime(here, () => insideReal(top, next.path));
    if (folder === silent) mute.push(here);
    if (folder === silent || folder === undefined || seen.has(folder)) continue;
    seen.add(folder);
    const names = await inTime(folder, () => namesIn(folder));
    if (names === silent) {
      mute.push(folder);
      continue;
    }
    folders.push(folder);
    if (names === "unreadable" && !hidden.test(next.path)) files.push({ path: next.path, flaw: "unreadable" });
    for (const name of names === "unreadable" ? [] : names) {
      entries += 1;
      if (entries > mostEntries || files.length >= mostHeaders)
        return { ok: true, files, folders, cut: true, silent: mute };
      const path = next.path === "" ? name : `${next.path}/${name}`;
      const whole = join(top, path);
      const kind = await inTime(whole, () => kindOf(top, path));
      if (kind === silent) {
        mute.push(whole);
      } else if (kind === "folder" && control.test(name)) {
        files.push({ path, flaw: "odd-name" });
      } else if (kind === "folder") {
        if (next.depth < deepestFolder) waiting.push({ path, depth: next.depth + 1 });
        else cut = true;
      } else if (kind === "file" && mayBoot(name)) {
        const header = control.test(name) ? oddName : await inTime(whole, () => readHeader(whole));
        if (header === silent) mute.push(whole);
        else files.push({ path, ...header });
      } else if (kind === "folder-out" || (kind === "out" && mayBoot(name))) {
        files.push({ path, flaw: "leads-out" });
      } else if (kind === "unreadable" && mayBoot(name)) {
        files.push({ path, flaw: "unreadable" });
      }
    }
  }
  return { ok: true, files, folders, cut, silent: mute };
}

const oddName = { flaw: "odd-name" } as const;

/** Each file system has one, and only root may read it. */
const hidden = /(^|\/)lost\+found$/;

async function namesIn(folder: string): Promise<string[] | "unreadable"> {
  const names: string[] = [];
  try {
    for await (const entry of await opendir(folder)) names.push(entry.name);
  } catch (error) {
    if (isShortage(error)) throw error;
    if ((error as NodeJS.ErrnoException).code === "EACCES") return "unreadable";
    // Gone since it was listed: the next scan sees the new state.
  }
  return names.sort();
}

async function insideReal(top: string, path: string): Promise<string | undefined> {
  try {
    const real = await realpath(join(top, path));
    return isInside(top, real) ? real : undefined;
  } catch {
    return undefined;
  }
}

function isInside(top: string, real: string): boolean {
  return real === top || real.startsWith(top.endsWith(sep) ? top : top + sep);
}

/** What lies at a path; what leads `out` of the root, and what nobody knows for want of rights, is of no use. */
type Kind = "file" | "folder" | "out" | "folder-out" | "unreadable";

async function kindOf(top: string, path: string): Promise<Kind | undefined> {
  try {
    const real = await realpath(join(top, path));
    const info = await stat(real);
    if (!isInside(top, real)) return info.isDirectory() ? "folder-out" : "out";
    if (info.isDirectory()) return "folder";
    return info.isFile() ? "file" : undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EACCES" ? "unreadable" : undefined;
  }
}

async function readHeader(path: string): Promise<Omit<TreeFile, "path">> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(new Uint8Array(peHeaderOctets), 0, peHeaderOctets, 0);
    const head = buffer.subarray(0, bytesRead);
    const machine = peMachine(head);
    const flaw = programFlaw(path, head, (await file.stat()).size);
    return {
      ...(machine === undefined ? {} : { machine }),
      ...(peSigned(head) === false ? { unsigned: true } : {}),
      ...(flaw === undefined ? {} : { flaw }),
    };
  } catch (error) {
    if (isShortage(error)) throw error;
    return (error as NodeJS.ErrnoException).code === "EACCES" ? { flaw: "unreadable" } : {};
  }
}
