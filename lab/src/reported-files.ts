import { statSync } from "node:fs";
import { join } from "node:path";
import type { Bootlace } from "./bootlace.ts";
import { eventually, type Lab } from "./lab.ts";

/**
 * Waits until each file is logged as served over a wire that may lose packets. When the last acknowledgement is lost the
 * machine has the whole file, and Bootlace knows only of the blocks before the last window.
 */
export async function filesReported(
  lab: Lab,
  bootlace: Bootlace,
  address: string,
  files: readonly string[],
): Promise<void> {
  for (const path of files) {
    const { size } = statSync(join(bootlace.folder, "boot", path));
    await eventually(lab, `all of ${path} logged as served to ${address}`, 60, () => {
      const served = bootlace.records().filter(({ event, ip, file, bytes, blockSize, windowSize }) => {
        const own = event === "tftp.done" && ip === address && String(file).replace(/\/+/g, "/").endsWith(path);
        return own && Number(bytes) >= size - Number(blockSize) * Number(windowSize);
      });
      return served.length > 0 || undefined;
    });
  }
}
