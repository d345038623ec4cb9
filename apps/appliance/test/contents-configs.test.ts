import { describe, expect, test } from "vitest";
import { readConfig } from "../src/catalogue/contents/configs.ts";
import { needs, read } from "./helpers/config-needs.ts";

describe("PXELINUX", () => {
  test("names count from the folder of the loader, also those that begin with a slash", () => {
    const facts = read(
      "pxelinux/pxelinux.cfg/default",
      `UI vesamenu.c32
MENU BACKGROUND bg.png
TIMEOUT 50
LABEL debian
  MENU DEFAULT
  LINUX /images/vmlinuz
  INITRD one.gz,two.gz
  FDT board.dtb
LABEL other
  KERNEL other
  APPEND root=/dev/nfs initrd=/images/initrd.gz quiet
  TEXT HELP
    KERNEL is a word of this text
  ENDTEXT
`,
    );
    expect(needs(facts)).toEqual([
      "1: module pxelinux/vesamenu.c32",
      "2: image pxelinux/bg.png optional",
      "6: kernel pxelinux/images/vmlinuz [debian]",
      "7: initrd pxelinux/one.gz [debian]",
      "7: initrd pxelinux/two.gz [debian]",
      "8: image pxelinux/board.dtb [debian]",
      "10: kernel pxelinux/other [other] or pxelinux/other.cbt,pxelinux/other.0,pxelinux/other.com,pxelinux/other.c32",
      "11: initrd pxelinux/images/initrd.gz [other]",
    ]);
    expect(facts).toMatchObject({ loader: "pxelinux", waits: false, starts: "debian", localBoot: false });
  });

  test("a server in front of two colons, a URL, and two colons alone", () => {
    const facts = read(
      "pxelinux.cfg/default",
      "DEFAULT a\nLABEL a\nKERNEL 10.0.0.1::vmlinuz\nINITRD http://192.168.50.10:8069/a%20b/initrd,::/x/initrd\n",
    );
    expect(needs(facts)).toEqual(["3: kernel @10.0.0.1 [a]", "4: initrd a b/initrd [a]", "4: initrd x/initrd [a]"]);
  });

  test("a default that is no label is a command of its own", () => {
    expect(needs(read("pxelinux.cfg/default", "DEFAULT vmlinuz.img initrd=rd.gz\n"))).toEqual([
      "1: program vmlinuz.img",
      "1: initrd rd.gz",
    ]);
    expect(needs(read("a/pxelinux.cfg/default", "INCLUDE menu/std.cfg\nDEFAULT menu.c32\n"))).toEqual([
      "1: config a/menu/std.cfg",
      "2: module a/menu.c32",
    ]);
  });

  test("a common APPEND counts for the labels that have none", () => {
    const text =
      "DEFAULT a\nAPPEND initrd=rd.gz\nLABEL a\nLINUX k\nLABEL b\nLINUX k\nAPPEND -\nLABEL c\nLINUX k\nAPPEND ro\n";
    expect(needs(read("pxelinux.cfg/default", text)).filter((need) => need.includes("initrd"))).toEqual([
      "2: initrd rd.gz [a]",
    ]);
  });

  test("modules that start something name it behind APPEND", () => {
    const text = `DEFAULT xen
LABEL xen
  COM32 mboot.c32
  APPEND xen.gz dom0_mem=1G --- vmlinuz ro --- initrd.gz
LABEL esxi
  KERNEL mboot.c32
  APPEND -c esxi/boot.cfg
LABEL sub
  KERNEL vesamenu.c32
  APPEND ~ sub.cfg
LABEL old
  CONFIG other.cfg
`;
    expect(needs(read("pxelinux.cfg/default", text))).toEqual([
      "3: module mboot.c32 [xen]",
      "4: image xen.gz [xen]",
      "4: image vmlinuz [xen]",
      "4: image initrd.gz [xen]",
      "6: module mboot.c32 [esxi]",
      "7: config esxi/boot.cfg [esxi]",
      "9: module vesamenu.c32 [sub]",
      "10: config sub.cfg [sub]",
      "12: config other.cfg [old]",
    ]);
  });

  test.each([
    ["DEFAULT a\nLABEL a\nLOCALBOOT 0\n", { waits: false, starts: "a", localBoot: true }],
    ["DEFAULT a\nLABEL a\nCOM32 chain.c32\nAPPEND hd0\n", { waits: false, starts: "a", localBoot: true }],
    ["PROMPT 1\nDEFAULT a\nLABEL a\nLOCALBOOT 0\n", { waits: true }],
    ["PROMPT 1\nTIMEOUT 30\nDEFAULT a\nLABEL a\nLINUX k\n", { waits: false, localBoot: false }],
    ["LABEL a\nLINUX k\n", { waits: true }],
    ["UI menu.c32\nLABEL a\nLINUX k\n", { waits: true }],
    ["UI menu.c32\nTIMEOUT 9\nONTIMEOUT b\nLABEL a\nLINUX k\nLABEL b\nLOCALBOOT 0\n", { starts: "b", localBoot: true }],
  ])("what happens without a person: %j", (text, wanted) => {
    expect(read("pxelinux.cfg/default", text)).toMatchObject(wanted);
  });

  test("U-Boot's extlinux.conf takes a name from a slash on as it is", () => {
    const facts = read("extlinux/extlinux.conf", "DEFAULT l\nLABEL l\nLINUX /Image\nFDT ../dtb/a.dtb\n");
    expect(needs(facts)).toEqual(["3: kernel Image [l]", "4: image dtb/a.dtb [l]"]);
    expect(facts.loader).toBe("u-boot");
  });
});

describe("GRUB", () => {
  test("a variable that doubles with each line stays short", () => {
    const text = `set a=ab\n${"set a=$a$a\n".repeat(40)}linux /$a\n`;
    expect(JSON.stringify(read("grub/grub.cfg", text)).length).toBeLessThan(20_000);
  });

  test("names count from the root of the server, and $prefix is the folder of grub.cfg", () => {
    const facts = read(
      "boot/grub/grub.cfg",
      `set timeout=5
set default="live"
set dir=/images
loadfont unicode
source $prefix/more.cfg
menuentry 'Install' --class x {
  linux $dir/vmlinuz quiet   # a remark
  initrd \${dir}/a.img /images/b.img
}
menuentry "Live" --id live {
  linuxefi (tftp,192.168.50.10)/live/vmlinuz root="a b"
  initrdefi (http,10.0.0.9:8080)/live/initrd
}
submenu More {
  menuentry Xen { multiboot2 /xen.gz; module2 /vmlinuz; module2 /initrd.gz }
}
if [ -e /extra.cfg ]; then configfile /extra.cfg; fi
menuentry Disk { search --set=root --file /vmlinuz; linux /vmlinuz; initrd /initrd.img }
`,
    );
    expect(needs(facts)).toEqual([
      "4: image unicode optional",
      "5: config boot/grub/more.cfg optional",
      "7: kernel images/vmlinuz [Install]",
      "8: initrd images/a.img [Install]",
      "8: initrd images/b.img [Install]",
      "11: kernel live/vmlinuz [Live]",
      "12: initrd @10.0.0.9:8080 [Live]",
      "15: kernel xen.gz [More>Xen]",
      "15: image vmlinuz [More>Xen]",
      "15: image initrd.gz [More>Xen]",
      "17: config extra.cfg optional",
    ]);
    expect(facts).toMatchObject({ loader: "grub", waits: false, starts: "Live", localBoot: false });
  });

  test("what depends on the client is not missed", () => {
    const facts = read("grub/grub.cfg", `configfile /grub/by-mac/\${net_default_mac}.cfg\nlinux ($root)/k\n`);
    expect(needs(facts)[0]).toBe("1: config ? optional");
  });

  test("a kernel on a disk of the machine is none that it asks for", () => {
    const facts = read("grub/grub.cfg", "set root=(hd0,msdos1)\nlinux /vmlinuz ro\ninitrd /initrd.img\nboot\n");
    expect(facts).toMatchObject({ needs: [], waits: false });
    expect(facts.diskReads).toEqual([{ name: "/vmlinuz", disk: "hd0,msdos1", path: "vmlinuz", line: 2 }]);
    const menu =
      "set timeout=5\nmenuentry Disk { search --set=root --file /k; linux /k }\nmenuentry Net { linux /k }\n";
    expect(read("grub/grub.cfg", menu)).toMatchObject({
      starts: "Disk",
      diskReads: [{ name: "/k", path: "k", entry: "Disk", line: 2 }],
    });
    expect(read("grub/grub.cfg", "if [ -e /x ]; then set root=(hd0,1); linux /k; fi\n").diskReads).toBeUndefined();
  });

  test("words of GRUB Legacy are no commands of GRUB 2", () => {
    const text = "default 0\ntitle Debian\nroot (nd)\nkernel /vmlinuz\ninitrd /initrd.img\nboot\n";
    const facts = read("grub/grub.cfg", text);
    expect(facts.unknownCommands?.map(({ word, line }) => `${line} ${word}`)).toEqual([
      "1 default",
      "2 title",
      "3 root",
      "4 kernel",
    ]);
    expect(facts.waits).toBe(false);
    const own = "function title { echo $1 }\nset root=(hd0,1)\ntitle x\nlinux (tftp)/k\n";
    expect(read("grub/grub.cfg", own).unknownCommands).toBeUndefined();
  });

  test.each([
    ["chainloader (hd0)+1\nboot\n", { waits: false, localBoot: true }],
    ["menuentry a { linux /k }", { waits: true }],
    ["set timeout=-1\nmenuentry a { linux /k }", { waits: true }],
    ["timeout=3\nset default=1\nmenuentry a { linux /k }\nmenuentry b { exit }", { starts: "b", localBoot: true }],
    ["set timeout=0\nmenuentry a { chainloader (hd0)+1 }", { starts: "a", localBoot: true }],
    ["linux /k\ninitrd /i\nboot\n", { waits: false }],
  ])("what happens without a person: %j", (text, wanted) => {
    expect(read("grub/grub.cfg", text)).toMatchObject(wanted);
  });
});

describe("Raspberry Pi", () => {
  const of = (text: string, generation: string) =>
    needs(read("abc/config.txt", text)).filter((need) => need.includes(`[${generation}]`));

  test("each generation has its firmware and its kernel", () => {
    expect(of("", "pi4")).toEqual([
      "0: program abc/start4.elf [pi4] or abc/start4x.elf,abc/start4cd.elf,abc/start4db.elf",
      "0: kernel abc/kernel8.img [pi4] or abc/kernel7l.img,abc/kernel7.img,abc/kernel.img",
      "0: config abc/cmdline.txt [pi4] optional",
    ]);
    expect(of("arm_64bit=1\n", "pi3")).toEqual([
      "0: program abc/bootcode.bin [pi3]",
      "0: program abc/start.elf [pi3] or abc/start_x.elf,abc/start_cd.elf,abc/start_db.elf",
      "1: kernel abc/kernel8.img [pi3]",
      "0: config abc/cmdline.txt [pi3] optional",
    ]);
    expect(of("", "pi5")[0]).toBe("0: kernel abc/kernel_2712.img [pi5] or abc/kernel8.img");
  });

  test("filters, prefix, kernel and initramfs", () => {
    const text =
      "os_prefix=os/\ninitramfs rd.img followkernel\n[pi3]\nkernel=three.img\n[pi4]\nkernel=four.img\n[gpio4=1]\nkernel=pin.img\n[all]\ncmdline=c.txt\n";
    expect(of(text, "pi4").slice(1)).toEqual([
      "6: kernel abc/os/four.img [pi4] or abc/four.img",
      "2: initrd abc/os/rd.img [pi4] or abc/rd.img",
      "10: config abc/os/c.txt [pi4] optional or abc/c.txt",
    ]);
    expect(of(text, "pi3")[2]).toBe("4: kernel abc/os/three.img [pi3] or abc/three.img");
  });
});

test("ESXi: kernel and modules behind the prefix", () => {
  const text = "title=x\nprefix=esxi7\nkernel=b.b00\nmodules=jumpstrt.gz --- k.b00 -x --- /top.gz\n";
  expect(needs(read("boot.cfg", text))).toEqual([
    "3: kernel esxi7/b.b00",
    "4: image esxi7/jumpstrt.gz",
    "4: image esxi7/k.b00",
    "4: image top.gz",
  ]);
  const elsewhere = "prefix=http://10.0.0.1/e\nkernel=b.b00\nmodules=a.gz\n";
  expect(needs(read("boot.cfg", elsewhere))).toEqual(["2: kernel @10.0.0.1", "3: image @10.0.0.1"]);
});

test("U-Boot's script", () => {
  const text = `setenv dir img\ntftpboot \${kernel_addr_r} \${dir}/Image\ntftp \${ramdisk_addr_r} \${dir}/rd.gz\ntftp \${fdt_addr_r} \${fdtfile}\nif tftp $a x.scr; then source $a; fi\n`;
  expect(needs(readConfig("u-boot", text, { path: "" }))).toEqual([
    "2: kernel img/Image",
    "3: initrd img/rd.gz",
    "4: image ? optional",
    "5: script x.scr optional",
  ]);
});

test.each([
  ["tftpboot $a Image && bootm $a", ["bootm"]],
  ["tftpboot $a Image\ntftpboot $b rd\nbooti $a $b", ["booti", undefined]],
  ["tftp 0x82000000 zImage; bootz 0x82000000 - $fdt_addr", ["bootz"]],
  ["tftp $a fit.itb; bootm $a#conf-1", ["bootm"]],
  ["if tftp $a Image; then booti $a || bootm $a; fi", [undefined]],
  ["tftp $a Image; tftp $a Image2; bootm $a", [undefined, "bootm"]],
  ["tftp $a Image; bootm $other", [undefined]],
])("U-Boot's script: by what it starts a file: %j", (text, commands) => {
  const { needs } = readConfig("u-boot", text, { path: "" });
  expect(needs.map(({ startedBy }) => startedBy)).toEqual(commands);
});
