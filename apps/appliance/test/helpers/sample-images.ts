import type { ImageRow, ImageSystem } from "../../src/catalogue/images.ts";

const modified = Date.parse("2026-11-22T11:00:00.000Z");

/** An image of which only what the test is about is given. */
export function readyImage(id: string, system: Partial<ImageSystem> = {}): ImageRow {
  return {
    id,
    path: `/srv/boot/images/${id}.iso`,
    size: 1_400_000_000,
    modified,
    state: "ready",
    system: {
      family: "debian-live",
      systems: "Debian live, Kali, Parrot",
      title: "Debian GNU/Linux 12 live",
      way: "http",
      entries: [
        {
          id: "live",
          title: "Live system",
          kernel: "live/vmlinuz",
          initrds: ["live/initrd.img"],
          arguments: "boot=live fetch={tree}/live/filesystem.squashfs",
          isDefault: true,
        },
        {
          id: "failsafe",
          title: "Live system (fail-safe)",
          kernel: "live/vmlinuz",
          initrds: ["live/initrd.img"],
          arguments: "boot=live nomodeset fetch={tree}/live/filesystem.squashfs",
          isDefault: false,
        },
      ],
      root: "live/filesystem.squashfs",
      memory: 2_100_000_000,
      bios: true,
      uefi: true,
      efiPrograms: new Map([[7, "EFI/BOOT/BOOTX64.EFI"]]),
      ...system,
    },
  };
}

/** One image of each state. */
export const sampleImages: readonly ImageRow[] = [
  readyImage("debian-live"),
  readyImage("nixos", {
    family: "nixos",
    systems: "NixOS",
    title: "nixos-24.05",
    way: "none",
    entries: [],
    limits: "its initrd finds its medium by the label of a disk",
  }),
  { id: "fedora", path: "/srv/boot/images/fedora.iso", size: 800_000_000, modified, state: "copying" },
  {
    id: "short",
    path: "/srv/boot/images/short.iso",
    size: 1_200_000_000,
    modified,
    state: "faulty",
    fault: { code: "beyond-end", offset: 1_200_000_000, detail: "truncated, 1.2 of 3.9 GB" },
  },
];
