import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deleteNamespace, namespaceNames } from "./namespaces.ts";
import { deadNames, folderName, type RunName, startTime } from "./run-name.ts";

/** Below it every run has a folder. */
export const OUT = fileURLToPath(new URL("../out", import.meta.url));

/** A run's folder is marked while the run lives; a marked folder without its process is a leftover. */
const MARK = "running";

function startedAt(pid: number | "self"): string | undefined {
  try {
    return startTime(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return undefined;
  }
}

/** The name of this run. */
export function thisRun(): RunName {
  return { pid: process.pid, started: startedAt("self") ?? "0" };
}

/** Removes namespaces (with what runs in them) and folders of runs whose process is gone; gives their names. */
export async function removeLeftovers(): Promise<string[]> {
  mkdirSync(OUT, { recursive: true });
  const isAlive = (run: RunName) => startedAt(run.pid) === run.started;
  const namespaces = deadNames(await namespaceNames(), isAlive);
  for (const name of namespaces) await deleteNamespace(name);
  const folders = deadNames(readdirSync(OUT), isAlive).filter((name) => readdirSync(join(OUT, name)).includes(MARK));
  for (const name of folders) rmSync(join(OUT, name), { recursive: true });
  return [...namespaces, ...folders];
}

/** Makes this run's folder and marks it as alive. */
export function openRunFolder(run: RunName): { path: string; close: (keep: boolean) => void } {
  const path = join(OUT, folderName(run));
  const mark = join(path, MARK);
  mkdirSync(mark, { recursive: true });
  return { path, close: (keep) => rmSync(keep ? mark : path, { recursive: true }) };
}
