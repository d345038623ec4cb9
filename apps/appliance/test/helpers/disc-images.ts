import { utimesSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { noise } from "../../../../tools/test-kit/images/bytes.ts";
import { type IsoOptions, makeIso } from "../../../../tools/test-kit/images/iso.ts";
import type { Content } from "../../../../tools/test-kit/images/tree.ts";
import type { FollowImageTimes } from "../../src/images/follow-images.ts";

/** No file rests, and every change is seen soon. */
export const quickTimes: FollowImageTimes = {
  settle: 0,
  incomplete: 0,
  quiet: 5,
  rescan: 20,
  rescanMissing: 20,
  look: 5_000,
};

export const squashfs = noise(300_000, 3);
export const initrd = noise(20_000, 2);
export const kernel = noise(10_000, 1);

/** What is in a live image of Debian, as live-build makes it. */
export const debianLive: readonly Content[] = [
  { path: ".disk/info", data: "Debian GNU/Linux 12 live\n" },
  { path: "live/filesystem.squashfs", data: squashfs },
  { path: "live/vmlinuz-6.1.0", data: kernel },
  { path: "live/initrd.img-6.1.0", data: initrd },
  {
    path: "boot/grub/grub.cfg",
    data: [
      'menuentry "Live system" {',
      "  linux /live/vmlinuz-6.1.0 boot=live components quiet findiso=debian.iso",
      "  initrd /live/initrd.img-6.1.0",
      "}",
      'menuentry "Live system (fail-safe mode)" {',
      "  linux /live/vmlinuz-6.1.0 boot=live components nomodeset",
      "  initrd /live/initrd.img-6.1.0",
      "}",
    ].join("\n"),
  },
];

export function liveImage(contents = debianLive, options: IsoOptions = {}): Uint8Array {
  return makeIso(contents, { rockRidge: true, label: "DEBIAN_LIVE", ...options });
}

/** Writes an image as it is when it has been there for long. */
export function writeImage(path: string, bytes: Uint8Array = liveImage(), modified = 1_000): void {
  writeFileSync(path, bytes);
  utimesSync(path, modified, modified);
}

/** Waits until something is so. */
export async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    await delay(5);
  }
}
