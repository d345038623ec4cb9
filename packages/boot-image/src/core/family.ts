/** How a system of an image is started over the network. */
export type BootWay =
  /** Kernel and initrd from the image; the initrd fetches the rest by HTTP. */
  | "http"
  /** Kernel and initrd, and nothing else: the whole system is in the initrd. */
  | "initrd"
  /** The image, or a part of it, is added to the initrd as a file. */
  | "file-in-initrd"
  /** Its own boot loader, with a configuration that names the server: ESXi. */
  | "boot-loader"
  /** wimboot puts boot.wim into memory: Windows. */
  | "wimboot"
  /** The image as a drive in memory or by HTTP: memdisk, sanboot, UEFI HTTP Boot. */
  | "drive"
  /** Not over the network. `cannot` says why. */
  | "none";

/** Marks of a system in an image. Paths may have `*` for any part of a name; case does not matter. */
export interface FamilyMarks {
  /** Each of these exists. */
  readonly all?: readonly string[];
  /** One of these exists. */
  readonly any?: readonly string[];
  /** None of these exists. */
  readonly none?: readonly string[];
  /** Of the volume. */
  readonly label?: RegExp;
  readonly systemId?: RegExp;
  /** A file has text that matches. */
  readonly text?: readonly [path: string, pattern: RegExp];
  /** A word of a kernel's command line in the image's own menus. */
  readonly word?: RegExp;
  /** Firmware for which there must not be a boot entry. */
  readonly without?: "efi";
  /** Bytes that the image has at most. */
  readonly atMost?: number;
}

/** What of the command line of the image's own menu is changed. */
export interface ArgumentChanges {
  /** Words that name the medium and go: a pattern for the whole word. */
  readonly drop?: RegExp;
  /** Words that name the medium, and what comes in their place. */
  readonly replace?: readonly (readonly [pattern: RegExp, by: string])[];
  /**
   * Words that must be there. One with `=` replaces nothing: it is added where no word begins with the same key. `{tree}` is the URL
   * below which the files of the image are, `{image}` that of the image itself, `{root}` the path of the family's `root`.
   */
  readonly add?: string;
}

/** One system, or several that boot alike. */
export interface Family {
  readonly id: string;
  /** For people. */
  readonly systems: string;
  readonly marks: FamilyMarks;
  readonly way: BootWay;
  /** Where kernel and initrds are if the image has no menu with this system; the first that exists. */
  readonly kernels?: readonly string[];
  readonly initrds?: readonly string[];
  /** The file from which the system runs; the first that exists. */
  readonly roots?: readonly string[];
  readonly arguments?: ArgumentChanges;
  /** Where the file in the initrd is expected, and whether it is the image or its root. */
  readonly inInitrd?: { readonly path: string; readonly what: "image" | "root" };
  /** Memory: so many times the root or the image, and so many MiB besides. Kernel and initrd are counted always. */
  readonly memory?: { readonly of: "root" | "image" | "nothing"; readonly times: number; readonly more: number };
  /** What it cannot do and why, or what it needs besides. */
  readonly limits?: string;
}
