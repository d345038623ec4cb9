import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";

/** Bytes that differ from place to place. */
export function pattern(size: number): Buffer {
  return Buffer.alloc(size, "0123456789abcdef-");
}

/**
 * A folder of boot files for the tests of one file: these, and `link`, a symbolic link to a file outside.
 * @returns the folder that is to be served
 */
export function bootFolder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-http-"));
  const root = join(folder, "root");
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), bytes);
  }
  writeFileSync(join(folder, "secret"), "secret");
  symlinkSync(join(folder, "secret"), join(root, "link"));
  afterAll(() => rmSync(folder, { recursive: true }));
  return root;
}
