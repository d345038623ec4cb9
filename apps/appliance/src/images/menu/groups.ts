/** The headings of the menu, in order, and the families of boot-image below each. */
export const menuGroups: readonly (readonly [title: string, families: readonly string[]])[] = [
  ["Debian and its relatives", ["debian-live", "debian-live-modules", "debian-installer", "lmde", "grml", "tails"]],
  ["Ubuntu and its relatives", ["casper", "ubuntu-server"]],
  ["Fedora, RHEL and their relatives", ["dracut-live", "anaconda", "anaconda-repository", "coreos"]],
  ["openSUSE", ["agama", "yast"]],
  ["Arch Linux and its relatives", ["archiso", "manjaro"]],
  ["Other Linux systems", ["alpine", "gentoo", "nixos", "void", "initrd-only"]],
  ["Servers and appliances", ["proxmox", "truenas", "esxi"]],
  ["Windows", ["windows"]],
  ["BSD", ["freebsd"]],
  ["Tools", ["clonezilla", "gparted", "systemrescue", "memtest86plus"]],
  ["Other images", ["small-bios", "unknown"]],
];

/** The heading of images that are not ready. */
export const notReady = "Not ready";

const places: ReadonlyMap<string, number> = new Map(
  menuGroups.flatMap(([, families], place) => families.map((family) => [family, place] as const)),
);

/** The place of a family among the headings; the last for one that has none. */
export function groupPlace(family: string): number {
  return places.get(family) ?? menuGroups.length - 1;
}
