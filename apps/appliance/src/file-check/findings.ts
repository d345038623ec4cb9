import type { FileFlaw } from "../catalogue/tree.ts";

/** What can be wrong with boot files; docs/check.md has a section for each. The codes are stable. */
export const treeFindingCodes = {
  T001: "missing file",
  T002: "a file that cannot be served",
  T003: "a name that differs only in case",
  T004: "a program for another machine",
  T005: "PXELINUX without ldlinux.c32",
  T006: "ldlinux.c32 of another version",
  T007: "a kernel under a name of another type",
  T008: "a boot file that no machine can start",
  T009: "a file with a boot check name",
  T010: "an unusable token file",
  T011: "missing user",
  T012: "a file that its loader cannot use",
  T013: "a script or configuration that its loader does not read",
  T014: "an unknown command",
  T015: "a loader without its configuration",
  T016: "a loader without its other parts",
  T017: "an absolute path under PXELINUX",
  T018: "a config that replies to nobody",
  T019: "wimboot without the Windows files",
  T020: "a jump in an iPXE script to a missing label",
  T021: "a kernel that GRUB reads from a disk",
  T022: "https on a port that speaks plain HTTP",
  T023: "a disc image that cannot be used",
  T024: "a missing disc image",
} as const;

export type TreeFindingCode = keyof typeof treeFindingCodes;

/** One finding. `line` and `column` count from 1, and are 0 when the finding is about a file as a whole. */
export interface TreeFinding {
  readonly code: TreeFindingCode;
  readonly problem: string;
  /** The fix. */
  readonly allowed: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Key of the config, or empty. */
  readonly path: string;
}

/** The place that a finding is about. */
export type Place = Pick<TreeFinding, "file" | "line" | "column" | "path">;

export function finding(code: TreeFindingCode, place: Place, problem: string, allowed: string): TreeFinding {
  return { code, problem, allowed, ...place };
}

const readable = "Make it a readable file in the root";
const flaws: Readonly<Record<FileFlaw, readonly [code: TreeFindingCode, problem: string, allowed: string]>> = {
  empty: ["T008", "is empty", "Copy it again"],
  "no-program": ["T008", "is not a UEFI program: it has no PE header", "Replace it with the program"],
  "cut-short": ["T008", "is truncated: the end of the program is missing", "Copy it again"],
  unreadable: ["T002", "cannot be served: permission denied", readable],
  "leads-out": ["T002", "cannot be served: it is a symbolic link out of the root", readable],
  "odd-name": ["T002", "cannot be served: its name contains a control character", "Rename it"],
};

/** @param shown name of the file in quotes */
export function flawFinding(flaw: FileFlaw, shown: string, place: Place): TreeFinding {
  const [code, problem, allowed] = flaws[flaw];
  return finding(code, place, `${shown} ${problem}`, allowed);
}
