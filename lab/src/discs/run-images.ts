import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Lab } from "../lab.ts";
import type { Host } from "../namespaces.ts";
import { locate, type PieceName } from "../packages.ts";
import { type Method, makeImitation, makeSquashfs } from "./imitation.ts";
import * as layouts from "./layouts.ts";
import { type ImageLayout, makeImage } from "./make-image.ts";

type Make = (lab: Lab, host: Host, target: string) => Promise<void>;

const ofLayout =
  (layout: ImageLayout): Make =>
  (lab, host, target) =>
    makeImage(lab, host, layout, target);

const ofImitation =
  (method: Method, layout: (made: layouts.Imitation, sha512: string) => ImageLayout): Make =>
  async (lab, host, target) => {
    const made = await makeImitation(lab, host, method, `${target}.parts`);
    await makeImage(lab, host, layout(made, made.sha512), target);
  };

const ofPackage =
  (piece: PieceName): Make =>
  async (_lab, _host, target) =>
    copyFileSync(locate(piece), target);

/** What the second squashfs of the image of modules changes: the line above the login. */
export const SECOND_MODULE = "SECOND MODULE OVER THE FIRST";

const ofModules: Make = async (lab, host, target) => {
  const folder = `${target}.second`;
  mkdirSync(join(folder, "etc"), { recursive: true });
  writeFileSync(join(folder, "etc/issue"), `${SECOND_MODULE}\n\n`);
  await makeSquashfs(lab, host, folder, `${folder}.squashfs`);
  await makeImage(lab, host, layouts.liveModules(`${folder}.squashfs`), target);
};

const MAKERS = {
  "debian-live": ofLayout(layouts.debianLive),
  "kali-live": ofLayout(layouts.kali),
  clonezilla: ofLayout(layouts.clonezilla),
  "gparted-live": ofLayout(layouts.gparted),
  "live-modules": ofModules,
  "fedora-41": ofLayout(layouts.fedora),
  "fedora-42": ofLayout(layouts.fedoraKiwi),
  "void-live": ofLayout(layouts.voidLinux),
  agama: ofLayout(layouts.agama),
  archlinux: ofImitation("archiso", layouts.archiso),
  ubuntu: ofImitation("casper", layouts.casper),
  alpine: ofImitation("alpine", layouts.alpine),
  proxmox: ofImitation("proxmox", layouts.proxmox),
  almalinux: ofImitation("anaconda", layouts.anaconda),
  memtest86plus: ofPackage("memtestIso"),
  "grub-rescue-cdrom": ofPackage("grubRescueIso"),
  ipxe: ofPackage("ipxeIso"),
} as const satisfies Record<string, Make>;

export type ImageName = keyof typeof MAKERS;

const made = new Map<ImageName, Promise<string>>();

/** An image of this run: made when the first scenario asks for it, and gone with the folder of the run. */
export function runImage(lab: Lab, host: Host, name: ImageName): Promise<string> {
  const before = made.get(name);
  if (before !== undefined) return before;
  const folder = join(dirname(lab.folder), "images");
  mkdirSync(folder, { recursive: true });
  const target = join(folder, `${name}.iso`);
  const making = MAKERS[name](lab, host, target).then(() => target);
  made.set(name, making);
  return making;
}
