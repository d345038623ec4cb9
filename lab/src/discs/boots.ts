import { MEMTEST, MEMTEST_MEMORY } from "../memtest.ts";
import type { BootRow } from "../record/rows.ts";
import { IMITATION_UP, type Method } from "./imitation.ts";
import { type ImageName, SECOND_MODULE } from "./run-images.ts";

/** A machine that boots an image of the images folder. */
export interface ImageBoot {
  /** Of its row and its part. */
  readonly id: string;
  readonly image: ImageName;
  readonly firmware: "bios" | "uefi";
  /** In MiB: what the image needs by its family, and a little more. */
  readonly memory: number;
  readonly boots: string;
  /** What the machine shows at the end. */
  readonly until: RegExp;
  /** What it shows before: the iPXE of an image has the banner of the one that starts it. */
  readonly first?: RegExp;
  /** What it must have fetched, below the folder of the image; `iso` is the image itself. */
  readonly root: string;
}

const LOGIN = /live-system login:/;
const SQUASHFS = "live/filesystem.squashfs";
const LIVE_OS = "LiveOS/squashfs.img";

const both = "kernel and initrd from inside the image";
const liveBoot = (system: string) => `${system}: ${both} → live-boot's \`fetch=\` of the squashfs inside → login`;
const dracut = (system: string) => `${system}: ${both} → dracut's \`root=live:\` of the squashfs inside → login`;
const imitation = (system: string, step: string) => `${system}, imitated: ${both} → ${step} → its root`;
const rootOf = (from: string) => new RegExp(`${IMITATION_UP} ${from}`);

/** What is known of the imitations: how their initrd gets its root, and the file it must have fetched. */
const IMITATIONS: Readonly<Record<Method, { readonly says: string; readonly root: string }>> = {
  archiso: { says: "archiso_http_srv", root: "arch/x86_64/airootfs.sfs" },
  casper: { says: "url", root: "iso" },
  alpine: { says: "modloop", root: "boot/modloop-lts" },
  proxmox: { says: "/proxmox.iso", root: "initrd" },
  anaconda: { says: "inst.stage2", root: "images/install.img" },
};
const imitated = (method: Method) => ({ until: rootOf(IMITATIONS[method].says), root: IMITATIONS[method].root });

const live = { until: LOGIN, root: SQUASHFS, memory: 1280 } as const;
const dracutLive = { until: LOGIN, root: LIVE_OS, memory: 2304 } as const;

/** By what runs in the initrd, or that nothing of the kind does. */
export const IMAGE_BOOTS = {
  live: [
    { id: "images-debian-bios", image: "debian-live", firmware: "bios", ...live, boots: liveBoot("Debian live") },
    { id: "images-debian-uefi", image: "debian-live", firmware: "uefi", ...live, boots: liveBoot("Debian live") },
    {
      ...{ id: "images-modules-bios", image: "live-modules", firmware: "bios", ...live },
      boots: `Debian live of two squashfs files: ${both} → live-boot's \`fetch=\` of the image as a whole → login`,
      until: new RegExp(SECOND_MODULE),
      root: "iso",
    },
    {
      id: "images-clonezilla-uefi",
      image: "clonezilla",
      firmware: "uefi",
      ...live,
      boots: liveBoot("layout of Clonezilla"),
    },
    {
      id: "images-gparted-bios",
      image: "gparted-live",
      firmware: "bios",
      ...live,
      boots: liveBoot("layout of GParted Live"),
    },
    { id: "images-kali-uefi", image: "kali-live", firmware: "uefi", ...live, boots: liveBoot("layout of Kali live") },
  ],
  dracut: [
    {
      id: "images-fedora-41-bios",
      image: "fedora-41",
      firmware: "bios",
      ...dracutLive,
      boots: dracut("layout of Fedora 41"),
    },
    {
      id: "images-fedora-42-uefi",
      image: "fedora-42",
      firmware: "uefi",
      ...dracutLive,
      boots: dracut("layout of Fedora 42"),
    },
  ],
  imitated: [
    {
      ...{ id: "images-archiso-bios", image: "archlinux", firmware: "bios", memory: 640, ...imitated("archiso") },
      boots: imitation("Arch Linux", "the root below `archiso_http_srv=`, and its digest"),
    },
    {
      ...{ id: "images-casper-uefi", image: "ubuntu", firmware: "uefi", memory: 768, ...imitated("casper") },
      boots: imitation("Ubuntu", "the image as a whole by `url=`"),
    },
    {
      ...{ id: "images-alpine-bios", image: "alpine", firmware: "bios", memory: 384, ...imitated("alpine") },
      boots: imitation("Alpine Linux", "repository and `modloop=`"),
    },
    {
      ...{ id: "images-anaconda-uefi", image: "almalinux", firmware: "uefi", memory: 2304, ...imitated("anaconda") },
      boots: imitation("AlmaLinux", "the stage 2 that `.treeinfo` names below `inst.stage2=`"),
    },
    {
      ...{ id: "images-proxmox-bios", image: "proxmox", firmware: "bios", memory: 4608, ...imitated("proxmox") },
      boots: "Proxmox VE, imitated: kernel from inside the image, an initrd that holds the image → its root",
    },
    {
      ...{ id: "images-proxmox-uefi", image: "proxmox", firmware: "uefi", memory: 4608, ...imitated("proxmox") },
      boots: "Proxmox VE, imitated: kernel from inside the image, an initrd that holds the image → its root",
    },
  ],
  drives: [
    {
      ...{ id: "images-memtest-bios", image: "memtest86plus", firmware: "bios", memory: 128 },
      boots: "Debian's memtest86+ image: its program from inside the image, as a kernel",
      until: MEMTEST,
      root: "EFI/BOOT/BOOTX64.EFI",
    },
    {
      ...{ id: "images-memtest-uefi", image: "memtest86plus", firmware: "uefi", memory: MEMTEST_MEMORY },
      boots: "Debian's memtest86+ image: its UEFI program from inside the image",
      until: MEMTEST,
      root: "EFI/BOOT/BOOTX64.EFI",
    },
    {
      ...{ id: "images-grub-rescue-bios", image: "grub-rescue-cdrom", firmware: "bios", memory: 128 },
      boots: "Debian's GRUB rescue image, by memdisk → its GRUB",
      until: /GNU GRUB +version \d+\.\d+/,
      root: "iso",
    },
    {
      ...{ id: "images-ipxe-uefi", image: "ipxe", firmware: "uefi", memory: 576 },
      boots: "Debian's ipxe.iso, by `sanboot` → the iPXE on it",
      first: /Booting from SAN device/,
      until: /iPXE 1\.0\.0\+git\S*/,
      root: "iso",
    },
  ],
} as const satisfies Readonly<Record<string, readonly ImageBoot[]>>;

export type ImageBootKind = keyof typeof IMAGE_BOOTS;

const MACHINES = { bios: "SeaBIOS, iPXE ROM, virtio-net", uefi: "OVMF, virtio-net, snponly.efi" } as const;

export function imageRow({ id, boots, firmware, memory }: ImageBoot): BootRow {
  return { id, section: "Disc images", machine: `${MACHINES[firmware]}, ${memory} MiB`, boots };
}
