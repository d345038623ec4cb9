import {
  chmodSync,
  copyFileSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A file of a package. */
export interface StagedFile {
  readonly content: string | Uint8Array | { readonly copyOf: string };
  /** May be run. */
  readonly program?: true;
}

/** The files of a package by their paths below its top. */
export type Staged = Readonly<Record<string, StagedFile>>;

/**
 * Creates the files in a temporary folder, calls `use` with it, and removes it. Modes and times are those of
 * the package, independent of umask and clock.
 */
export function withStaged<T>(staged: Staged, time: number, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-package-"));
  try {
    for (const [path, { content, program }] of Object.entries(staged)) {
      const target = join(folder, path);
      mkdirSync(dirname(target), { recursive: true });
      if (typeof content === "object" && "copyOf" in content) copyFileSync(content.copyOf, target);
      else writeFileSync(target, content);
      chmodSync(target, program ? 0o755 : 0o644);
    }
    settle(folder, time);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function settle(folder: string, time: number): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) settle(path, time);
    else lutimesSync(path, time, time);
  }
  chmodSync(folder, 0o755);
  lutimesSync(folder, time, time);
}
