import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { locate } from "../packages.ts";

/** GRUB for BIOS as `grub-mknetdir` makes it: with TFTP in it, and all else in modules below /grub/i386-pc. */
export function grubForBios(): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-lab-"));
  try {
    const core = join(folder, "core.0");
    const what = ["--format", "i386-pc-pxe", "--directory", locate("grubBios"), "--prefix", "(pxe)/grub"];
    execFileSync(locate("grubMkimage"), [...what, "--output", core, "pxe", "tftp"]);
    return readFileSync(core);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
