import type { ImagesSnapshot } from "../../catalogue/images.ts";
import { menuImage } from "./model.ts";
import type { Loader, MenuServer, Place } from "./place.ts";
import type { ImageStart } from "./start.ts";

/** What one kind of machine gets of an image. */
export interface ImageOnMachine {
  /** For people: the firmware, and the boot loader that shows the menu. */
  readonly machine: string;
  readonly boots: boolean;
  /** How it boots, or why not. */
  readonly how: string;
}

const kinds: readonly (readonly [machine: string, loader: Loader, Place["machine"]])[] = [
  ["PC BIOS with iPXE", "ipxe", { firmware: "bios", arch: 0 }],
  ["PC BIOS with PXELINUX", "pxelinux", { firmware: "bios", arch: 0 }],
  ["UEFI x64 with iPXE", "ipxe", { firmware: "uefi", arch: 7 }],
  ["UEFI x64 with GRUB", "grub", { firmware: "uefi", arch: 7 }],
  ["UEFI arm64 with iPXE", "ipxe", { firmware: "uefi", arch: 11 }],
];

/** What each usual kind of machine gets of an image, by the menu that it would be sent. Its memory is not known here. */
export function imageOnMachines(
  snapshot: ImagesSnapshot,
  id: string,
  server: Omit<MenuServer, "address">,
): readonly ImageOnMachine[] {
  return kinds.flatMap(([name, loader, machine]): ImageOnMachine[] => {
    const place = { loader, machine, server: { ...server, address: "0.0.0.0" } };
    const [line] = menuImage(snapshot, id, place)?.lines ?? [];
    if (line === undefined) return [];
    const { start, refused } = line;
    if (start === undefined) return [{ machine: name, boots: false, how: refused }];
    return [{ machine: name, boots: true, how: startText(start, loader, server) }];
  });
}

function startText(start: ImageStart, loader: Loader, { httpPort }: Pick<MenuServer, "httpPort">): string {
  const by = loader === "ipxe" && httpPort !== undefined ? "HTTP" : "TFTP";
  switch (start.kind) {
    case "linux":
      return `${start.initrds.length === 0 ? "kernel" : "kernel and initrd"} by ${by}`;
    case "program":
      return `its UEFI program by ${by}`;
    case "memdisk":
      return "as a drive in memory, by memdisk";
    case "sanboot":
      return "as a drive by HTTP";
    case "wimboot":
      return `by wimboot, which fetches boot.wim by ${by}`;
  }
}

/** The same of an image without a server: one that has all that images need. */
export function imageAnywhere(snapshot: ImagesSnapshot, id: string): readonly ImageOnMachine[] {
  return imageOnMachines(snapshot, id, { httpPort: 80, tftp: true, memdisk: "memdisk", wimboot: "wimboot" });
}
