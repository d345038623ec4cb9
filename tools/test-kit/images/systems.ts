import { makeFat } from "./fat.ts";
import type { IsoOptions } from "./iso.ts";
import type { Content } from "./tree.ts";

export const urls = { tree: "http://192.0.2.1:8069/images/x", image: "http://192.0.2.1:8069/images/x.iso" };
const { tree, image: whole } = urls;

/** Files that only need to exist. */
export const files = (...paths: readonly string[]): Content[] => paths.map((path) => ({ path, data: path }));

export function grub(title: string, kernel: string, line: string, ...initrds: readonly string[]): Content {
  const data = `menuentry "${title}" {\n  linux ${kernel} ${line}\n  initrd ${initrds.join(" ")}\n}\n`;
  return { path: "boot/grub/grub.cfg", data };
}

export interface SystemImage {
  readonly id: string;
  readonly contents: readonly Content[];
  readonly options?: IsoOptions;
  /** The kernel and the arguments of the first entry, filled in. */
  readonly kernel?: string;
  readonly line?: string;
}

/** What images of the systems have, as far as they are recognised by it. */
export const systemImages: readonly SystemImage[] = [
  { id: "tails", contents: files("live/Tails.module", "live/filesystem.squashfs", "live/vmlinuz", "live/initrd.img") },
  {
    id: "grml",
    contents: files("live/grml-full/grml.squashfs", "boot/grmlfull/vmlinuz", "boot/grmlfull/initrd.img"),
    kernel: "boot/grmlfull/vmlinuz",
    line: `boot=live fetch=${tree}/live/grml-full/grml.squashfs`,
  },
  {
    id: "clonezilla",
    contents: [
      ...files("Clonezilla-Live-Version", "live/filesystem.squashfs", "live/vmlinuz", "live/initrd.img"),
      grub(
        "Clonezilla",
        "/live/vmlinuz",
        'boot=live union=overlay ocs_live_run="ocs-live-general"',
        "/live/initrd.img",
      ),
    ],
    kernel: "live/vmlinuz",
    line: `boot=live union=overlay ocs_live_run=ocs-live-general fetch=${tree}/live/filesystem.squashfs username=user config components noswap`,
  },
  {
    id: "gparted",
    contents: files("GParted-Live-Version", "live/filesystem.squashfs", "live/vmlinuz", "live/initrd.img"),
    kernel: "live/vmlinuz",
    line: `boot=live fetch=${tree}/live/filesystem.squashfs union=overlay username=user config components noswap`,
  },
  {
    id: "debian-live-modules",
    contents: files("live/filesystem.module", "live/a.squashfs", "live/b.squashfs", "live/vmlinuz", "live/initrd.img"),
    kernel: "live/vmlinuz",
    line: `boot=live fetch=${whole}`,
  },
  {
    id: "debian-live",
    contents: [
      ...files(
        "live/filesystem.squashfs",
        "live/vmlinuz-6.1.0",
        "live/initrd.img-6.1.0",
        "install/vmlinuz",
        "install/initrd.gz",
      ),
      {
        path: "boot/grub/grub.cfg",
        data: `menuentry "Installer" {\n linux /install/vmlinuz vga=788 --- quiet\n initrd /install/initrd.gz\n}\n
menuentry "Live" {\n linux /live/vmlinuz-6.1.0 boot=live components findiso=\${iso_path}\n initrd /live/initrd.img-6.1.0\n}\n`,
      },
    ],
    kernel: "live/vmlinuz-6.1.0",
    line: `boot=live components fetch=${tree}/live/filesystem.squashfs`,
  },
  {
    id: "lmde",
    contents: [
      ...files("casper/filesystem.squashfs", "casper/vmlinuz", "casper/initrd.lz"),
      grub("LMDE", "/casper/vmlinuz", "boot=live live-media-path=/casper config", "/casper/initrd.lz"),
    ],
    kernel: "casper/vmlinuz",
    line: `boot=live live-media-path=/casper config fetch=${tree}/casper/filesystem.squashfs`,
  },
  {
    id: "ubuntu-server",
    contents: [
      ...files("casper/filesystem.squashfs", "casper/vmlinuz", "casper/initrd"),
      { path: ".disk/info", data: 'Ubuntu-Server 24.04 LTS "Noble Numbat"\n' },
      grub("Install", "/casper/vmlinuz", "--- quiet", "/casper/initrd"),
    ],
    kernel: "casper/vmlinuz",
    line: `ip=dhcp url=${whole} cloud-config-url=/dev/null --- quiet`,
  },
  {
    id: "casper",
    contents: [
      ...files("casper/filesystem.squashfs", "casper/vmlinuz", "casper/initrd"),
      { path: ".disk/info", data: 'Ubuntu 24.04 LTS "Noble Numbat"\n' },
      grub("Try Ubuntu", "/casper/vmlinuz", "iso-scan/filename=$iso_path --- quiet splash", "/casper/initrd"),
    ],
    kernel: "casper/vmlinuz",
    line: `boot=casper ip=dhcp url=${whole} --- quiet splash`,
  },
  {
    id: "debian-installer",
    contents: [
      ...files("install.amd/vmlinuz", "install.amd/initrd.gz"),
      { path: ".disk/info", data: 'Debian GNU/Linux 12.0 "Bookworm" - amd64 NETINST\n' },
    ],
  },
  {
    id: "coreos",
    contents: files(
      "coreos/features.json",
      "images/pxeboot/rootfs.img",
      "images/pxeboot/vmlinuz",
      "images/pxeboot/initrd.img",
    ),
    kernel: "images/pxeboot/vmlinuz",
    line: `coreos.live.rootfs_url=${tree}/images/pxeboot/rootfs.img ip=dhcp rd.neednet=1`,
  },
  {
    id: "agama",
    contents: files("LiveOS/squashfs.img", "boot/x86_64/loader/linux", "boot/x86_64/loader/initrd"),
    options: { label: "Install-Leap-16" },
    kernel: "boot/x86_64/loader/linux",
    line: `root=live:${whole} ip=dhcp rd.neednet=1`,
  },
  {
    id: "void",
    contents: files("LiveOS/squashfs.img", "boot/vmlinuz", "boot/initrd"),
    kernel: "boot/vmlinuz",
    line: `root=live:${tree}/LiveOS/squashfs.img init=/sbin/init ro rd.luks=0 rd.md=0 rd.dm=0 ip=dhcp`,
  },
  {
    id: "dracut-live",
    contents: [
      ...files("LiveOS/squashfs.img", "boot/x86_64/loader/linux", "boot/x86_64/loader/initrd"),
      {
        path: "boot/grub2/grub.cfg",
        data: `menuentry 'Test this media & start' {\n linux ($root)/boot/x86_64/loader/linux root=live:CDLABEL=F-42 rd.live.image rd.live.check quiet\n initrd ($root)/boot/x86_64/loader/initrd\n}
menuentry 'Start Fedora' {\n linux ($root)/boot/x86_64/loader/linux root=live:CDLABEL=F-42 rd.live.image quiet\n initrd ($root)/boot/x86_64/loader/initrd\n}\n`,
      },
    ],
    kernel: "boot/x86_64/loader/linux",
    line: `root=live:${tree}/LiveOS/squashfs.img rd.live.image quiet ip=dhcp rd.neednet=1`,
  },
  {
    id: "anaconda-repository",
    contents: [
      ...files(
        ".treeinfo",
        "images/install.img",
        "images/pxeboot/vmlinuz",
        "images/pxeboot/initrd.img",
        "BaseOS/repodata/repomd.xml",
      ),
      grub("Install", "/images/pxeboot/vmlinuz", "inst.stage2=hd:LABEL=RHEL quiet", "/images/pxeboot/initrd.img"),
    ],
    kernel: "images/pxeboot/vmlinuz",
    line: `quiet inst.repo=${tree} ip=dhcp`,
  },
  {
    id: "anaconda",
    contents: [
      ...files(".treeinfo", "images/install.img", "images/pxeboot/vmlinuz", "images/pxeboot/initrd.img"),
      grub(
        "Rescue",
        "/images/pxeboot/vmlinuz",
        "inst.stage2=hd:LABEL=Fedora inst.rescue",
        "/images/pxeboot/initrd.img",
      ),
    ],
    kernel: "images/pxeboot/vmlinuz",
    line: `inst.rescue inst.stage2=${tree} ip=dhcp`,
  },
  {
    id: "yast",
    contents: files("media.1/media", "boot/x86_64/loader/linux", "boot/x86_64/loader/initrd"),
    kernel: "boot/x86_64/loader/linux",
    line: `install=${tree}/ netsetup=dhcp`,
  },
  {
    id: "systemrescue",
    contents: [
      ...files("sysresccd/boot/x86_64/vmlinuz", "sysresccd/boot/x86_64/sysresccd.img", "sysresccd/x86_64/airootfs.sfs"),
      grub(
        "SystemRescue",
        "/sysresccd/boot/x86_64/vmlinuz",
        "archisobasedir=sysresccd archisolabel=RESCUE1100 iomem=relaxed",
        "/sysresccd/boot/x86_64/sysresccd.img",
      ),
    ],
    kernel: "sysresccd/boot/x86_64/vmlinuz",
    line: `archisobasedir=sysresccd iomem=relaxed archiso_http_srv=${tree}/ ip=dhcp`,
  },
  {
    id: "manjaro",
    contents: files(".miso", "manjaro/x86_64/rootfs.sfs", "boot/vmlinuz-x86_64", "boot/initramfs-x86_64.img"),
    kernel: "boot/vmlinuz-x86_64",
    line: `misobasedir=manjaro miso_http_srv=${tree}/ ip=dhcp`,
  },
  {
    id: "archiso",
    contents: files(
      "arch/boot/x86_64/vmlinuz-linux",
      "arch/boot/x86_64/initramfs-linux.img",
      "arch/x86_64/airootfs.erofs",
    ),
    kernel: "arch/boot/x86_64/vmlinuz-linux",
    line: `archisobasedir=arch archiso_http_srv=${tree}/ ip=dhcp`,
  },
  {
    id: "alpine",
    contents: [
      ...files(
        ".alpine-release",
        "apks/.boot_repository",
        "boot/vmlinuz-lts",
        "boot/initramfs-lts",
        "boot/modloop-lts",
      ),
      grub("Linux lts", "/boot/vmlinuz-lts", "modules=loop,squashfs,sd-mod quiet", "/boot/initramfs-lts"),
    ],
    kernel: "boot/vmlinuz-lts",
    line: `modules=loop,squashfs,sd-mod quiet ip=dhcp alpine_repo=${tree}/apks modloop=${tree}/boot/modloop-lts`,
  },
  {
    id: "gentoo",
    contents: files("image.squashfs", "boot/gentoo", "boot/gentoo.igz"),
    kernel: "boot/gentoo",
    line: "root=/dev/ram0 loop=/image.squashfs looptype=squashfs cdroot=1 ip=dhcp",
  },
  {
    id: "proxmox",
    contents: [
      { path: ".cd-info", data: "PRODUCT='pve'\nRELEASE='8.2'\n" },
      ...files("boot/linux26", "boot/initrd.img"),
      grub("Install", "/boot/linux26", "ro ramdisk_size=16777216 rw quiet splash=silent", "/boot/initrd.img"),
    ],
    kernel: "boot/linux26",
    line: "ro ramdisk_size=16777216 rw quiet splash=silent",
  },
  { id: "nixos", contents: files("nix-store.squashfs", "boot/bzImage", "boot/initrd") },
  { id: "truenas", contents: files("TrueNAS-SCALE.update", "vmlinuz", "initrd.img") },
  {
    id: "esxi",
    contents: [
      { path: "boot.cfg", data: "bootstate=0\nkernel=/b.b00\nmodules=/jumpstrt.gz\n" },
      ...files("efi/boot/bootx64.efi", "b.b00"),
    ],
  },
  { id: "windows", contents: files("sources/boot.wim", "bootmgr") },
  {
    id: "memtest86plus",
    contents: files("boot/memtest.bin"),
    options: { label: "MT86PLUS_64" },
    kernel: "boot/memtest.bin",
    line: "",
  },
  {
    id: "initrd-only",
    contents: [
      ...files("boot/core.gz", "boot/vmlinuz"),
      {
        path: "boot/isolinux/isolinux.cfg",
        data: "label mc\nkernel /boot/vmlinuz\ninitrd /boot/core.gz\nappend loglevel=3\n",
      },
    ],
    kernel: "boot/vmlinuz",
    line: "loglevel=3",
  },
  { id: "small-bios", contents: files("ISOLINUX.BIN"), options: { bios: "ISOLINUX.BIN" } },
  {
    id: "unknown",
    contents: [...files("x"), { path: "efi.img", data: makeFat(files("EFI/BOOT/BOOTX64.EFI")) }],
    options: { efi: "efi.img" },
  },
];
