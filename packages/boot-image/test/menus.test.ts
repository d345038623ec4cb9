import { describe, expect, test } from "vitest";
import { makeFat } from "../../../tools/test-kit/images/fat.ts";
import { makeIso } from "../../../tools/test-kit/images/iso.ts";
import type { Content } from "../../../tools/test-kit/images/tree.ts";
import { readMenus, rewriteArguments } from "../src/index.ts";
import { mediumOf, opened } from "./medium.ts";

async function menusOf(contents: readonly Content[], efi?: string) {
  const image = makeIso(contents, { rockRidge: true, ...(efi === undefined ? {} : { efi }) });
  return await readMenus(mediumOf(image), await opened(image));
}

describe("GRUB", () => {
  test("entries have title, paths without device, words with quotes, and the default", async () => {
    const text = `
set default="live-text"
set base="boot=live components"
if [ -e /nothing ]; then set x=1; fi
menuentry "Live system (amd64)" --hotkey=l {
  linux ($root)/live/vmlinuz-6.1.0-18-amd64 $base quiet splash findiso=\${iso_path}
  initrd /live/initrd.img-6.1.0-18-amd64
}
submenu 'More ...' {
  menuentry 'Text mode' --id live-text {
    linux /live/vmlinuz \${base} ocs_live_run="ocs live" nomodeset
    initrd /boot/ucode.img /live/initrd.img
  }
}
menuentry "UEFI settings" { fwsetup }
`;
    expect(await menusOf([{ path: "boot/grub/grub.cfg", data: text }])).toEqual([
      {
        title: "Live system (amd64)",
        kernel: "live/vmlinuz-6.1.0-18-amd64",
        initrds: ["live/initrd.img-6.1.0-18-amd64"],
        arguments: "boot=live components quiet splash findiso=",
        isDefault: false,
      },
      {
        title: "Text mode",
        kernel: "live/vmlinuz",
        initrds: ["boot/ucode.img", "live/initrd.img"],
        arguments: 'boot=live components ocs_live_run="ocs live" nomodeset',
        isDefault: true,
      },
    ]);
  });

  test("what it includes is read, also in a circle, and the EFI volume too", async () => {
    const entry = (name: string) => `menuentry ${name} {\n linux /${name}\n initrd /i\n}\n`;
    const efi = makeFat([{ path: "EFI/BOOT/grub.cfg", data: entry("efi") }]);
    const found = await menusOf(
      [
        {
          path: "boot/grub/grub.cfg",
          data: `${entry("one")}source $prefix/more.cfg\nconfigfile /boot/grub/none.cfg\n`,
        },
        { path: "boot/grub/more.cfg", data: `${entry("two")}source /boot/grub/grub.cfg\n${entry("one")}` },
        { path: "efi.img", data: efi },
      ],
      "efi.img",
    );
    expect(found.map(({ title }) => title)).toEqual(["one", "two", "efi"]);
  });
});

test("ISOLINUX: labels with kernels, global arguments, includes and the default; programs are left out", async () => {
  const found = await menusOf([
    {
      path: "isolinux/isolinux.cfg",
      data: "ui vesamenu.c32\ninclude menu.cfg\ndefault live\nlabel hdt\n  kernel hdt.c32\nlabel local\n  localboot 0x80\n",
    },
    {
      path: "isolinux/menu.cfg",
      data: `append initrd=/live/initrd.img boot=live
label live
  MENU LABEL ^Live System
  text help
  kernel nothing
  endtext
  kernel /live/vmlinuz
label other
  linux vmlinuz
  initrd initrd.img,extra.img
  append - 
label failsafe
  menu label Fail^safe
  kernel /live/vmlinuz
  append initrd=/live/initrd.img boot=live nomodeset
`,
    },
  ]);
  expect(found).toEqual([
    {
      title: "Live System",
      kernel: "live/vmlinuz",
      initrds: ["live/initrd.img"],
      arguments: "boot=live",
      isDefault: false,
    },
    {
      title: "other",
      kernel: "isolinux/vmlinuz",
      initrds: ["isolinux/initrd.img", "isolinux/extra.img"],
      arguments: "",
      isDefault: false,
    },
    {
      title: "Failsafe",
      kernel: "live/vmlinuz",
      initrds: ["live/initrd.img"],
      arguments: "boot=live nomodeset",
      isDefault: false,
    },
  ]);
});

test("entries of systemd-boot", async () => {
  const conf = `title Arch Linux install medium
sort-key 01
linux /arch/boot/x86_64/vmlinuz-linux
initrd /arch/boot/amd-ucode.img
initrd /arch/boot/x86_64/initramfs-linux.img
options archisobasedir=arch archisosearchuuid=2026-11-01-10-00-00-00
`;
  const memtest = "title Memtest86+\nefi /boot/memtest86+/memtest.efi\n";
  const found = await menusOf([
    { path: "loader/entries/01-archiso.conf", data: conf },
    { path: "loader/entries/02-memtest.conf", data: memtest },
  ]);
  expect(found).toEqual([
    {
      title: "Arch Linux install medium",
      kernel: "arch/boot/x86_64/vmlinuz-linux",
      initrds: ["arch/boot/amd-ucode.img", "arch/boot/x86_64/initramfs-linux.img"],
      arguments: "archisobasedir=arch archisosearchuuid=2026-11-01-10-00-00-00",
      isDefault: false,
    },
  ]);
});

test("a line end in a title or an argument begins no command in what is made of it", async () => {
  const data =
    'menuentry "one\nimgfree" {\n linux /k a="b\nchain x" c\n initrd /i\n}\nmenuentry two {\n linux "/k\ny" c\n}\n';
  expect(await menusOf([{ path: "boot/grub/grub.cfg", data }])).toMatchObject([
    { title: "one imgfree", kernel: "k", arguments: 'a="b chain x" c' },
  ]);
});

test("variables that double each other, and lines without end, take neither memory nor time", async () => {
  const doubling = `set a=${"x".repeat(100)}\n${"set a=$a$a\n".repeat(5000)}menuentry x {\n linux /k ${"$a$a ".repeat(2000)}\n}\n`;
  const [entry] = await menusOf([{ path: "boot/grub/grub.cfg", data: doubling }]);
  expect(entry?.arguments.length).toBeLessThan(8193);
  const spaces = `label x${" ".repeat(15_000)}y\nkernel /k\n`.repeat(16);
  expect((await menusOf([{ path: "isolinux/isolinux.cfg", data: spaces }])).length).toBe(1);
  const braces = `${"x {\n".repeat(9000)}linux /k a\n`;
  expect((await menusOf([{ path: "boot/grub/grub.cfg", data: braces }])).length).toBe(1);
});

test("binary files and files without end are no menus", async () => {
  const noise = "menuentry x {\nlinux /k\n}\n\0";
  expect(await menusOf([{ path: "boot/grub/grub.cfg", data: noise }])).toEqual([]);
  expect(await menusOf([{ path: "boot/grub/grub.cfg", data: `${"#".repeat(300_000)}\n` }])).toEqual([]);
});

test("a command line keeps all words but those that name the medium, and what is for the installed system stays last", () => {
  const changes = {
    drop: /^iso-scan\/filename=/,
    replace: [[/^root=live:/, "root=live:{tree}/x"]] as const,
    add: "root=live:{tree}/x ip=dhcp",
  };
  expect(rewriteArguments('a root=live:CDLABEL=F-41 b="c d" iso-scan/filename=/x --- quiet', changes)).toBe(
    'a root=live:{tree}/x b="c d" ip=dhcp --- quiet',
  );
  expect(rewriteArguments("ip=eth0:dhcp", changes)).toBe("ip=eth0:dhcp root=live:{tree}/x");
});
