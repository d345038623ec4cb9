import { fstatSync } from "node:fs";

/** Whether standard output and standard error go to the same file, pipe or socket, so that one reader gets both. */
export function isOneOutput(): boolean {
  try {
    const [out, err] = [1, 2].map((descriptor) => fstatSync(descriptor, { bigint: true }));
    return out !== undefined && out.dev === err?.dev && out.ino === err.ino;
  } catch {
    return false;
  }
}

/**
 * Whether the output of a descriptor goes to the journal. JOURNAL_STREAM names device and inode of its stream; it
 * is inherited by programs whose output goes elsewhere, so both must be the descriptor's own (systemd.exec(5)).
 */
export function isJournal(descriptor: number, stream: string | undefined): boolean {
  if (stream === undefined || !/^\d+:\d+$/.test(stream)) return false;
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return `${dev}:${ino}` === stream;
  } catch {
    return false;
  }
}
