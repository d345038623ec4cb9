import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { peImage } from "./pe-image.ts";
import { ldlinuxModule, pxelinuxLoader } from "./pxelinux.ts";

const names = ["memcpy", "vfprintf"];
const x64 = peImage(0x8664);
const ia32 = peImage(0x014c);
const arm64 = peImage(0xaa64);

const contents = {
  loader: pxelinuxLoader("6.04", names),
  module: ldlinuxModule(["memcpy"]),
  menu: Buffer.from("menu.c32"),
  kernel: Buffer.alloc(70_000, 0x55),
  x64,
  ia32,
  arm64,
} as const;

type Kind = keyof typeof contents;

const modules = (folder: string, ldlinux = "ldlinux.c32"): Record<string, Kind> => ({
  [`${folder}/${ldlinux}`]: "module",
  [`${folder}/menu.c32`]: "menu",
  [`${folder}/libutil.c32`]: "menu",
});

/** The files of each distribution's packages, where its file lists have them, and its os-release. */
export const distributions = {
  "Debian 12": {
    osRelease: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
    architecture: "x64",
    files: {
      "usr/lib/PXELINUX/pxelinux.0": "loader",
      "usr/lib/PXELINUX/lpxelinux.0": "loader",
      ...modules("usr/lib/syslinux/modules/bios"),
      ...modules("usr/lib/syslinux/modules/efi64", "ldlinux.e64"),
      "usr/lib/SYSLINUX.EFI/efi64/syslinux.efi": "x64",
      "boot/memtest86+x64.bin": "kernel",
      "boot/memtest86+x64.efi": "x64",
      "boot/memtest86+ia32.bin": "kernel",
      "boot/memtest86+ia32.efi": "ia32",
      "usr/lib/ipxe/ipxe.efi": "x64",
      "usr/lib/ipxe/snponly.efi": "x64",
      "usr/lib/shim/shimx64.efi.signed": "x64",
      "usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed": "x64",
    },
  },
  "Debian 13 on a Raspberry Pi": {
    osRelease: 'PRETTY_NAME="Raspbian GNU/Linux 13"\nID=raspbian\nID_LIKE=debian\n',
    architecture: "arm64",
    files: {
      "usr/lib/PXELINUX/pxelinux.0": "loader",
      ...modules("usr/lib/syslinux/modules/bios"),
      "usr/lib/ipxe/ipxe-amd64.efi": "x64",
      "usr/lib/ipxe/ipxe-arm64.efi": "arm64",
      "usr/lib/ipxe/ipxe.efi": "x64",
    },
  },
  Alpine: {
    osRelease: 'NAME="Alpine Linux"\nID=alpine\nPRETTY_NAME="Alpine Linux v3.22"\n',
    architecture: "x64",
    files: {
      "usr/share/syslinux/pxelinux.0": "loader",
      ...modules("usr/share/syslinux"),
      "usr/share/syslinux/efi64/syslinux.efi": "x64",
      ...modules("usr/share/syslinux/efi64", "ldlinux.e64"),
    },
  },
  Fedora: {
    osRelease: 'NAME="Fedora Linux"\nID=fedora\nPRETTY_NAME="Fedora Linux 42"\n',
    architecture: "x64",
    files: {
      "usr/share/syslinux/pxelinux.0": "loader",
      ...modules("usr/share/syslinux"),
      "usr/lib64/memtest86+/memtest86+x64.bin": "kernel",
      "usr/lib64/memtest86+/memtest86+x64.efi": "x64",
      "usr/share/ipxe/ipxe-i386.efi": "ia32",
      "usr/share/ipxe/ipxe-x86_64.efi": "x64",
      "usr/share/ipxe/ipxe-snponly-x86_64.efi": "x64",
      "boot/efi/EFI/fedora/shimx64.efi": "x64",
      "boot/efi/EFI/fedora/grubx64.efi": "x64",
    },
  },
  "Fedora with syslinux-tftpboot": {
    osRelease: "ID=rocky\nID_LIKE='rhel centos fedora'\n",
    architecture: "x64",
    files: { "tftpboot/pxelinux.0": "loader", ...modules("tftpboot") },
  },
  Arch: {
    osRelease: 'NAME="Arch Linux"\nID=arch\n',
    architecture: "x64",
    files: {
      "usr/lib/syslinux/bios/pxelinux.0": "loader",
      ...modules("usr/lib/syslinux/bios"),
      "usr/lib/syslinux/efi64/syslinux.efi": "x64",
      ...modules("usr/lib/syslinux/efi64", "ldlinux.e64"),
      "boot/memtest86+/memtest.bin": "kernel",
      "boot/memtest86+/memtest86ia32.efi": "ia32",
      "boot/memtest86+/memtest86x64.efi": "x64",
      "usr/share/ipxe/x86_64/ipxe.efi": "x64",
      "usr/share/ipxe/i386/ipxe.efi": "ia32",
    },
  },
  "an empty Debian": { osRelease: "ID=debian\n", architecture: "x64", files: {} },
  "an unknown system": { osRelease: "ID=plan9\n", architecture: "x64", files: {} },
} as const satisfies Record<string, { osRelease: string; architecture: string; files: Record<string, Kind> }>;

export type DistributionName = keyof typeof distributions;

/** Puts files of packages below a folder. */
export function plant(root: string, files: Readonly<Record<string, Kind>>): void {
  mkdirSync(root, { recursive: true });
  for (const [path, kind] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), contents[kind]);
  }
}
