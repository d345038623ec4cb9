import { describe, expect, test } from "vitest";
import { headBytes, inspect, worthWhole } from "../src/catalogue/contents/inspect.ts";
import type { FileFacts } from "../src/catalogue/file-facts.ts";
import { grubModule, libraryUser, linuxKernel, scriptImage } from "./helpers/boot-bytes.ts";
import { peImage, sectionedImage, signedImage } from "./helpers/pe-image.ts";
import { pxelinuxLoader } from "./helpers/pxelinux.ts";

function look(path: string, content: Uint8Array | string, size?: number): FileFacts {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return inspect(bytes, size ?? bytes.length, { path });
}

const names = (facts: FileFacts) => facts.needs?.map(({ path, optional }) => `${path}${optional ? "?" : ""}`);

describe("programs", () => {
  test("UEFI: machine, signature, and where the header says it ends", () => {
    expect(look("a.efi", signedImage(0xaa64, 8))).toMatchObject({
      kind: "efi-program",
      machine: "arm64",
      signed: true,
    });
    expect(look("a.efi", signedImage(0x8664, 0))).toMatchObject({ kind: "efi-program", machine: "x64", signed: false });
    const whole = sectionedImage(0x8664, 4096);
    expect(look("a.efi", whole).flaw).toBeUndefined();
    expect(look("a.efi", whole.subarray(0, 2000))).toMatchObject({ flaw: "cut-short", declaredSize: 4096, size: 2000 });
    expect(look("a.efi", whole.subarray(0, 100))).toMatchObject({ flaw: "cut-short" });
  });

  test("a kernel: with and without EFI stub, cut, for which machine", () => {
    const kernel = linuxKernel();
    expect(look("vmlinuz", kernel)).toMatchObject({ kind: "linux-kernel", kernel: true, machine: "x64" });
    expect(look("vmlinuz", kernel).flaw).toBeUndefined();
    expect(look("vmlinuz", linuxKernel({ is64: false })).machine).toBe("x86");
    expect(look("vmlinuz", kernel.subarray(0, 2000))).toMatchObject({ flaw: "cut-short", size: 2000 });
    // The last paragraph need not be full, as in iPXE's ipxe.lkrn and memtest86+.
    expect(look("ipxe.lkrn", kernel.subarray(0, kernel.length - 15)).flaw).toBeUndefined();
    const stub = peImage(0x8664, 0x300);
    stub.set(kernel.subarray(0x1f1, 0x268), 0x1f1);
    expect(look("vmlinuz", stub)).toMatchObject({ kind: "efi-program", kernel: true });
  });

  test("kernels of other machines by their Image headers", () => {
    const arm = new Uint8Array(128);
    arm.set([0x41, 0x52, 0x4d, 0x64], 0x38);
    expect(look("Image", arm)).toMatchObject({ kind: "linux-kernel", machine: "arm64" });
    const riscv = new Uint8Array(128);
    riscv.set(Buffer.from("RISCV\0\0\0RSC\x05"), 0x30);
    expect(look("Image", riscv)).toMatchObject({ kind: "linux-kernel", machine: "riscv64" });
    const zImage = Buffer.alloc(128);
    zImage.writeUInt32LE(0x016f2818, 0x24);
    zImage.writeUInt32LE(4096, 0x2c);
    expect(look("zImage", zImage)).toMatchObject({ kind: "linux-kernel", machine: "arm32", flaw: "cut-short" });
  });

  test("programs for PC BIOS", () => {
    expect(names(look("pxe/pxelinux.0", pxelinuxLoader("6.04", [])))).toEqual(["pxe/ldlinux.c32"]);
    expect(look("pxelinux.0", pxelinuxLoader("4.05", []))).toMatchObject({ kind: "bios-program" });
    expect(look("pxelinux.0", pxelinuxLoader("4.05", [])).needs).toBeUndefined();
    const sector = new Uint8Array(512);
    sector.set([0x55, 0xaa], 510);
    expect(look("disk.img", sector).kind).toBe("bios-program");
    expect(look("undionly.kpxe", Buffer.from("\xea\x05\0\0!PXE\0PXE->EB\0", "latin1")).kind).toBe("bios-program");
    expect(look("core.0", Uint8Array.of(0xb2, 0x7f, 0xea, 0, 0x82, 0, 0, 0)).kind).toBe("bios-program");
  });

  test("what loaders need beside them", () => {
    expect(names(look("efi/shimx64.efi", peImage(0x8664)))).toEqual(["efi/grubx64.efi", "efi/mmx64.efi?"]);
    expect(names(look("shimaa64.efi.signed", peImage(0xaa64)))).toEqual(["grubaa64.efi", "mmaa64.efi?"]);
    expect(names(look("efi/syslinux.efi", peImage(0x014c)))).toEqual(["efi/ldlinux.e32"]);
    expect(names(look("a/menu.c32", libraryUser(["libutil.c32", "libcom32.c32"])))).toEqual([
      "a/libutil.c32",
      "a/libcom32.c32",
    ]);
    expect(names(look("grub/i386-pc/normal.mod", grubModule(["extcmd", "net"])))).toEqual([
      "grub/i386-pc/extcmd.mod?",
      "grub/i386-pc/net.mod?",
    ]);
    expect(look("a/menu.c32", libraryUser(["libutil.c32"]).subarray(0, 120))).toMatchObject({
      kind: "module",
      flaw: "cut-short",
    });
  });
});

describe("images", () => {
  test.each([
    ["gzip", "\x1f\x8b\x08\0"],
    ["xz", "\xfd7zXZ\0"],
    ["zstd", "\x28\xb5\x2f\xfd"],
    ["cpio", "070701000"],
    ["lzma", "\x5d\0\0\x80\0"],
    ["7z", "7z\xbc\xaf\x27\x1c"],
    ["tar", `${"name".padEnd(257, "\0")}ustar`],
  ])("%s is an archive", (_name, magic) => {
    expect(look("initrd", Buffer.concat([Buffer.from(magic, "latin1"), Buffer.alloc(20)])).kind).toBe("archive");
  });

  test.each([
    ["gzip", "\x1f\x8b\x08\0"],
    ["zip", "PK\x03\x04"],
    ["tar", `${"name".padEnd(257, "\0")}ustar`],
    ["iso", `${"".padEnd(0x8001, "\0")}CD001`],
    ["hard-disk", `${"".padEnd(512, "\0")}EFI PART`],
    ["qcow2", "QFI\xfb"],
  ])("%s is a format that no firmware starts", (format, magic) => {
    const bytes = Buffer.concat([Buffer.from(magic, "latin1"), Buffer.alloc(2048)]);
    expect(look("pxelinux.0", bytes, 4_000_000)).toMatchObject({ format });
  });

  test("a disk with partitions or a file system is none that a BIOS starts, and a boot sector is", () => {
    const sector = Buffer.alloc(512);
    sector.set([0x55, 0xaa], 510);
    expect(look("boot.0", sector)).toEqual({ kind: "bios-program", size: 512 });
    const disk = Buffer.alloc(4096);
    sector.copy(disk);
    expect(look("boot.0", disk, 2_000_000)).toEqual({ kind: "bios-program", size: 2_000_000 });
    disk[446] = 0x80;
    disk[450] = 0x83;
    disk.writeUInt32LE(2048, 454);
    disk.writeUInt32LE(1000, 458);
    expect(look("boot.0", disk, 2_000_000)).toEqual({ kind: "other", size: 2_000_000, format: "hard-disk" });
    // Where no partition lies in the file, the bytes there are code.
    expect(look("boot.0", disk, 700_000)).toEqual({ kind: "bios-program", size: 700_000 });
    const floppy = Buffer.alloc(4096);
    sector.copy(floppy);
    floppy.write("FAT12   ", 54);
    expect(look("boot.0", floppy, 1_474_560).format).toBe("fat");
    expect(look("boot.0", floppy, 4096)).toEqual({ kind: "bios-program", size: 4096 });
  });

  test("those whose header has their size are known when they are cut", () => {
    const squashfs = Buffer.alloc(96);
    squashfs.write("hsqs");
    squashfs.writeBigUInt64LE(5000n, 40);
    expect(look("root.squashfs", squashfs)).toMatchObject({ declaredSize: 5000, flaw: "cut-short" });
    expect(look("root.squashfs", squashfs, 8192).flaw).toBeUndefined();

    const wim = Buffer.alloc(208);
    wim.write("MSWIM\0\0\0");
    wim.writeUInt32LE(100, 72);
    wim.writeBigUInt64LE(9000n, 80);
    expect(look("boot.wim", wim)).toMatchObject({ declaredSize: 9100, flaw: "cut-short" });

    const iso = Buffer.alloc(headBytes);
    iso.write("CD001", 0x8001);
    iso.writeUInt32LE(100, 0x8000 + 80);
    iso.writeUInt16LE(2048, 0x8000 + 128);
    expect(look("a.iso", iso)).toMatchObject({ kind: "archive", declaredSize: 204_800, flaw: "cut-short" });
    expect(look("a.iso", iso, 300_000).flaw).toBeUndefined();

    const tree = Buffer.alloc(64);
    tree.writeUInt32BE(0xd00dfeed, 0);
    tree.writeUInt32BE(1000, 4);
    expect(look("board.dtb", tree)).toMatchObject({ kind: "other", flaw: "cut-short" });
  });
});

describe("texts", () => {
  test("empty", () => {
    expect(look("vmlinuz", "")).toEqual({ kind: "empty", size: 0, flaw: "empty" });
  });

  test.each([
    "<!DOCTYPE html>\n<html><head>",
    "\n  <html lang=en>",
    '<?xml version="1.0"?>\n<Error><Code>NoSuchKey</Code></Error>',
  ])("a web page where a program was meant: %j", (text) => {
    expect(look("vmlinuz", text)).toMatchObject({ kind: "web-page", flaw: "web-page" });
    expect(look("index.html", text).flaw).toBeUndefined();
  });

  test("a text that no loader reads", () => {
    expect(look("vmlinuz", "404: Not Found")).toEqual({ kind: "text", size: 14 });
    expect(look("autounattend.xml", '<?xml version="1.0"?>\n<unattend/>')).toMatchObject({ kind: "text" });
  });

  test.each([
    ["#!ipxe\nboot\n", undefined],
    ["#!gpxe\r\nboot\n", undefined],
    ["#!ipxe", undefined],
    ["\ufeff#!ipxe\nboot\n", "byte-order-mark"],
    ["\n#!ipxe\nboot\n", "blank-first-line"],
    ["  #!ipxe\nboot\n", "blank-first-line"],
    ["kernel vmlinuz\nboot\n", "no-ipxe-mark"],
    ["#!ipxex\nboot\n", "no-ipxe-mark"],
  ])("a script of iPXE: %j", (text, flaw) => {
    expect(look("boot.ipxe", text).kind).toBe("script");
    expect(look("boot.ipxe", text).flaw).toBe(flaw);
  });

  test.each([
    ["pxelinux.cfg/default", "\ufeff# my menu\r\nDEFAULT one\r\n", undefined],
    ["pxelinux.cfg/default", "\ufeff\nDEFAULT one\n", undefined],
    ["pxelinux.cfg/default", "\ufeffDEFAULT one\n", "byte-order-mark"],
    ["grub/grub.cfg", "\ufefflinux /vmlinuz\n", "byte-order-mark"],
    ["boot.ipxe", "\ufeff# mine\n#!ipxe\n", "byte-order-mark"],
  ])("a byte order mark spoils the first line alone: %s %j", (path, text, flaw) => {
    expect(look(path, text).flaw).toBe(flaw);
  });

  test("UTF-16, with and without a mark", () => {
    const marked = Buffer.from("\ufeff#!ipxe\nkernel k\n", "utf16le");
    expect(look("boot.ipxe", marked)).toMatchObject({ kind: "script", flaw: "utf-16" });
    expect(look("boot.ipxe", marked.subarray(2))).toMatchObject({ kind: "script", flaw: "utf-16" });
    expect(look("pxelinux.cfg/default", Buffer.from(marked).swap16())).toMatchObject({
      kind: "script",
      flaw: "utf-16",
    });
  });

  test("configurations say what they name", () => {
    const facts = look("pxelinux.cfg/default", "DEFAULT a\nLABEL a\nLOCALBOOT 0\n");
    expect(facts).toEqual({
      kind: "config",
      size: 30,
      loader: "pxelinux",
      needs: [],
      waits: false,
      starts: "a",
      localBoot: true,
    });
    expect(look("grub/grub.cfg", "linux /k\n")).toMatchObject({ kind: "config", loader: "grub" });
    expect(look("boot.scr.uimg", scriptImage("tftp $kernel_addr_r Image\n"))).toMatchObject({
      kind: "script",
      loader: "u-boot",
    });
    expect(names(look("boot.scr.uimg", scriptImage("tftp $kernel_addr_r Image\n")))).toEqual(["Image"]);
    expect(look("boot.scr.uimg", scriptImage("tftp $kernel_addr_r Image\n").subarray(0, 80)).flaw).toBe("cut-short");
  });

  test("a configuration is known by its words where its name says nothing", () => {
    expect(look("menus/std.cfg", "LABEL a\nKERNEL k\n").loader).toBe("pxelinux");
    expect(look("menus/std.cfg", "menuentry a { linux /k }\n").loader).toBe("grub");
    expect(look("boot.cfg", "kernel=/b.b00\nmodules=/a.gz\n").loader).toBe("esxi");
    expect(look("preseed.cfg", "d-i debian-installer/locale string en_US\n").kind).toBe("text");
    expect(look("script", "#!ipxe\nboot\n").loader).toBe("ipxe");
  });
});

test("only texts and modules are worth reading whole, and no more than 256 KiB of them", () => {
  const text = Buffer.alloc(headBytes, "a\n");
  expect(worthWhole("a.cfg", text, headBytes)).toBe(false);
  expect(worthWhole("a.cfg", text, headBytes + 1)).toBe(true);
  expect(worthWhole("a.cfg", text, 256 * 1024 + 1)).toBe(false);
  expect(worthWhole("vmlinuz", Buffer.alloc(headBytes), headBytes + 1)).toBe(false);
  expect(worthWhole("normal.mod", Buffer.alloc(headBytes), headBytes + 1)).toBe(true);
});
