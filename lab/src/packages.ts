import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MissingPackage } from "./failure.ts";

/** A program or file that a Debian package brings. */
interface Piece {
  readonly path: string;
  readonly package: string;
}

/** Debian packages that are only unpacked, not installed: most refuse to stand beside each other as packages. */
export const UNPACKED = [
  "tftpd-hpa",
  "atftpd",
  "isc-dhcp-relay",
  "isc-dhcp-server",
  "kea-common",
  "kea-dhcp4-server",
  "nginx",
  "openrc",
  "libeinfo1",
  "librc1",
  "debian-installer-12-netboot-amd64",
  "debian-installer-12-netboot-arm64",
  "debian-installer-12-netboot-armhf",
  "debian-installer-12-netboot-i386",
  "grub-pc-bin",
  "grub-rescue-pc",
] as const;

/** Debian packages of the next release, which are only unpacked: this one has them too, older. */
export const LATER = ["ipxe", "memtest86+"] as const;

/** Debian packages that only scenarios that run by name need: `lab/install --bench` brings them. */
export const BENCH_ONLY = ["golang-go", "golang-github-insomniacslk-dhcp-dev"] as const;

/** Where `lab/install` unpacks them. */
const PEERS = fileURLToPath(new URL("../out/peers", import.meta.url));

/** Kernel, initrds and root of live systems, which `lab/install` makes of Debian packages. */
const LIVE = fileURLToPath(new URL("../out/live", import.meta.url));

/** Minimal Debian systems in folders, which `lab/install` makes with debootstrap. */
const ROOTS = fileURLToPath(new URL("../out/roots", import.meta.url));

/** A file of Debian's netboot tree for an architecture, and the package that brings it. */
function netboot<A extends "amd64" | "arm64" | "armhf" | "i386">(arch: A, file: string) {
  const name = `debian-installer-12-netboot-${arch}` as const;
  const path = `${PEERS}/${name}/usr/lib/debian-installer/images/12/${arch}/text/debian-installer/${arch}/${file}`;
  return { path, package: name };
}

const ARM64 = "/usr/aarch64-linux-gnu";

const PIECES = {
  ip: { path: "/usr/sbin/ip", package: "iproute2" },
  taskset: { path: "/usr/bin/taskset", package: "util-linux" },
  openrc: { path: `${PEERS}/openrc`, package: "openrc" },
  libeinfo: { path: `${PEERS}/libeinfo1`, package: "libeinfo1" },
  librc: { path: `${PEERS}/librc1`, package: "librc1" },
  nsenter: { path: "/usr/bin/nsenter", package: "util-linux" },
  systemd: { path: "/lib/systemd/systemd", package: "systemd" },
  script: { path: "/usr/bin/script", package: "bsdutils" },
  prlimit: { path: "/usr/bin/prlimit", package: "util-linux" },
  setpriv: { path: "/usr/bin/setpriv", package: "util-linux" },
  nft: { path: "/usr/sbin/nft", package: "nftables" },
  sysctl: { path: "/usr/sbin/sysctl", package: "procps" },
  cc: { path: "/usr/bin/cc", package: "gcc" },
  libc: { path: "/usr/include/stdio.h", package: "libc6-dev" },
  go: { path: "/usr/bin/go", package: "golang-go" },
  gopath: { path: "/usr/share/gocode", package: "golang-github-insomniacslk-dhcp-dev" },
  tcpdump: { path: "/usr/bin/tcpdump", package: "tcpdump" },
  dnsmasq: { path: "/usr/sbin/dnsmasq", package: "dnsmasq-base" },
  busybox: { path: "/usr/bin/busybox", package: "busybox-static" },
  tftp: { path: "/usr/bin/tftp", package: "tftp-hpa" },
  atftp: { path: "/usr/bin/atftp", package: "atftp" },
  curl: { path: "/usr/bin/curl", package: "curl" },
  qemuX64: { path: "/usr/bin/qemu-system-x86_64", package: "qemu-system-x86" },
  qemuArm64: { path: "/usr/bin/qemu-system-aarch64", package: "qemu-system-arm" },
  qemuArm: { path: "/usr/bin/qemu-system-arm", package: "qemu-system-arm" },
  qemuRiscv64: { path: "/usr/bin/qemu-system-riscv64", package: "qemu-system-misc" },
  opensbi: { path: "/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_jump.elf", package: "opensbi" },
  ubootArm64: { path: "/usr/lib/u-boot/qemu_arm64/u-boot.bin", package: "u-boot-qemu" },
  ubootArm: { path: "/usr/lib/u-boot/qemu_arm/u-boot.bin", package: "u-boot-qemu" },
  ubootRiscv64: { path: "/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin", package: "u-boot-qemu" },
  mkimage: { path: "/usr/bin/mkimage", package: "u-boot-tools" },
  ipxeRom: { path: "/usr/lib/ipxe/qemu/efi-e1000.rom", package: "ipxe-qemu" },
  ovmfCode: { path: "/usr/share/OVMF/OVMF_CODE_4M.fd", package: "ovmf" },
  ovmfVars: { path: "/usr/share/OVMF/OVMF_VARS_4M.fd", package: "ovmf" },
  ovmfSecureCode: { path: "/usr/share/OVMF/OVMF_CODE_4M.ms.fd", package: "ovmf" },
  ovmfSecureVars: { path: "/usr/share/OVMF/OVMF_VARS_4M.ms.fd", package: "ovmf" },
  ovmfIa32Code: { path: "/usr/share/OVMF/OVMF32_CODE_4M.secboot.fd", package: "ovmf-ia32" },
  ovmfIa32Vars: { path: "/usr/share/OVMF/OVMF32_VARS_4M.fd", package: "ovmf-ia32" },
  aavmfCode: { path: "/usr/share/AAVMF/AAVMF_CODE.fd", package: "qemu-efi-aarch64" },
  aavmfVars: { path: "/usr/share/AAVMF/AAVMF_VARS.fd", package: "qemu-efi-aarch64" },
  aavmf32Code: { path: "/usr/share/AAVMF/AAVMF32_CODE.fd", package: "qemu-efi-arm" },
  aavmf32Vars: { path: "/usr/share/AAVMF/AAVMF32_VARS.fd", package: "qemu-efi-arm" },
  nasm: { path: "/usr/bin/nasm", package: "nasm" },
  clang: { path: "/usr/bin/clang", package: "clang" },
  lld: { path: "/usr/bin/lld-link", package: "lld" },
  lpxelinux: { path: "/usr/lib/PXELINUX/lpxelinux.0", package: "pxelinux" },
  ipxeIso: { path: "/usr/lib/ipxe/ipxe.iso", package: "ipxe" },
  snponly: { path: "/usr/lib/ipxe/snponly.efi", package: "ipxe" },
  undionly: { path: "/usr/lib/ipxe/undionly.kpxe", package: "ipxe" },
  pxelinux: { path: "/usr/lib/PXELINUX/pxelinux.0", package: "pxelinux" },
  ldlinuxBios: { path: "/usr/lib/syslinux/modules/bios/ldlinux.c32", package: "syslinux-common" },
  menuBios: { path: "/usr/lib/syslinux/modules/bios/menu.c32", package: "syslinux-common" },
  libutilBios: { path: "/usr/lib/syslinux/modules/bios/libutil.c32", package: "syslinux-common" },
  syslinuxX64: { path: "/usr/lib/SYSLINUX.EFI/efi64/syslinux.efi", package: "syslinux-efi" },
  ldlinuxX64: { path: "/usr/lib/syslinux/modules/efi64/ldlinux.e64", package: "syslinux-common" },
  memtestBios: { path: "/boot/memtest86+x64.bin", package: "memtest86+" },
  memtestEfi: { path: "/boot/memtest86+x64.efi", package: "memtest86+" },
  shim: { path: "/usr/lib/shim/shimx64.efi.signed", package: "shim-signed" },
  grubNet: { path: "/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed", package: "grub-efi-amd64-signed" },
  /** The folder that a user makes the boot root: `pxelinux.0` and so on at its top, as links. */
  debianNetboot: netboot("amd64", "../.."),
  debianLinux: netboot("amd64", "linux"),
  debianInitrd: netboot("amd64", "initrd.gz"),
  arm64Shim: netboot("arm64", "bootnetaa64.efi"),
  arm64Grub: netboot("arm64", "grubaa64.efi"),
  arm64Linux: netboot("arm64", "linux"),
  armhfLinux: netboot("armhf", "vmlinuz"),
  armhfInitrd: netboot("armhf", "initrd.gz"),
  ia32Shim: netboot("i386", "bootnetia32.efi"),
  ia32Grub: netboot("i386", "grubia32.efi"),
  ia32Linux: netboot("i386", "linux"),
  grubBios: { path: `${PEERS}/grub-pc-bin/usr/lib/grub/i386-pc`, package: "grub-pc-bin" },
  grubMkimage: { path: "/usr/bin/grub-mkimage", package: "grub-common" },
  grubCd: { path: "/usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed", package: "grub-efi-amd64-signed" },
  mtools: { path: "/usr/bin/mtools", package: "mtools" },
  genisoimage: { path: "/usr/bin/genisoimage", package: "genisoimage" },
  mkudffs: { path: "/usr/sbin/mkudffs", package: "udftools" },
  wrudf: { path: "/usr/bin/wrudf", package: "udftools" },
  sevenZip: { path: "/usr/bin/7z", package: "p7zip-full" },
  xorriso: { path: "/usr/bin/xorriso", package: "xorriso" },
  isolinux: { path: "/usr/lib/ISOLINUX/isolinux.bin", package: "isolinux" },
  memdisk: { path: "/usr/lib/syslinux/memdisk", package: "syslinux-common" },
  mksquashfs: { path: "/usr/bin/mksquashfs", package: "squashfs-tools" },
  grubRescueIso: {
    path: `${PEERS}/grub-rescue-pc/usr/lib/grub-rescue/grub-rescue-cdrom.iso`,
    package: "grub-rescue-pc",
  },
  laterSnponly: { path: `${PEERS}/later/ipxe/usr/lib/ipxe/snponly.efi`, package: "ipxe" },
  laterUndionly: { path: `${PEERS}/later/ipxe/usr/lib/ipxe/undionly.kpxe`, package: "ipxe" },
  memtestIso: { path: `${PEERS}/later/memtest86+/usr/lib/memtest86+/memtest86+x64.iso`, package: "memtest86+" },
  /** The kernel of a Debian live system, and initrds of live-boot and of dracut for it. */
  liveKernel: { path: `${LIVE}/vmlinuz`, package: "squashfs-tools" },
  liveInitrd: { path: `${LIVE}/initrd.img`, package: "squashfs-tools" },
  liveDracut: { path: `${LIVE}/dracut.img`, package: "squashfs-tools" },
  liveRoot: { path: `${LIVE}/filesystem.squashfs`, package: "squashfs-tools" },
  liveNested: { path: `${LIVE}/nested.squashfs`, package: "squashfs-tools" },
  /** Modules for that kernel, and `order`: one name a line. */
  liveModules: { path: `${LIVE}/modules`, package: "squashfs-tools" },
  libwrap: { path: "/usr/lib/x86_64-linux-gnu/libwrap.so.0", package: "libwrap0" },
  tftpdHpa: { path: `${PEERS}/tftpd-hpa/usr/sbin/in.tftpd`, package: "tftpd-hpa" },
  atftpd: { path: `${PEERS}/atftpd/usr/sbin/atftpd`, package: "atftpd" },
  libpcre2: { path: "/usr/lib/x86_64-linux-gnu/libpcre2-8.so.0", package: "libpcre2-8-0" },
  nginx: { path: `${PEERS}/nginx/usr/sbin/nginx`, package: "nginx" },
  dpkgQuery: { path: "/usr/bin/dpkg-query", package: "dpkg" },
  dpkgDeb: { path: "/usr/bin/dpkg-deb", package: "dpkg" },
  userArm64: { path: "/usr/bin/qemu-aarch64-static", package: "qemu-user-static" },
  userArm: { path: "/usr/bin/qemu-arm-static", package: "qemu-user-static" },
  arm64Libc: { path: `${ARM64}/lib/ld-linux-aarch64.so.1`, package: "libc6-arm64-cross" },
  arm64Stdcxx: { path: `${ARM64}/lib/libstdc++.so.6`, package: "libstdc++6-arm64-cross" },
  arm64Gcc: { path: `${ARM64}/lib/libgcc_s.so.1`, package: "libgcc-s1-arm64-cross" },
  arm64: { path: ARM64, package: "libc6-arm64-cross" },
  debootstrap: { path: "/usr/sbin/debootstrap", package: "debootstrap" },
  debian: { path: `${ROOTS}/amd64`, package: "debootstrap" },
  debianArmhf: { path: `${ROOTS}/armhf`, package: "debootstrap" },
  wrk: { path: "/usr/bin/wrk", package: "wrk" },
  dhcpd: { path: `${PEERS}/isc-dhcp-server/usr/sbin/dhcpd`, package: "isc-dhcp-server" },
  kea: { path: `${PEERS}/kea-dhcp4-server/usr/sbin/kea-dhcp4`, package: "kea-dhcp4-server" },
  keaLibraries: { path: `${PEERS}/kea-common/usr/lib/x86_64-linux-gnu`, package: "kea-common" },
  log4cplus: { path: "/usr/lib/x86_64-linux-gnu/liblog4cplus-2.0.so.3", package: "liblog4cplus-2.0.5" },
  libmariadb: { path: "/usr/lib/x86_64-linux-gnu/libmariadb.so.3", package: "libmariadb3" },
  libpq: { path: "/usr/lib/x86_64-linux-gnu/libpq.so.5", package: "libpq5" },
  dhcrelay: { path: `${PEERS}/isc-dhcp-relay/usr/sbin/dhcrelay`, package: "isc-dhcp-relay" },
} as const satisfies Record<string, Piece>;

export type PieceName = keyof typeof PIECES;

/** The Debian packages that `lab/install` must install, each once, sorted. */
export function installedPackages(): string[] {
  const others: readonly string[] = [...UNPACKED, ...BENCH_ONLY];
  const names = Object.values(PIECES).map((piece) => piece.package);
  return [...new Set(names)].filter((name) => !others.includes(name)).sort();
}

/** What a program needs beside itself: dependencies and recommendations of its package are not always installed. */
const NEEDS: Partial<Record<PieceName, PieceName>> = {
  arm64: "arm64Stdcxx",
  arm64Stdcxx: "arm64Gcc",
  arm64Gcc: "arm64Libc",
  tftpdHpa: "libwrap",
  atftpd: "libwrap",
  nginx: "libpcre2",
  cc: "libc",
  kea: "keaLibraries",
  keaLibraries: "log4cplus",
  log4cplus: "libmariadb",
  libmariadb: "libpq",
};

/** The path of a program or file. Throws MissingPackage, which names the Debian package and the fix. */
export function locate(name: PieceName): string {
  const piece: Piece = PIECES[name];
  const other = NEEDS[name];
  if (other !== undefined) locate(other);
  if (existsSync(piece.path)) return piece.path;
  const isMade = piece.path.startsWith(ROOTS) || piece.path.startsWith(LIVE) || piece.path.startsWith(`${PEERS}/later`);
  const fix = isMade ? "lab/install makes it" : fixFor(piece.package);
  throw new MissingPackage(piece.path, piece.package, fix);
}

function fixFor(name: string): string | undefined {
  const [unpacked, bench]: readonly (readonly string[])[] = [UNPACKED, BENCH_ONLY];
  if (unpacked?.includes(name)) return "lab/install unpacks it there";
  return bench?.includes(name) ? "lab/install --bench" : undefined;
}
