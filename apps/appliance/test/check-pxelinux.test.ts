import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { linuxKernel } from "./helpers/boot-bytes.ts";
import { checked, findings, folder, put, useCheckedFolder } from "./helpers/checked-tree.ts";
import { ldlinuxModule, pxelinuxLoader } from "./helpers/pxelinux.ts";

useCheckedFolder();

const names = ["start_ldlinux", "findpath"];

it("configurations of PXELINUX that cannot be served, and nothing waits for a pipe", { timeout: 20_000 }, async () => {
  put("pxelinux.0", pxelinuxLoader("6.04", names));
  put("ldlinux.c32", ldlinuxModule(names));
  put("pxelinux.cfg/C0A80B/notes", "x");
  put("pxelinux.cfg/old/default", "x");
  execFileSync("mkfifo", [join(folder, "boot/pxelinux.cfg/default"), join(folder, "boot/pxelinux.cfg/default.new")]);
  expect(await findings("root: boot\n")).toEqual(
    [
      ["C0A80B", "it is a folder"],
      ["default", "not a regular file"],
    ].map(
      ([name, why]) =>
        `ROOT/pxelinux.cfg/${name}: error[T002] this configuration cannot be served: ${why}. Make it a readable file in the root.`,
    ),
  );
});

it("a configuration of PXELINUX that is empty", async () => {
  put("pxelinux/pxelinux.0", pxelinuxLoader("6.04", names));
  put("pxelinux/ldlinux.c32", ldlinuxModule(names));
  put("pxelinux/pxelinux.cfg/default", "");
  put("pxelinux/pxelinux.cfg/notes", "");
  expect(await findings("root: boot\n")).toEqual([
    'ROOT/pxelinux/pxelinux.cfg/default: error[T012] "pxelinux/pxelinux.cfg/default" is empty. Write it, or copy it again.',
  ]);
});

const remedy = "Copy ldlinux.c32 of Syslinux 6.04 for BIOS into the same folder.";

it("PXELINUX wants its ldlinux.c32 of the same version beside it; before 5.00 it needs none", async () => {
  put("a/pxelinux.0", pxelinuxLoader("6.04", names));
  put("b/lpxelinux.0", pxelinuxLoader("6.04", names));
  put("b/ldlinux.c32", ldlinuxModule([...names, "one", "two", "three", "four"]));
  put("c/pxelinux.0", pxelinuxLoader("6.04", names));
  put("c/ldlinux.c32", ldlinuxModule(names, [], "SYSLINUX 6.03 "));
  put("d/pxelinux.0", pxelinuxLoader("6.04", names));
  put("d/ldlinux.c32", Uint8Array.of(0xb8, 0xfe, 0x4c, 0x4c, 0xcd, 0x21));
  put("e/pxelinux.0", pxelinuxLoader("4.07", names));
  put("f/pxelinux.0", pxelinuxLoader("6.04", names));
  const uefi = ldlinuxModule(names);
  uefi[4] = 2;
  put("e2/pxelinux.0", pxelinuxLoader("6.04", names));
  put("e2/ldlinux.c32", ldlinuxModule(names).subarray(0, 100));
  put("f/ldlinux.c32", uefi);
  for (const folder of ["a", "b", "c", "d", "e", "e2", "f"]) put(`${folder}/pxelinux.cfg/default`, "LABEL none\n");
  expect(await findings("root: boot\n")).toEqual([
    `ROOT/a/pxelinux.0: error[T005] PXELINUX 6.04 stops without ldlinux.c32 in its folder. ${remedy}`,
    `ROOT/b/ldlinux.c32: error[T006] this ldlinux.c32 has another version: it needs "one", "two", "three" and 1 more, which PXELINUX 6.04 lacks. ${remedy}`,
    `ROOT/c/ldlinux.c32: error[T006] this ldlinux.c32 has version 6.03, but the loader is PXELINUX 6.04. ${remedy}`,
    `ROOT/d/ldlinux.c32: error[T006] this ldlinux.c32 is older than Syslinux 5, but the loader is PXELINUX 6.04. ${remedy}`,
    `ROOT/e2/ldlinux.c32: error[T006] this ldlinux.c32 is truncated, but the loader is PXELINUX 6.04. ${remedy}`,
    `ROOT/f/ldlinux.c32: error[T006] this ldlinux.c32 is for UEFI, but PXELINUX 6.04 runs on BIOS. ${remedy}`,
  ]);
});

it("the configurations of PXELINUX are read: kernels named .bin, files that are not there, other case", async () => {
  put("pxelinux.0", pxelinuxLoader("6.04", names));
  put("ldlinux.c32", ldlinuxModule(names));
  put("memtest.bin", "x");
  put("Menu.c32", "x");
  put(
    "pxelinux.cfg/default",
    "UI menu.c32\nLABEL a\n  KERNEL memtest.bin\nLABEL b\n  LINUX memtest.bin\n  INITRD none.gz\n",
  );
  put("pxelinux.cfg/01-52-54-00-12-34-56", "LABEL x\nKERNEL none\u001b[2J\n");
  const missing = "Copy the file there, or correct the name; names count from the folder of pxelinux.0.";
  expect(await findings("root: boot\n")).toEqual([
    `ROOT/pxelinux.cfg/01-52-54-00-12-34-56:2:8: error[T001] "none\\x1b[2J" is not in the root ROOT. ${missing}`,
    'ROOT/pxelinux.cfg/default:1:4: error[T003] "menu.c32" is called "Menu.c32" on disk. Bootlace serves it anyway; other servers do not.',
    'ROOT/pxelinux.cfg/default:3:10: error[T007] "memtest.bin" ends in .bin, so PXELINUX treats it as a boot sector, not as a kernel. Rename it without .bin, or write LINUX instead of KERNEL.',
    `ROOT/pxelinux.cfg/default:6:10: error[T001] "none.gz" is not in the root ROOT. ${missing}`,
  ]);
});

it("a kernel under the name of any other type, and no other file of such a name", async () => {
  put("pxelinux.0", pxelinuxLoader("4.07", names));
  const kinds = ["bin", "bs", "bss", "0", "com", "cbt", "img", "BIN"];
  for (const ending of kinds) put(`kernel.${ending}`, linuxKernel());
  put("sector.bin", bootSector);
  put("disk.img", "not a kernel");
  put("pxechn.0", pxelinuxLoader("4.07", names));
  const all = [...kinds.map((ending) => `kernel.${ending}`), "sector.bin", "disk.img", "pxechn.0"];
  put(
    "pxelinux.cfg/default",
    all.map((name) => `LABEL ${name}\nKERNEL ${name}\nLABEL l-${name}\nLINUX ${name}\n`).join(""),
  );
  const [, out] = await checked("root: boot\n");
  const seen = [...out.matchAll(/error\[T007\] (.*), so PXELINUX treats it as (.*), not/g)].map((match) =>
    match.slice(1),
  );
  expect(seen).toEqual([
    ['"kernel.bin" ends in .bin', "a boot sector"],
    ['"kernel.bs" ends in .bs', "a boot sector"],
    ['"kernel.bss" ends in .bss', "a boot sector"],
    ['"kernel.0" ends in .0', "a network boot program"],
    ['"kernel.com" ends in .com', "a COMBOOT program"],
    ['"kernel.cbt" ends in .cbt', "a COMBOOT program"],
    ['"kernel.img" ends in .img', "a disk image"],
    ['"kernel.BIN" ends in .BIN', "a boot sector"],
  ]);
});

it("names of a configuration to which CONFIG goes on count from the folder that APPEND names", async () => {
  put("pxelinux/pxelinux.0", pxelinuxLoader("6.04", names));
  put("pxelinux/ldlinux.c32", ldlinuxModule(names));
  put("pxelinux/debian/memtest", linuxKernel());
  put("pxelinux/debian/pxelinux.cfg/default", "DEFAULT one\nLABEL one\nLINUX memtest\n");
  const entry = "DEFAULT one\nLABEL one\nCONFIG debian/pxelinux.cfg/default\n";
  for (const append of ["debian/", "debian", "::pxelinux/debian/"]) {
    put("pxelinux/pxelinux.cfg/default", `${entry}APPEND ${append}\n`);
    expect(await findings("root: boot\n"), append).toEqual([]);
  }
  put("pxelinux/pxelinux.cfg/default", entry);
  expect(await findings("root: boot\n")).toEqual([expect.stringContaining('error[T001] "memtest" is not in the root')]);
});

const bootSector = new Uint8Array(512);
bootSector.set([0x55, 0xaa], 510);

it("PXELINUX does not unpack a kernel, and U-Boot does", async () => {
  put("a/pxelinux.0", pxelinuxLoader("4.07", names));
  put("a/vmlinuz.gz", gzipSync(linuxKernel()));
  put("a/initrd.gz", gzipSync("x"));
  put("a/pxelinux.cfg/default", "DEFAULT one\nLABEL one\n  LINUX vmlinuz.gz\n  INITRD initrd.gz\n");
  put("Image.gz", gzipSync(linuxKernel()));
  put("pxelinux.cfg/default-arm", "LABEL one\n  KERNEL Image.gz\n");
  expect(await findings("root: boot\n")).toEqual([
    'ROOT/a/pxelinux.cfg/default:3:9: error[T012] "vmlinuz.gz" is a gzip archive, and PXELINUX does not unpack kernels. Unpack it, and name the kernel itself.',
  ]);
});

it("a kernel that is a link to itself", async () => {
  put("pxelinux.0", pxelinuxLoader("4.07", names));
  put("pxelinux.cfg/default", "LABEL one\n  LINUX vmlinuz\n");
  symlinkSync("other", join(folder, "boot/vmlinuz"));
  symlinkSync("vmlinuz", join(folder, "boot/other"));
  expect(await findings("root: boot\n")).toEqual([
    'ROOT/pxelinux.cfg/default:2:9: error[T002] "vmlinuz" cannot be served: it is a symbolic link that leads in a circle. Make it a readable file in the root.',
  ]);
});

it.each(["52-54-00-BE-05-01", "52:54:00:be:05:01", "525400be0501", "01:52:54:00:be:05:01"])(
  "a configuration for one machine under a name for which no loader looks: %s",
  async (name) => {
    put("pxelinux.0", pxelinuxLoader("4.07", names));
    put(`pxelinux.cfg/${name}`, "LABEL none\n");
    put("pxelinux.cfg/notes", "LABEL none\n");
    expect(await findings("root: boot\n")).toEqual([
      `ROOT/pxelinux.cfg/${name}: error[T015] no loader requests this configuration: the one for this machine must be called "01-52-54-00-be-05-01". Rename it to 01-52-54-00-be-05-01.`,
    ]);
  },
);

it.each(["01-52-54-00-BE-05-01", "C0A80B50", "52540000", "525400be05", "525400be0501.old"])(
  "but not of %s",
  async (name) => {
    put("pxelinux.0", pxelinuxLoader("4.07", names));
    put("pxelinux.cfg/default", "LABEL none\n");
    put(`pxelinux.cfg/${name}`, "LABEL none\n");
    expect(await findings("root: boot\n")).toEqual([]);
  },
);
