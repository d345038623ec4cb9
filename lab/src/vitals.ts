import { readdirSync, readFileSync } from "node:fs";
import type { Lab } from "./lab.ts";
import type { Host } from "./namespaces.ts";
import { locate } from "./packages.ts";
import type { Started } from "./processes.ts";
import { runOk } from "./processes.ts";

/** What a process holds of the machine. */
export interface Vitals {
  /** Resident memory, in MiB. */
  readonly memory: number;
  readonly descriptors: number;
}

export function vitalsOf({ pid }: Started): Vitals {
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return { memory: Number(resident) / 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/** Seconds of CPU that a process has used (proc_pid_stat(5): utime and stime, of 100 a second). */
export function cpuSeconds({ pid }: Started): number {
  const [, numbers = ""] = /\) (.*)$/m.exec(readFileSync(`/proc/${pid}/stat`, "latin1")) ?? [];
  const [user, system] = numbers.split(" ").slice(11).map(Number);
  return ((user ?? Number.NaN) + (system ?? Number.NaN)) / 100;
}

/**
 * Datagrams that the kernel threw away because a socket on this port was full, in the namespace of the process
 * (proc_net(5): the last column of udp). What a filter keeps from a socket is counted there, too: where sockets of interfaces
 * hear the broadcasts, the common one is left out.
 */
export function droppedDatagrams({ pid }: Started, port: number): number {
  const sockets = readFileSync(`/proc/${pid}/net/udp`, "latin1")
    .split("\n")
    .flatMap((line) => {
      const [, address, local] = /^\s*\d+: ([0-9A-F]{8}):([0-9A-F]{4}) /.exec(line) ?? [];
      const drops = Number(line.trim().split(/\s+/).at(-1));
      return local !== undefined && Number.parseInt(local, 16) === port ? [{ address, drops }] : [];
    });
  const isCovered = sockets.some(({ address }) => address === "FFFFFFFF");
  const counted = sockets.filter(({ address }) => !isCovered || address !== "00000000");
  return counted.reduce((sum, { drops }) => sum + drops, 0);
}

/** The sum of a metric of the Bootlace on a host, over its labels. */
export async function metric(lab: Lab, host: Host, name: string, labels = ""): Promise<number> {
  const url = "http://127.0.0.1:8067/metrics";
  const { stdout } = await runOk(lab, host.netns, locate("curl"), ["--silent", "--show-error", "--fail", url]);
  const lines = stdout.toString().split("\n");
  const series = lines.filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return series.filter((line) => line.includes(labels)).reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

/** For a table. */
export function tellVitals({ memory, descriptors }: Vitals): string {
  return `${memory.toFixed(0)} MiB, ${descriptors} descriptors`;
}
