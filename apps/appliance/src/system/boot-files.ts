import { open, opendir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { peHeaderOctets, peMachine, peSigned, programFlaw } from "../boot/pe.ts";
import { mayBoot, type TreeFile } from "../boot/tree.ts";

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
    }
  | { readonly ok: false; readonly code: string };

/** Finds the files of a root folder that may be boot files. Symbolic links are followed as long as they stay inside. */
export async function scanRoot(root: string): Promise<ScanResult> {
  const files: TreeFile[] = [];
  const folders: string[] = [];
  const seen = new Set<string>();
  let entries = 0;
  let cut = false;
  let top: string;
  try {
    top = await realpath(root);
    await (await opendir(top)).close();
  } catch (error) {
    return { ok: false, code: (error as NodeJS.ErrnoException).code ?? String(error) };
  }

  const waiting: { path: string; depth: number }[] = [{ path: "", depth: 0 }];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const folder = await insideReal(top, next.path);
    if (folder === undefined || seen.has(folder)) continue;
    seen.add(folder);
    folders.push(folder);
    for (const name of await namesIn(folder)) {
      entries += 1;
      if (entries > mostEntries || files.length >= mostHeaders) return { ok: true, files, folders, cut: true };
      const path = next.path === "" ? name : `${next.path}/${name}`;
      const kind = await kindOf(top, path);
      if (kind === "folder") {
        if (next.depth < deepestFolder) waiting.push({ path, depth: next.depth + 1 });
        else cut = true;
      } else if (kind === "file" && mayBoot(name)) {
        files.push({ path, ...(await readHeader(join(top, path))) });
      }
    }
  }
  return { ok: true, files, folders, cut };
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of await opendir(folder)) names.push(entry.name);
  } catch {
    // Gone or unreadable since it was listed: the next scan sees the new state.
  }
  return names.sort();
}

async function insideReal(top: string, path: string): Promise<string | undefined> {
  try {
    const real = await realpath(join(top, path));
    return real === top || real.startsWith(top.endsWith(sep) ? top : top + sep) ? real : undefined;
  } catch {
    return undefined;
  }
}

async function kindOf(top: string, path: string): Promise<"file" | "folder" | undefined> {
  const real = await insideReal(top, path);
  if (real === undefined) return undefined;
  try {
    const info = await stat(real);
    if (info.isDirectory()) return "folder";
    return info.isFile() ? "file" : undefined;
  } catch {
    return undefined;
  }
}

/** What cannot be read keeps its name: whoever asks for it is told why it is not served. */
async function readHeader(path: string): Promise<Omit<TreeFile, "path">> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(new Uint8Array(peHeaderOctets), 0, peHeaderOctets, 0);
    const head = buffer.subarray(0, bytesRead);
    const machine = peMachine(head);
    const flaw = programFlaw(path, head);
    return {
      ...(machine === undefined ? {} : { machine }),
      ...(peSigned(head) === false ? { unsigned: true } : {}),
      ...(flaw === undefined ? {} : { flaw }),
    };
  } catch {
    return {};
  }
}
