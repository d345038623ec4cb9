/**
 * What a file may be whose first bytes prove that no firmware starts it: firmware unpacks nothing, and takes the image of
 * a disc or disk for nothing but a program. `packed`: loaders may unpack it, kernels come so.
 */
export const fileFormats = {
  gzip: { name: "a gzip archive", sort: "packed" },
  xz: { name: "an xz archive", sort: "packed" },
  zstd: { name: "a zstd archive", sort: "packed" },
  bzip2: { name: "a bzip2 archive", sort: "packed" },
  lz4: { name: "an LZ4 archive", sort: "packed" },
  lzo: { name: "an LZO archive", sort: "packed" },
  tar: { name: "a tar archive", sort: "archive" },
  zip: { name: "a zip archive", sort: "archive" },
  "7z": { name: "a 7z archive", sort: "archive" },
  rar: { name: "a RAR archive", sort: "archive" },
  cpio: { name: "a cpio archive", sort: "archive" },
  deb: { name: "a package (ar archive)", sort: "archive" },
  rpm: { name: "an RPM package", sort: "archive" },
  squashfs: { name: "a SquashFS image", sort: "disk" },
  wim: { name: "a Windows image (WIM)", sort: "disk" },
  iso: { name: "the image of a CD or DVD (ISO 9660)", sort: "disk" },
  "hard-disk": { name: "the image of a hard disk", sort: "disk" },
  fat: { name: "the image of a disk (FAT)", sort: "disk" },
  qcow2: { name: "the disk of a virtual machine (QCOW2)", sort: "disk" },
  vmdk: { name: "the disk of a virtual machine (VMDK)", sort: "disk" },
  vdi: { name: "the disk of a virtual machine (VDI)", sort: "disk" },
  vhdx: { name: "the disk of a virtual machine (VHDX)", sort: "disk" },
} as const;

export type FileFormat = keyof typeof fileFormats;
export type FormatSort = (typeof fileFormats)[FileFormat]["sort"];

/** What makes a boot of a file that firmware does not start. */
export const formatFixes: Readonly<Record<FormatSort, string>> = {
  packed: "unpack it, and name the boot program in it",
  archive: "unpack it, and name the boot program in it",
  disk: "name a boot loader (PXELINUX, GRUB, iPXE), and let it start the kernel and initrd of the image",
};
