import type { Folders } from "./folders.ts";
import type { FileOutcome } from "./outcome.ts";
import { place } from "./place.ts";
import type { Step } from "./prepare.ts";

/** The progress of writing. */
export interface Progress {
  readonly path: string;
  /** Number of the file, from 1. */
  readonly number: number;
  readonly of: number;
  readonly bytes: number;
  readonly size: number;
}

export interface Executed {
  readonly outcomes: readonly FileOutcome[];
  /** Every step was done. */
  readonly complete: boolean;
}

export interface ExecuteOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly onDone: (outcome: FileOutcome) => void;
}

/** Errors that would repeat with the next file. */
const hopeless: ReadonlySet<string | undefined> = new Set(["ENOSPC", "EDQUOT", "EROFS", "EIO"]);

/** Writes the files one after the other. Continues after a failure, unless the next would fail as well. */
export async function execute(folders: Folders, steps: readonly Step[], options: ExecuteOptions): Promise<Executed> {
  const { signal, onProgress, onDone } = options;
  const outcomes: FileOutcome[] = [];
  for (const [index, { path, content, size, renew }] of steps.entries()) {
    if (signal.aborted) return { outcomes, complete: false };
    const report = (bytes: number) => onProgress({ path, number: index + 1, of: steps.length, bytes, size });
    report(0);
    const placed = await place(folders, path, content, { renew, signal, onProgress: report });
    if (placed.kind === "interrupted") return { outcomes, complete: false };
    const from = "source" in content ? { from: content.source } : {};
    const outcome: FileOutcome =
      placed.kind === "made"
        ? { path, status: renew ? "renewed" : "made", size: placed.size, ...from }
        : placed.kind === "kept"
          ? { path, status: "kept", why: "it was created meanwhile" }
          : { path, status: "failed", why: placed.why, ...from };
    outcomes.push(outcome);
    onDone(outcome);
    if (placed.kind === "failed" && hopeless.has(placed.code)) return { outcomes, complete: false };
  }
  return { outcomes, complete: outcomes.every(({ status }) => status !== "failed") };
}
