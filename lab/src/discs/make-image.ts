import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Lab } from "../lab.ts";
import type { Host } from "../namespaces.ts";
import { locate, type PieceName } from "../packages.ts";
import { runOk } from "../processes.ts";

/** A file of an image: of a Debian package, of this machine, or a text. */
export type ImageFile = { readonly piece: PieceName } | { readonly path: string } | { readonly text: string };

/** What is made into a disc image. */
export interface ImageLayout {
  readonly label: string;
  /** Files by their path in the image. */
  readonly files: Readonly<Record<string, ImageFile>>;
}

/** The GRUB of Debian's discs looks for the disc that has `.disk/info`. */
const SECTORS = "16384";
const BIOS = ["-b", "isolinux/isolinux.bin", "-c", "isolinux/boot.cat", "-no-emul-boot", "-boot-load-size", "4"];
const UEFI = ["-eltorito-alt-boot", "-e", "boot/grub/efi.img", "-no-emul-boot"];

/**
 * Makes a disc image as distributions do: Rock Ridge and Joliet, ISOLINUX for BIOS, shim and GRUB for UEFI. Files of this machine are
 * read from where they are.
 */
export async function makeImage(lab: Lab, host: Host, layout: ImageLayout, target: string): Promise<void> {
  const work = `${target}.work`;
  mkdirSync(work, { recursive: true });
  const efi = join(work, "efi.img");
  const mtools = (tool: string, ...words: string[]) =>
    runOk(lab, host.netns, locate("mtools"), ["-c", tool, ...words], { cwd: work });
  await mtools("mformat", "-C", "-T", SECTORS, "-i", efi, "::");
  await mtools("mmd", "-i", efi, "::/EFI", "::/EFI/BOOT");
  await mtools("mcopy", "-i", efi, locate("shim"), "::/EFI/BOOT/BOOTX64.EFI");
  await mtools("mcopy", "-i", efi, locate("grubCd"), "::/EFI/BOOT/GRUBX64.EFI");
  const files: Readonly<Record<string, ImageFile>> = {
    "isolinux/isolinux.bin": { piece: "isolinux" },
    "isolinux/ldlinux.c32": { piece: "ldlinuxBios" },
    "boot/grub/efi.img": { path: efi },
    "EFI/BOOT/BOOTX64.EFI": { piece: "shim" },
    "EFI/BOOT/grubx64.efi": { piece: "grubCd" },
    ...layout.files,
  };
  const grafts = Object.entries(files).map(([path, file]) => `/${path}=${placeOf(work, path, file)}`);
  const make = ["-as", "mkisofs", "-quiet", "-r", "-J", "-joliet-long", "-V", layout.label, "-o", target];
  const boot = [...BIOS, "-boot-info-table", ...UEFI];
  await runOk(lab, host.netns, locate("xorriso"), [...make, ...boot, "-graft-points", ...grafts], { seconds: 120 });
  rmSync(work, { recursive: true });
}

function placeOf(work: string, path: string, file: ImageFile): string {
  if ("piece" in file) return locate(file.piece);
  if ("path" in file) return file.path;
  const place = join(work, "texts", path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, file.text);
  return place;
}
