import { totalmem } from "node:os";

const MiB = 1024 * 1024;
const mostForFiles = 64 * MiB;
/** One of so many bytes of the memory there is. */
const partForFiles = 8;

/** Bytes that this process may use: what its control group allows, where one does (a container, a service), else all. */
export function memoryOfThisMachine(total = totalmem(), constrained = process.constrainedMemory()): number {
  // 0 and more than there is: no limit.
  return constrained > 0 ? Math.min(total, constrained) : total;
}

/** Bytes of windows that the TFTP server keeps while several machines fetch the same file. */
export function transferCacheSize(memory: number): number {
  return Math.floor(fileCacheSize(memory) / 2);
}

/** Bytes of file contents that a server keeps while machines boot. One in memory costs half the CPU of one read for each client. */
export function fileCacheSize(memory: number): number {
  return Math.min(mostForFiles, Math.floor(memory / partForFiles));
}
