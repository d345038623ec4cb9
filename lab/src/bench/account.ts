import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LabFailure } from "../failure.ts";

/** Counts what a server uses, the children included that it forks and forgets. */
export interface Account {
  /** Seconds of CPU since the account was opened. */
  cpuSeconds(): number;
  /** Memory in bytes; pages that several processes share count in proportion (PSS). */
  memoryBytes(): number;
  /** The processes must have ended before. */
  close(): void;
}

const NAME = /^bootlace-bench-/;

/** Where the unified control groups stand, from the text of `/proc/mounts`. */
export function cgroupMount(mounts: string): string | undefined {
  for (const line of mounts.split("\n")) {
    const [, point, type] = line.split(" ");
    if (type === "cgroup2" && point !== undefined) return point;
  }
  return undefined;
}

/** Microseconds of CPU in the text of `cpu.stat` (Linux: admin-guide/cgroup-v2, "CPU Interface Files"). */
export function usedMicroseconds(cpuStat: string): number {
  return Number(/^usage_usec (\d+)$/m.exec(cpuStat)?.[1] ?? Number.NaN);
}

/** Opens an account for processes and whatever they fork from now on; `name` must be unique on the machine. */
export function openAccount(name: string, ...pids: readonly number[]): Account {
  const mount = cgroupMount(readFileSync("/proc/mounts", "utf8"));
  if (mount === undefined)
    throw new LabFailure("no cgroup2 is mounted: the CPU of a server with children cannot be measured");
  for (const other of readdirSync(mount)) if (NAME.test(other)) removeIfEmpty(join(mount, other));
  const group = join(mount, `bootlace-bench-${name}`);
  mkdirSync(group);
  for (const pid of pids) writeFileSync(join(group, "cgroup.procs"), String(pid));
  const read = (file: string) => readFileSync(join(group, file), "utf8");
  return {
    cpuSeconds: () => usedMicroseconds(read("cpu.stat")) / 1e6,
    memoryBytes() {
      const pids = read("cgroup.procs").split("\n").filter(Boolean);
      return pids.reduce((sum, member) => sum + proportionalOctets(member), 0);
    },
    close: () => removeIfEmpty(group),
  };
}

function removeIfEmpty(group: string): void {
  try {
    rmdirSync(group);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EBUSY" && code !== "ENOENT") throw error;
  }
}

function proportionalOctets(pid: string): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
  } catch {
    // It has ended in between.
    return 0;
  }
}
