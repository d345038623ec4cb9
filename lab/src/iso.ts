import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "./lab.ts";
import type { Host } from "./namespaces.ts";
import { locate } from "./packages.ts";
import { runOk } from "./processes.ts";

/** Bytes of the EFI system partition in the image, in sectors of 512: Debian's GRUB fits, and the table of FAT16 wants some. */
const SECTORS = "16384";

/**
 * Makes a bootable CD for x64 UEFI at `target`: Debian's GRUB as EFI/BOOT/BOOTX64.EFI in its El Torito image, and beside
 * it a configuration that starts Debian's kernel from the CD.
 */
export async function makeIso(lab: Lab, host: Host, target: string): Promise<void> {
  const disc = join(lab.folder, "disc");
  mkdirSync(join(disc, "boot/grub"), { recursive: true });
  // Debian's GRUB for CDs looks for the CD that has this file.
  mkdirSync(join(disc, ".disk"));
  writeFileSync(join(disc, ".disk/info"), "made by the lab\n");
  writeFileSync(join(disc, "boot/grub/grub.cfg"), "linux /linux console=ttyS0,115200\nboot\n");
  copyFileSync(locate("debianLinux"), join(disc, "linux"));
  const mtools = (tool: string, ...words: string[]) =>
    runOk(lab, host.netns, locate("mtools"), ["-c", tool, ...words], { cwd: disc });
  await mtools("mformat", "-C", "-T", SECTORS, "-i", "efi.img", "::");
  await mtools("mmd", "-i", "efi.img", "::/EFI", "::/EFI/BOOT");
  await mtools("mcopy", "-i", "efi.img", locate("grubCd"), "::/EFI/BOOT/BOOTX64.EFI");
  const make = ["-as", "mkisofs", "-quiet", "-o", target, "-e", "efi.img", "-no-emul-boot", disc];
  await runOk(lab, host.netns, locate("xorriso"), make);
}
