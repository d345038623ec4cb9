import type { ArgumentChanges, Family } from "./family.ts";

/** live-boot of Debian: its `fetch=` has no DNS, and takes what ends in iso, squashfs, tgz or tar. */
const live: ArgumentChanges = {
  drop: /^(fetch|httpfs|ftpfs|findiso|fromiso|live-media|netboot|nfsroot|iso-scan\/filename)=/,
  add: "boot=live fetch={tree}/{root}",
};
const liveKernels = ["live/vmlinuz", "live/vmlinuz*"];
const liveInitrds = ["live/initrd.img", "live/initrd*"];
const liveRoots = ["live/filesystem.squashfs", "live/*.squashfs"];

const casper: ArgumentChanges = {
  drop: /^(url|iso-url|netboot|nfsroot|iso-scan\/filename|fromiso)=/,
  add: "boot=casper ip=dhcp url={image}",
};
const casperKernels = ["casper/vmlinuz", "casper/vmlinuz.efi", "casper*/vmlinuz*"];
const casperInitrds = ["casper/initrd", "casper/initrd.lz", "casper/initrd.gz", "casper*/initrd*"];
const casperRoots = ["casper/filesystem.squashfs", "casper*/*.squashfs"];

/** Debian and its relatives. The first row whose marks are there counts. */
export const debianFamilies: readonly Family[] = [
  {
    id: "tails",
    systems: "Tails",
    marks: { all: ["live/Tails.module"] },
    way: "none",
    limits: "its initrd looks for its medium on disks only; it would need the image and a changed script in the initrd",
  },
  {
    id: "grml",
    systems: "grml",
    marks: { all: ["live/grml*/*.squashfs"] },
    way: "http",
    kernels: ["boot/grml*/vmlinuz"],
    initrds: ["boot/grml*/initrd.img"],
    roots: ["live/grml*/*.squashfs"],
    arguments: live,
    memory: { of: "root", times: 1, more: 1024 },
  },
  {
    id: "clonezilla",
    systems: "Clonezilla live",
    marks: { all: ["Clonezilla-Live-Version"] },
    way: "http",
    kernels: liveKernels,
    initrds: liveInitrds,
    roots: liveRoots,
    arguments: { ...live, add: `${live.add} union=overlay username=user config components noswap` },
    memory: { of: "root", times: 1, more: 1024 },
  },
  {
    id: "gparted",
    systems: "GParted Live",
    marks: { all: ["GParted-Live-Version"] },
    way: "http",
    kernels: liveKernels,
    initrds: liveInitrds,
    roots: liveRoots,
    arguments: { ...live, add: `${live.add} union=overlay username=user config components noswap` },
    memory: { of: "root", times: 1, more: 512 },
  },
  {
    id: "debian-live-modules",
    systems: "Debian live systems with several squashfs files",
    marks: { all: ["live/filesystem.module"], any: ["live/*.squashfs"] },
    way: "http",
    kernels: liveKernels,
    initrds: liveInitrds,
    roots: liveRoots,
    // One URL is all that `fetch=` takes: of several files, the image that holds them.
    arguments: { ...live, add: "boot=live fetch={image}" },
    memory: { of: "image", times: 1, more: 1024 },
  },
  {
    id: "debian-live",
    systems: "Debian live, Kali, Parrot, Devuan, Sparky, PureOS, VyOS, LMDE",
    marks: { any: ["live/*.squashfs"] },
    way: "http",
    kernels: liveKernels,
    initrds: liveInitrds,
    roots: liveRoots,
    arguments: live,
    memory: { of: "root", times: 1, more: 1024 },
  },
  {
    id: "lmde",
    systems: "LMDE, with live-boot in a folder of casper",
    marks: { any: ["casper/*.squashfs"], word: /^boot=live$/ },
    way: "http",
    kernels: casperKernels,
    initrds: casperInitrds,
    roots: casperRoots,
    arguments: live,
    memory: { of: "root", times: 1, more: 1024 },
  },
  {
    id: "ubuntu-server",
    systems: "Ubuntu Server",
    marks: { any: ["casper*/vmlinuz*"], text: [".disk/info", /^Ubuntu-Server/] },
    way: "http",
    kernels: casperKernels,
    initrds: casperInitrds,
    roots: casperRoots,
    arguments: { drop: casper.drop ?? /^$/, add: "ip=dhcp url={image} cloud-config-url=/dev/null" },
    memory: { of: "image", times: 2, more: 0 },
    limits: "fetches the whole image into memory; its URL must end in .iso",
  },
  {
    id: "casper",
    systems: "Ubuntu and its flavours, Linux Mint, Pop!_OS, elementary OS, Zorin OS, KDE neon, Rescuezilla",
    marks: { any: ["casper*/vmlinuz*"] },
    way: "http",
    kernels: casperKernels,
    initrds: casperInitrds,
    roots: casperRoots,
    arguments: casper,
    // A tmpfs of half the memory has to hold the image.
    memory: { of: "image", times: 2, more: 512 },
    limits: "fetches the whole image into memory; its URL must end in .iso",
  },
  {
    id: "debian-installer",
    systems: "Debian netinst, CD and DVD",
    marks: {
      text: [".disk/info", /^Debian GNU\/Linux/],
      any: ["install.*/vmlinuz", "install/vmlinuz"],
      none: ["live"],
    },
    way: "none",
    limits:
      "the initrd of the disc has no network; use kernel and initrd of the netboot installer, with the image as its mirror",
  },
];
