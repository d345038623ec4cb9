/** The outcome of one file; paths are relative to the folder given to init. */
export interface FileOutcome {
  readonly path: string;
  readonly status: FileStatus;
  readonly size?: number;
  /** The source of a copy. */
  readonly from?: string;
  /** Why it was not created, or how a kept file differs. */
  readonly why?: string;
}

/** `renewed`: replaced, since it was as an earlier run wrote it. `left-out`: it would not fit the existing files. */
export type FileStatus = "made" | "renewed" | "kept" | "left-out" | "failed";
