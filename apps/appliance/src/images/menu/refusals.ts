import { architectureByCode } from "@bootlace/dhcp-core";
import { memoryText } from "../../catalogue/image-text.ts";
import type { ImageEntryRow, ImageSystem } from "../../catalogue/images.ts";
import { hasHttp, type Machine } from "./machine.ts";
import { isSmall, type Place, type ReadyImage } from "./place.ts";

const gibibyte = 1024 ** 3;

/** SMBIOS counts what is built in; firmware and graphics take their part before a system sees it. */
const enough = 0.94;

/** Why a machine cannot start an image with this loader; undefined where nothing is known against it. */
export function refusalOf(row: ReadyImage, entry: ImageEntryRow | undefined, place: Place): string | undefined {
  const { system } = row;
  const { machine } = place;
  if (system.way === "none") return system.limits ?? "it does not boot over the network";
  return (
    wayRefusal(row, entry, place) ??
    firmwareRefusal(system, machine) ??
    (system.memory === undefined || machine.memory === undefined || machine.memory >= system.memory * enough
      ? undefined
      : `needs ${memoryText(system.memory)}, this machine has ${memoryText(machine.memory)}`)
  );
}

function wayRefusal(
  { system, size }: ReadyImage,
  entry: ImageEntryRow | undefined,
  { loader, machine, server }: Place,
): string | undefined {
  const http = server.httpPort !== undefined;
  switch (system.way) {
    case "http":
      if (entry === undefined) return "no kernel was found in it";
      return http ? undefined : "needs HTTP, which is switched off";
    case "initrd":
      return entry === undefined ? "no kernel was found in it" : undefined;
    case "file-in-initrd":
      if (entry === undefined) return "no kernel was found in it";
      // A file of a cpio archive has its size in 32 bits.
      return system.inInitrd?.what === "image" && size >= 4 * gibibyte
        ? "larger than 4 GB: it does not fit into an initrd"
        : undefined;
    case "boot-loader":
      if (machine.firmware === "bios") return "needs UEFI";
      if (loader === "pxelinux") return "needs UEFI, and iPXE or GRUB";
      return http ? undefined : "needs HTTP, which is switched off";
    case "wimboot":
      if (loader !== "ipxe") return "needs iPXE";
      return server.wimboot === undefined ? "needs the program wimboot in the boot folder" : undefined;
    case "drive":
      return driveRefusal(system, size, { loader, machine, server });
    case "none":
      return undefined;
  }
}

function driveRefusal(system: ImageSystem, size: number, { loader, machine, server }: Place): string | undefined {
  if (system.bios && !system.uefi && machine.firmware === "uefi") return "needs a BIOS";
  if (system.uefi && !system.bios && machine.firmware === "bios") return "needs UEFI";
  const small = isSmall({ size });
  if (loader === "ipxe") {
    if (server.memdisk !== undefined && machine.firmware === "bios" && small) return undefined;
    if (server.httpPort === undefined) return "needs HTTP, which is switched off";
    if (!hasHttp(machine)) return "needs an iPXE with HTTP";
    // Both ends of a range have the size of a pointer in iPXE: a 32-bit one goes wrong beyond 2 GiB.
    return size > 2 * gibibyte && is32Bit(machine) ? "larger than 2 GB, and this iPXE is a 32-bit build" : undefined;
  }
  if (machine.firmware === "uefi") return "boots as a drive: needs iPXE, or UEFI HTTP Boot";
  if (server.memdisk === undefined) return "needs iPXE, or the program memdisk in the boot folder";
  return small ? undefined : "larger than 1 GB: needs iPXE";
}

function is32Bit({ build, firmware }: Machine): boolean {
  return build === undefined ? firmware === "bios" : /^(i386|arm32|riscv32)$/.test(build);
}

/** An image for another processor, as far as its UEFI programs show. */
function firmwareRefusal({ efiPrograms }: ImageSystem, { firmware, arch }: Machine): string | undefined {
  const codes = [...efiPrograms.keys()];
  if (codes.length === 0 || firmware === undefined) return undefined;
  const names = codes.map((code) => architectureByCode(code)?.name.replace(/-uefi$/, "") ?? String(code)).join(" or ");
  if (firmware === "bios") return codes.some((code) => code === 6 || code === 7) ? undefined : `needs UEFI of ${names}`;
  return arch === undefined || codes.includes(arch) ? undefined : `needs UEFI of ${names}`;
}
