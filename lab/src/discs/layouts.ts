import type { ImageFile, ImageLayout } from "./make-image.ts";

// The lab reads the serial line: the distributions' own menus have no such word.
const CONSOLE = "console=tty0 console=ttyS0,115200";

/** `quiet` is left out where it would hide what a person wants to see when a boot fails. */
function grubMenu(title: string, kernel: string, initrd: string, words: string): ImageFile {
  return {
    text: `set default=0
set timeout=5
if loadfont unicode ; then
  set gfxmode=auto
fi
menuentry "${title}" --class linux {
  search --no-floppy --set=root --file /.disk/info
  linux /${kernel} ${words} ${CONSOLE}
  initrd /${initrd}
}
submenu "More" {
  menuentry "${title} (safe mode)" {
    linux /${kernel} ${words} ${CONSOLE} memtest nomodeset noapic
    initrd /${initrd}
  }
}
`,
  };
}

function isolinuxMenu(title: string, kernel: string, initrd: string, words: string): ImageFile {
  const text = `UI vesamenu.c32
DEFAULT live
LABEL live
  MENU LABEL ^${title}
  LINUX /${kernel}
  INITRD /${initrd}
  APPEND ${words} ${CONSOLE}
`;
  return { text };
}

const KERNEL: ImageFile = { piece: "liveKernel" };
const ROOT: ImageFile = { piece: "liveRoot" };
/** The same, as a file system in a squashfs: dracut 059 mounts a root that is a squashfs itself before it has made what it mounts. */
const NESTED: ImageFile = { piece: "liveNested" };

interface LiveBoot {
  /** Behind the names of kernel and initrd. */
  readonly version?: string;
  readonly words: string;
  /** Words that only GRUB's menu has. */
  readonly ofGrub?: string;
  readonly files?: ImageLayout["files"];
}

/** A system of live-boot: with a kernel, an initrd and a squashfs in `live`, as Debian and its relatives have them. */
function liveBoot(
  label: string,
  title: string,
  { version = "", words, ofGrub = "", files = {} }: LiveBoot,
): ImageLayout {
  const kernel = `live/vmlinuz${version}`;
  const initrd = `live/initrd.img${version}`;
  return {
    label,
    files: {
      [kernel]: KERNEL,
      [initrd]: { piece: "liveInitrd" },
      "live/filesystem.squashfs": ROOT,
      "boot/grub/grub.cfg": grubMenu(title, kernel, initrd, `${words} ${ofGrub}`.trim()),
      "isolinux/isolinux.cfg": isolinuxMenu(title, kernel, initrd, words),
      ...files,
    },
  };
}

export const debianLive = liveBoot("d-live 12.11.0 st amd64", "Live system (amd64)", {
  version: "-6.1.0-50-amd64",
  words: "boot=live components splash quiet",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of GRUB
  ofGrub: "findiso=${iso_path}",
  files: { ".disk/info": { text: "Debian GNU/Linux 12.11.0 Bookworm - Live amd64, made by the lab\n" } },
});

export const kali = liveBoot("Kali Live", "Live system", {
  version: "-6.12.0-amd64",
  words: "boot=live components quiet splash noeject",
  files: { ".disk/info": { text: "Kali GNU/Linux 2025.2, made by the lab\n" } },
});

/** Options of the kernel as the boot menus of Clonezilla and GParted Live have them. */
const OF_CLONEZILLA =
  'boot=live union=overlay username=user config components quiet loglevel=0 noswap edd=on nomodeset enforcing=0 noeject locales= keyboard-layouts= ocs_live_run="ocs-live-general" ocs_live_extra_param="" ocs_live_batch="no" vga=788 net.ifnames=0 splash';

export const clonezilla = liveBoot("CLONEZILLA", "Clonezilla live (VGA 800x600)", {
  words: OF_CLONEZILLA,
  files: { "Clonezilla-Live-Version": { text: "clonezilla-live-3.2.2, made by the lab\n" } },
});

export const gparted = liveBoot("GPARTED-LIVE", "GParted Live (Default settings)", {
  words:
    "boot=live union=overlay username=user config components quiet noswap noeject vga=788 toram=filesystem.squashfs",
  files: { "GParted-Live-Version": { text: "gparted-live-1.7.0, made by the lab\n" } },
});

/** Two squashfs files, the second over the first: one URL of a squashfs would bring only one of them. */
export function liveModules(second: string): ImageLayout {
  return liveBoot("D-LIVE MODULES", "Live system of two modules", {
    words: "boot=live components quiet",
    files: {
      "live/filesystem.module": { text: "filesystem.squashfs second.squashfs\n" },
      "live/second.squashfs": { path: second },
    },
  });
}

interface DracutLive {
  readonly kernel: string;
  readonly initrd: string;
  /** Where GRUB's menu is. */
  readonly menu: string;
  readonly words?: string;
}

/** A system of dracut's dmsquash-live. */
function dracutLive(label: string, title: string, { kernel, initrd, menu, words = "" }: DracutLive): ImageLayout {
  const line = `root=live:CDLABEL=${label} rd.live.image ${words}`.trim();
  return {
    label,
    files: {
      [kernel]: KERNEL,
      [initrd]: { piece: "liveDracut" },
      "LiveOS/squashfs.img": NESTED,
      [menu]: grubMenu(title, kernel, initrd, line),
    },
  };
}

/** Fedora Workstation up to 41. */
export const fedora = dracutLive("Fedora-WS-Live-41-1-4", "Start Fedora-Workstation-Live 41", {
  kernel: "images/pxeboot/vmlinuz",
  initrd: "images/pxeboot/initrd.img",
  menu: "EFI/BOOT/grub.cfg",
  words: "quiet rhgb",
});

/** Fedora from 42 on, made by kiwi. */
export const fedoraKiwi = dracutLive("Fedora-WS-Live-42", "Fedora-Workstation-Live 42", {
  kernel: "boot/x86_64/loader/linux",
  initrd: "boot/x86_64/loader/initrd",
  menu: "boot/grub2/grub.cfg",
  words: "quiet",
});

export const voidLinux = dracutLive("VOID_LIVE", "Void Linux 6.12 (x86_64)", {
  kernel: "boot/vmlinuz",
  initrd: "boot/initrd",
  menu: "boot/grub/grub.cfg",
  words: "init=/sbin/init ro rd.luks=0 rd.md=0 rd.dm=0 loglevel=4 vconsole.unicode=1",
});

/** An installer with Agama: its whole image is the root. */
export const agama = dracutLive("Install-Leap-16.0-x86_64", "Install Leap 16.0", {
  kernel: "boot/x86_64/loader/linux",
  initrd: "boot/x86_64/loader/initrd",
  menu: "boot/grub2/grub.cfg",
});

/** What an imitated system needs: an initrd that does no more than its fetch and mount steps, and a root of a few kilobytes. */
export interface Imitation {
  readonly initrd: string;
  readonly root: string;
}

const imitated = ({ initrd }: Imitation, kernelPath: string, initrdPath: string): ImageLayout["files"] => ({
  [kernelPath]: KERNEL,
  [initrdPath]: { path: initrd },
});

export function archiso(made: Imitation, sha512: string): ImageLayout {
  const [kernel, initrd] = ["arch/boot/x86_64/vmlinuz-linux", "arch/boot/x86_64/initramfs-linux.img"];
  return {
    label: "ARCH_202511",
    files: {
      ...imitated(made, kernel, initrd),
      "arch/x86_64/airootfs.sfs": { path: made.root },
      "arch/x86_64/airootfs.sha512": { text: `${sha512}  airootfs.sfs\n` },
      "loader/entries/01-archiso-linux.conf": {
        text: `title    Arch Linux install medium (x86_64, UEFI)
sort-key 01
linux    /${kernel}
initrd   /${initrd}
options  archisobasedir=arch archisosearchuuid=2025-11-01-10-00-00-00 checksum=y ${CONSOLE}
`,
      },
    },
  };
}

export function casper(made: Imitation): ImageLayout {
  const [kernel, initrd] = ["casper/vmlinuz", "casper/initrd"];
  return {
    label: "Ubuntu 24.04 LTS amd64",
    files: {
      ...imitated(made, kernel, initrd),
      "casper/filesystem.squashfs": { path: made.root },
      ".disk/info": { text: 'Ubuntu 24.04 LTS "Noble Numbat", imitated by the lab\n' },
      "boot/grub/grub.cfg": grubMenu("Try or Install Ubuntu", kernel, initrd, "--- quiet splash"),
    },
  };
}

export function alpine(made: Imitation): ImageLayout {
  const [kernel, initrd] = ["boot/vmlinuz-lts", "boot/initramfs-lts"];
  return {
    label: "alpine-std 3.22.0 x86_64",
    files: {
      ...imitated(made, kernel, initrd),
      "boot/modloop-lts": { path: made.root },
      "apks/.boot_repository": { text: "" },
      "apks/x86_64/APKINDEX.tar.gz": { text: "an index\n" },
      ".alpine-release": { text: "alpine-std 3.22.0\n" },
      "boot/grub/grub.cfg": grubMenu("Linux lts", kernel, initrd, "modules=loop,squashfs,sd-mod,usb-storage quiet"),
    },
  };
}

export function proxmox(made: Imitation): ImageLayout {
  const [kernel, initrd] = ["boot/linux26", "boot/initrd.img"];
  return {
    label: "PVE",
    files: {
      ...imitated(made, kernel, initrd),
      "pve-base.squashfs": { path: made.root },
      ".cd-info": { text: "PRODUCT='pve'\nRELEASE='9.0'\n" },
      "boot/grub/grub.cfg": grubMenu(
        "Install Proxmox VE (Graphical)",
        kernel,
        initrd,
        "ro ramdisk_size=16777216 rw quiet splash=silent",
      ),
    },
  };
}

/** The installation image of RHEL and its relatives. */
export function anaconda(made: Imitation): ImageLayout {
  const [kernel, initrd] = ["images/pxeboot/vmlinuz", "images/pxeboot/initrd.img"];
  return {
    label: "AlmaLinux-9-6-x86_64-dvd",
    files: {
      ...imitated(made, kernel, initrd),
      "images/install.img": { path: made.root },
      ".treeinfo": { text: "[general]\nfamily = AlmaLinux\nversion = 9.6\n[stage2]\nmainimage = images/install.img\n" },
      ".discinfo": { text: "1747000000.0\n9.6\nx86_64\n" },
      "EFI/BOOT/grub.cfg": grubMenu(
        "Install AlmaLinux 9.6",
        kernel,
        initrd,
        "inst.stage2=hd:LABEL=AlmaLinux-9-6-x86_64-dvd quiet",
      ),
    },
  };
}
