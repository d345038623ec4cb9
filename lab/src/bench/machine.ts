import { cpus, release, totalmem } from "node:os";

/** Where and when: the day, the processor, the kernel. No name of the machine. */
export function machineLine(now: Date): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const kernel = /^\d+\.\d+/.exec(release())?.[0] ?? release();
  return `${now.toISOString().slice(0, 10)}, ${cpus().length} × ${first?.model.trim() ?? "unknown"}, ${memory} GiB, Linux ${kernel}`;
}
