/** What became of one file; paths count from the folder that init was given. */
export interface FileOutcome {
  readonly path: string;
  readonly status: FileStatus;
  readonly size?: number;
  /** Where it was copied from. */
  readonly from?: string;
  /** Why it was not made, or how a kept file differs. */
  readonly why?: string;
}

/** `renewed`: it was as an earlier run wrote it. `left-out`: it would not fit what is there. */
export type FileStatus = "made" | "renewed" | "kept" | "left-out" | "failed";
