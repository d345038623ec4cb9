import type { BootWay, ImageFaultCode } from "@bootlace/boot-image";
import type { NotServedReason } from "@bootlace/boot-source";

/** The folder below the root in which disc images are, and below which their files and menus are served. */
export const imagesFolder = "images";

/** What can be started from an image. */
export interface ImageEntryRow {
  /** Unique in the image, of letters, digits and `-`: for `image: NAME/ENTRY` and for URLs. */
  readonly id: string;
  readonly title: string;
  /** Paths in the image, without a slash in front. */
  readonly kernel: string;
  readonly initrds: readonly string[];
  /** The kernel's command line; `{tree}` is the URL below which the files of the image are, `{image}` that of the image itself. */
  readonly arguments: string;
  readonly isDefault: boolean;
}

/** What is in an image and how it boots. */
export interface ImageSystem {
  /** The row of the table of boot-image. */
  readonly family: string;
  /** For people: the systems of that row. */
  readonly systems: string;
  /** What the image calls itself. */
  readonly title: string;
  readonly way: BootWay;
  /** The default entry first. Empty unless the way has a kernel. */
  readonly entries: readonly ImageEntryRow[];
  /** The path in the image of the file from which the system runs. */
  readonly root?: string;
  /** Where the image or its root is expected in the initrd, for the way `file-in-initrd`. */
  readonly inInitrd?: { readonly path: string; readonly what: "image" | "root" };
  /** Bytes of memory that a machine needs, as a rule of thumb. */
  readonly memory?: number;
  /** What it cannot do and why, or what it needs besides. */
  readonly limits?: string;
  /** Firmware for which the image has a boot entry of its own. */
  readonly bios: boolean;
  readonly uefi: boolean;
  /** `EFI/BOOT/BOOTX64.EFI` and its kin that are in the image, by the architecture's code of option 93. */
  readonly efiPrograms: ReadonlyMap<number, string>;
}

interface ImageFile {
  /** Unique among the images, of letters, digits, `.`, `_` and `-`: from the file's name, without its extension. */
  readonly id: string;
  /** Absolute path. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Unix time in milliseconds. */
  readonly modified: number;
}

/** Why an image cannot be used: what is wrong in it, or why its file is not served. */
export interface ImageProblem {
  readonly code: ImageFaultCode | NotServedReason;
  /** Byte of the image; 0 where no byte is to blame. */
  readonly offset: number;
  /** For people: `truncated, 1.2 of 3.9 GB`. */
  readonly detail: string;
}

/** A disc image of the images folder, as it stands. */
export type ImageRow = ImageFile &
  (
    | { readonly state: "copying" }
    | { readonly state: "faulty"; readonly fault: ImageProblem }
    | { readonly state: "ready"; readonly system: ImageSystem }
  );

/** What the config says of one image. */
export interface ImageSettings {
  readonly title?: string | undefined;
  readonly hidden?: boolean | undefined;
  /** Words that are added to the command line of each entry. */
  readonly arguments?: string | undefined;
}

/** All images, and what the config says of them by id. */
export interface ImagesSnapshot {
  readonly rows: readonly ImageRow[];
  readonly settings: ReadonlyMap<string, ImageSettings>;
}

/** An image or one of its entries, as a rule names it: `debian-live` or `debian-live/rescue`. */
export interface ImageChoice {
  readonly id: string;
  readonly entry?: string;
}

/** Names below the root under which the files of images are served, by HTTP and TFTP. */
export const imageNames = {
  /** The menu of all images, as an iPXE script, for GRUB and for PXELINUX. */
  menu: {
    ipxe: `${imagesFolder}/menu.ipxe`,
    grub: `${imagesFolder}/menu.grub`,
    pxelinux: `${imagesFolder}/menu.pxelinux`,
  },
  /** The images as items for the menu of another iPXE script. */
  items: `${imagesFolder}/items.ipxe`,
  /** An iPXE script that starts the image, or one of its entries. */
  script: ({ id, entry }: ImageChoice) => `${imagesFolder}/${id}${entry === undefined ? "" : `+${entry}`}.ipxe`,
  /** Below it are the files of the image. */
  tree: (id: string) => `${imagesFolder}/${id}`,
  /** The image itself. */
  whole: (id: string) => `${imagesFolder}/${id}.iso`,
  /** The initrd of an entry, composed of those of the image and what is added. */
  initrd: ({ id, entry }: Required<ImageChoice>) => `${imagesFolder}/${id}+${entry}.initrd`,
} as const;

/** Reads `NAME` or `NAME/ENTRY`; undefined for what cannot be one. */
export function readImageChoice(text: string): ImageChoice | undefined {
  const [, id, entry] = /^([A-Za-z0-9._-]+)(?:\/([A-Za-z0-9-]+))?$/.exec(text) ?? [];
  if (id === undefined || id === "." || id === "..") return undefined;
  return entry === undefined ? { id } : { id, entry };
}

/** Whether a name, or a URL, is that of the items which a menu takes in: they come back to the script that fetched them. */
export function isImageItems(name: string): boolean {
  return /(?:^|\/)images\/(?:menu\/[^/]*\/)?items\.ipxe$/i.test(name);
}
