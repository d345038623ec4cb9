import { networkInterfaces } from "node:os";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { cpio, packed } from "./helpers/archives.ts";
import { grubImage, grubModule, linuxKernel, scriptImage, shimImage } from "./helpers/boot-bytes.ts";
import { findings, put, useCheckedFolder } from "./helpers/checked-tree.ts";
import { bcd } from "./helpers/hive.ts";
import { peImage } from "./helpers/pe-image.ts";

useCheckedFolder();
const gzip = () => gzipSync(Buffer.alloc(5000, "initrd"));

/** The codes and the messages that stand behind them. */
async function seen(config = "root: boot\n"): Promise<string[]> {
  return (await findings(config)).map((line) => line.replace(/^.*?: error\[(T\d+)\] /, "$1 "));
}

const rule = (when: string, key: string) => `root: boot\nboot:\n  - { when: { ${when} }, ${key} }\n`;

describe("shim and GRUB", () => {
  it("shim without its second stage, whatever it is called", async () => {
    put("shimx64.efi", shimImage());
    expect(await seen()).toEqual([
      'T016 "shimx64.efi" is shim, and "grubx64.efi", which it starts, is missing. Put grubx64.efi into the folder of shim.',
    ]);
    put("EFI/BOOT/BOOTX64.EFI", shimImage());
    expect((await seen(rule("arch: x64-uefi", "file: EFI/BOOT/BOOTX64.EFI")))[0]).toContain('"EFI/BOOT/grubx64.efi"');
  });

  it("a second stage for another machine", async () => {
    put("shimx64.efi", shimImage());
    put("grubx64.efi", peImage(0xaa64));
    expect(await seen()).toContain(
      'T004 "grubx64.efi" is a program for arm64, and the shim next to it for x64. Replace it with the file for that machine.',
    );
  });

  it("GRUB without its configuration, by the prefix that is built in", async () => {
    put("grubx64.efi", grubImage("(tftp)/grub"));
    put("boot/grub/grub.cfg", "linux /vmlinuz\n");
    expect(await seen()).toEqual([
      'T015 "grubx64.efi" is GRUB, and does not find its configuration: "grub/grub.cfg" is missing. Create it: it names the kernel and its initrd.',
    ]);
  });

  it("a configuration in the words of GRUB Legacy, and one that reads from a disk", async () => {
    put("grubx64.efi", grubImage("/grub"));
    put("grub/grub.cfg", "title Debian\nroot (nd)\nkernel /vmlinuz\n");
    put("vmlinuz", linuxKernel());
    expect(await seen()).toEqual([
      'T014 GRUB 2 has no command "title": it is a word of GRUB Legacy. Write menuentry, linux and initrd, as GRUB 2 has them.',
      'T014 GRUB 2 has no command "kernel": it is a word of GRUB Legacy. Write menuentry, linux and initrd, as GRUB 2 has them.',
    ]);
    put("grub/grub.cfg", "set root=(hd0,msdos1)\nlinux /vmlinuz\n");
    expect(await seen()).toEqual([
      'T021 GRUB reads "/vmlinuz" from the disk "hd0,msdos1", not from Bootlace. Remove the line that sets root to a disk.',
    ]);
    // A menu line for the local disk is meant, and so is a kernel that is not here.
    put("grub/grub.cfg", "menuentry Net { linux /vmlinuz }\nmenuentry Disk { set root=(hd0,1); linux /vmlinuz }\n");
    expect(await seen()).toEqual([]);
    put("grub/grub.cfg", "set root=(hd0,1)\nlinux /boot/vmlinuz-6.1\n");
    expect(await seen()).toEqual([]);
  });

  it("GRUB that looks beside itself, as Fedora's does", async () => {
    put("secure-boot/grubx64.efi", grubImage("/EFI/fedora"));
    expect(await seen()).toEqual([expect.stringMatching(/^T015 .* "EFI\/fedora\/grub\.cfg" is missing/)]);
    put("secure-boot/grub.cfg", "linux /vmlinuz\n");
    put("vmlinuz", linuxKernel());
    expect(await seen()).toEqual([]);
  });

  it("what grub.cfg names, and the files it reads", async () => {
    put("shimx64.efi", shimImage());
    put("grubx64.efi", grubImage("/grub"));
    put(
      "grub/grub.cfg",
      "source $prefix/more.cfg\nmenuentry a {\n  linux /images/vmlinuz\n  initrd /images/initrd\n}\n",
    );
    put("grub/more.cfg", "menuentry b { linux /images/other }\n");
    put("images/initrd", cpio({}));
    expect(await findings("root: boot\n")).toEqual([
      'ROOT/grub/more.cfg:1:21: error[T001] "/images/other" is not in the root ROOT. Copy the file there, or correct the name; names count from the root.',
      'ROOT/grub/grub.cfg:3:9: error[T001] "/images/vmlinuz" is not in the root ROOT. Copy the file there, or correct the name; names count from the root.',
    ]);
  });

  it("GRUB without its modules, for UEFI and for BIOS", async () => {
    put("grub/grub.cfg", "linux (http,10.0.0.1)/vmlinuz\n");
    put("grubx64.efi", grubImage("/grub", ["net"]));
    expect(await seen()).toEqual([
      'T016 "grubx64.efi" stops at "grub rescue>" without its modules: "grub/x86_64-efi/normal.mod" is missing. Make the folder with grub-mknetdir, or copy the modules of the same GRUB.',
    ]);
    put("grub/x86_64-efi/normal.mod", grubModule([]));
    expect(await seen()).toEqual([]);
    put("core.0", Uint8Array.of(0xb2, 0x7f, 0xea, 0, 0x82, 0, 0, 0));
    expect((await seen(rule("arch: x86-bios", "file: core.0")))[0]).toMatch(
      /^T016 "core\.0" .* "boot\/grub\/i386-pc\/normal\.mod" is missing/,
    );
  });
});

describe("iPXE", () => {
  it.each([
    ["kernel vmlinuz\n", "does not begin with #!ipxe, so iPXE does not take it for a script"],
    ["\n#!ipxe\nboot\n", "does not begin with #!ipxe: blank space precedes it"],
    ["\ufeff#!ipxe\nboot\n", "begins with a byte order mark"],
    [Buffer.from("\ufeff#!ipxe\nboot\n", "utf16le"), "is written in UTF-16"],
  ])("a script that iPXE does not read", async (content, problem) => {
    put("boot.ipxe", content);
    put("vmlinuz", linuxKernel());
    const [line = "", ...others] = await seen();
    expect(line).toContain(`T013 "boot.ipxe" ${problem}`);
    expect(others).toEqual([]);
  });

  it("https to the port on which Bootlace speaks plain HTTP", async () => {
    const own = Object.values(networkInterfaces())
      .flatMap((addresses = []) => addresses)
      .find(({ family }) => family === "IPv4")?.address;
    put("boot.ipxe", `#!ipxe\nkernel https://${own}:8069/vmlinuz\nboot\n`);
    put("vmlinuz", linuxKernel());
    expect(await seen(rule("firmware: ipxe", "script: boot.ipxe"))).toEqual([
      `T022 "https://${own}:8069/vmlinuz" is https, but Bootlace speaks plain HTTP at ${own}:8069. Write http: instead of https:.`,
    ]);
  });

  it("a jump to a label that the script does not have", async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a setting of iPXE
    const script = "#!ipxe\ngoto instal\n:install\niseq a b && goto c || goto install\ngoto d ||\ngoto ${e}\n";
    put("boot.ipxe", script);
    expect(await seen(rule("firmware: ipxe", "script: boot.ipxe"))).toEqual([
      'T020 goto names the label "instal", which the script does not have. Correct the label, or add its line.',
    ]);
    put("boot.ipxe", script.replace("c || goto install", "c"));
    expect(await seen(rule("firmware: ipxe", "script: boot.ipxe"))).toContainEqual(
      expect.stringContaining('names the label "c"'),
    );
  });

  it("what a script names, and the scripts it goes on with", async () => {
    put("menus/main.ipxe", "#!ipxe\nkernel /images/bzImage\ninitrd root.cpio.gz\nchain more.ipxe || shell\nkernal x\n");
    put(
      "menus/more.ipxe",
      `#!ipxe\nchain \${net0/mac}.ipxe ||\nkernel http://10.0.0.1/k\ninitrd tftp://\${next-server}/none\n`,
    );
    expect(await seen(rule("firmware: ipxe", "script: menus/main.ipxe"))).toEqual([
      'T001 "/images/bzImage" is not in the root ROOT. Copy the file there, or correct the name; names count from the folder of the script.',
      'T001 "root.cpio.gz" is not in the root ROOT. Copy the file there, or correct the name; names count from the folder of the script.',
      expect.stringMatching(/^T001 "tftp:\/\/\$\{next-server\}\/none" is not in the root/),
      'T014 iPXE has no command "kernal". Correct the word.',
    ]);
    expect((await seen(rule("firmware: ipxe", "script: menus/none.ipxe")))[0]).toMatch(
      /T001 boot\[0\]\.script: "menus\/none\.ipxe"/,
    );
  });

  it("wimboot without the Windows files", async () => {
    put("boot.ipxe", "#!ipxe\nkernel wimboot\ninitrd boot.wim boot.wim\nboot\n");
    put("wimboot", linuxKernel());
    const wim = Buffer.alloc(208);
    wim.write("MSWIM\0\0\0");
    put("boot.wim", wim);
    expect(await seen()).toEqual([
      "T019 wimboot gets no BCD here, and stops without it. Add a line such as: initrd BCD BCD.",
      "T019 wimboot gets no boot.sdi here, and stops without it. Add a line such as: initrd boot.sdi boot.sdi.",
    ]);
  });
});

it("initrds of every packing that are cut short", async () => {
  const all = { ...packed, cpio: cpio({ init: Buffer.alloc(3000, "i") }) };
  const names = Object.keys(all).map((name) => name.replaceAll(/[ ,]+/g, "-"));
  put(
    "boot.ipxe",
    `#!ipxe\nkernel vmlinuz\n${names.map((name) => `initrd ${name}\ninitrd whole-${name}\n`).join("")}boot\n`,
  );
  put("vmlinuz", linuxKernel());
  for (const [name, bytes] of Object.entries(all)) {
    put(name.replaceAll(/[ ,]+/g, "-"), bytes.subarray(0, bytes.length - 6));
    put(`whole-${name.replaceAll(/[ ,]+/g, "-")}`, bytes);
  }
  const found = await seen();
  expect(found.map((line) => line.replace(/^T012 "([^"]*)".* truncated.*$/, "$1"))).toEqual(names);
});

describe("Windows", () => {
  const wim = Buffer.alloc(208);
  wim.write("MSWIM\0\0\0");

  it("a BCD that names an image which wimboot does not get", async () => {
    put("boot.ipxe", "#!ipxe\nkernel wimboot\ninitrd bcd BCD\ninitrd boot.sdi\ninitrd boot.wim boot.wim\nboot\n");
    put("wimboot", linuxKernel());
    put("boot.wim", wim);
    put("boot.sdi", "x y");
    put("bcd", bcd("\\sources\\winpe.wim"));
    expect(await seen()).toEqual([
      'T019 "bcd" names "\\\\sources\\\\winpe.wim", and wimboot gets no file of that name here. Add a line such as: initrd FILE winpe.wim.',
    ]);
    put("bcd", bcd("\\other\\Boot.wim"));
    expect(await seen()).toEqual([]);
  });

  it("a BCD of the Windows Boot Manager that names what is not there", async () => {
    put("pxeboot.n12", Buffer.alloc(26000, 1));
    put("Boot/BCD", bcd("\\sources\\boot.wim"));
    put("Boot/boot.sdi", "x y");
    expect(await seen()).toEqual([
      'T001 "\\\\sources\\\\boot.wim" is not in the root ROOT. Copy the file there, or correct the name with bcdedit; names count from the root.',
    ]);
    put("sources/boot.wim", wim);
    expect(await seen()).toEqual([]);
  });
});

describe("other loaders", () => {
  it("a Raspberry Pi folder in which no generation has what it needs", async () => {
    put("bootcode.bin", Buffer.alloc(500));
    put("config.txt", "arm_64bit=1\n");
    put("kernel8.img", linuxKernel());
    const [line = "", ...others] = await seen();
    expect(line).toContain("T016 no Raspberry Pi starts from this folder");
    expect(line).toContain('for Raspberry Pi 4: "start4.elf"');
    expect(others).toEqual([]);
    put("start4.elf", Buffer.alloc(500));
    expect(await seen()).toEqual([]);
  });

  it("U-Boot's script and extlinux.conf", async () => {
    put("boot.scr.uimg", scriptImage("tftpboot $kernel_addr_r Image\n"));
    put("extlinux/extlinux.conf", "LABEL a\nLINUX /Image\nFDT /board.dtb\n");
    expect(await seen()).toEqual([
      expect.stringMatching(/^T001 "Image" /),
      expect.stringMatching(/^T001 "\/Image" /),
      expect.stringMatching(/^T001 "\/board\.dtb" /),
    ]);
  });

  it("a kernel in a form for which U-Boot has another command", async () => {
    const image = Buffer.alloc(2048, 1);
    image.write("ARM\x64", 0x38, "latin1");
    put("Image", image);
    put("boot.scr.uimg", scriptImage("tftpboot $kernel_addr_r Image && bootm $kernel_addr_r\n"));
    expect(await seen()).toEqual([
      'T012 "Image" is a plain Image, and the script starts it by bootm, which many builds of U-Boot refuse. Write booti instead.',
    ]);
    put("boot.scr.uimg", scriptImage("tftpboot $kernel_addr_r Image && booti $kernel_addr_r\n"));
    expect(await seen()).toEqual([]);
  });

  it("what U-Boot's pxe command finds: there, and for this processor", async () => {
    put("boot.scr.uimg", scriptImage("pxe get\n"));
    put("pxelinux.cfg/default-arm", "default one\nlabel one\n  kernel images/Image\n  initrd initrd.gz\n");
    expect(await seen()).toEqual([
      expect.stringMatching(/^T001 "images\/Image" /),
      expect.stringMatching(/^T001 "initrd\.gz" /),
    ]);
    put("images/Image", linuxKernel());
    put("initrd.gz", gzip());
    expect(await seen()).toEqual([
      'T004 "images/Image" is a kernel for x64, and this configuration is for ARM. Name a kernel for that machine.',
    ]);
    put("pxelinux.cfg/default-arm", "");
    expect(await seen()).toEqual(['T012 "pxelinux.cfg/default-arm" is empty. Write it, or copy it again.']);
    put("pxelinux.cfg/default-arm", "label one\n  localboot 1\n");
    put("pxelinux.cfg/default", "label one\n  kernel /none\n");
    expect(await seen()).toEqual([expect.stringMatching(/^T001 "\/none" /)]);
  });

  it("a script for U-Boot that is a plain text", async () => {
    put("boot.scr.uimg", "tftpboot $kernel_addr_r Image\n");
    expect(await seen()).toEqual([
      'T012 "boot.scr.uimg" is plain text, and U-Boot runs only a script image. Make an image of the text with mkimage -T script.',
    ]);
  });

  it("the installer of ESXi", async () => {
    put("esxi/mboot.efi", peImage(0x8664));
    const config = rule("arch: x64-uefi", "file: esxi/mboot.efi");
    expect((await seen(config))[0]).toMatch(/^T015 .*"esxi\/boot\.cfg" is missing/);
    put("esxi/boot.cfg", "kernel=b.b00\nmodules=jumpstrt.gz --- k.b00\n");
    put("esxi/k.b00", gzip());
    expect(await seen(config)).toEqual([
      expect.stringMatching(/^T001 "b\.b00"/),
      expect.stringMatching(/^T001 "jumpstrt\.gz"/),
    ]);
  });
});

describe("rules", () => {
  it("a config that replies to nobody", async () => {
    put("x", "x");
    const nobody = "root: boot\nboot:\n  - { when: { arch: x64-uefi }, ignore: true }\n  - { ignore: true }\n";
    expect(await findings(nobody)).toEqual([
      "a.yaml:2:1: error[T018] boot: no client gets a reply: every rule ignores its clients, and the last one matches all. Write a rule with a file, a script or a menu before it, or remove the last.",
    ]);
    expect(await findings("root: boot\nboot:\n  - { when: { arch: x64-uefi }, ignore: true }\n")).toEqual([]);
    expect(await findings(`${nobody}dhcp: { enabled: false }\n`)).toEqual([]);
  });
});
