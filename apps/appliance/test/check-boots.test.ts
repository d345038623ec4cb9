import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { libraryUser, linuxKernel } from "./helpers/boot-bytes.ts";
import { checked, findings, folder, put, useCheckedFolder } from "./helpers/checked-tree.ts";
import { peImage, sectionedImage } from "./helpers/pe-image.ts";
import { ldlinuxModule, pxelinuxLoader } from "./helpers/pxelinux.ts";

useCheckedFolder();

const symbols = ["start_ldlinux"];
const gzip = () => gzipSync(Buffer.alloc(5000, "initrd"));

/** PXELINUX whole in itself, with this configuration. */
function pxelinux(config?: string): void {
  put("pxelinux/pxelinux.0", pxelinuxLoader("6.04", symbols));
  put("pxelinux/ldlinux.c32", ldlinuxModule(symbols));
  if (config !== undefined) put("pxelinux/pxelinux.cfg/default", config);
}

/** The codes and the messages that stand behind them. */
async function seen(config = "root: boot\n"): Promise<string[]> {
  return (await findings(config)).map((line) => line.replace(/^.*?: error\[(T\d+)\] /, "$1 "));
}

const rule = (when: string, key: string) => `root: boot\nboot:\n  - { when: { ${when} }, ${key} }\n`;

describe("PXELINUX", () => {
  it("a tree in which all is there has no findings", async () => {
    pxelinux("UI menu.c32\nTIMEOUT 50\nLABEL a\nLINUX vmlinuz\nINITRD initrd.gz\n");
    put("pxelinux/menu.c32", libraryUser(["libutil.c32"]));
    put("pxelinux/libutil.c32", libraryUser([]));
    put("pxelinux/vmlinuz", linuxKernel());
    put("pxelinux/initrd.gz", gzip());
    expect(await seen()).toEqual([]);
  });

  it("no configuration at all", async () => {
    pxelinux();
    expect(await seen()).toEqual([
      'T015 "pxelinux/pxelinux.0" does not find its configuration: "pxelinux/pxelinux.cfg/default" is missing. Create it: it names the kernel and its initrd.',
    ]);
    // Those of clients may be in folders of their own.
    expect(await seen('root: boot\nboot:\n  - { root: "{mac}", file: pxelinux/pxelinux.0 }\n')).toEqual([]);
  });

  it.each([
    ["kernel", "LABEL a\nLINUX live/vmlinuz\n", '"live/vmlinuz"'],
    ["initrd", "LABEL a\nLINUX vmlinuz\nAPPEND quiet initrd=initrd-6.1.img\n", '"initrd-6.1.img"'],
    ["include", "INCLUDE menu/standard.cfg\nLABEL a\nLINUX vmlinuz\n", '"menu/standard.cfg"'],
    ["module", "UI vesamenu.c32\nLABEL a\nLINUX vmlinuz\n", '"vesamenu.c32"'],
    ["device tree", "LABEL a\nLINUX vmlinuz\nFDT board.dtb\n", '"board.dtb"'],
  ])("a %s that is missing", async (_what, config, name) => {
    pxelinux(config);
    put("pxelinux/vmlinuz", linuxKernel());
    const [line = "", ...others] = await seen();
    expect(line).toContain(`T001 ${name} is not in the root`);
    expect(others).toEqual([]);
  });

  it("what an included configuration names counts from the folder of the loader", async () => {
    pxelinux("INCLUDE menus/a.cfg\n");
    put("pxelinux/menus/a.cfg", "LABEL a\nLINUX vmlinuz\nLABEL b\nLINUX none\n");
    put("pxelinux/vmlinuz", linuxKernel());
    expect(await findings("root: boot\n")).toEqual([
      'ROOT/pxelinux/menus/a.cfg:4:7: error[T001] "none" is not in the root ROOT. Copy the file there, or correct the name; names count from the folder of pxelinux.0.',
    ]);
  });

  it("an absolute path, before which PXELINUX puts its folder", async () => {
    pxelinux("LABEL a\nLINUX /images/vmlinuz\n");
    put("images/vmlinuz", linuxKernel());
    expect(await seen()).toEqual([
      'T017 PXELINUX requests "pxelinux/images/vmlinuz" for "/images/vmlinuz": it puts its own folder in front. Write ::/images/vmlinuz, which counts from the root.',
    ]);
  });

  it("libraries of a module that are missing, or where PXELINUX does not look", async () => {
    pxelinux("UI menu.c32\nLABEL a\nLINUX vmlinuz\n");
    put("pxelinux/menu.c32", libraryUser(["libutil.c32", "libcom32.c32"]));
    put("pxelinux/vmlinuz", linuxKernel());
    expect(await seen()).toEqual([
      'T016 "menu.c32" does not start without libutil.c32, which is missing. Copy libutil.c32 of the same Syslinux into the folder of the loader.',
      'T016 "menu.c32" does not start without libcom32.c32, which is missing. Copy libcom32.c32 of the same Syslinux into the folder of the loader.',
    ]);
    put("pxelinux/pxelinux.cfg/default", "UI mods/menu.c32\nLABEL a\nLINUX vmlinuz\n");
    put("pxelinux/mods/menu.c32", libraryUser(["libutil.c32"]));
    put("pxelinux/mods/libutil.c32", libraryUser([]));
    expect((await seen())[0]).toContain("Add the line: PATH pxelinux/mods");
    put("pxelinux/pxelinux.cfg/default", "PATH mods\nUI mods/menu.c32\nLABEL a\nLINUX vmlinuz\n");
    expect(await seen()).toEqual([]);
  });

  it("modules of the other platform", async () => {
    pxelinux("UI menu.c32\nLABEL a\nLINUX vmlinuz\n");
    const menu = libraryUser([]);
    menu[18] = 62;
    put("pxelinux/menu.c32", menu);
    put("pxelinux/vmlinuz", linuxKernel());
    expect(await seen()).toEqual([
      'T004 "menu.c32" is a module for UEFI, and the loader in this folder runs on BIOS. Copy the module of the same Syslinux for BIOS.',
    ]);
    const core = ldlinuxModule(symbols);
    core[4] = 2;
    put("pxelinux/ldlinux.c32", core);
    expect((await seen())[0]).toMatch(/^T006 this ldlinux\.c32 is for UEFI/);
  });

  it("modules of SYSLINUX for UEFI: those of 32-bit machines cannot be distinguished from those for BIOS", async () => {
    for (const [folder, machine, core] of [
      ["efi64", 0x8664, "ldlinux.e64"],
      ["efi32", 0x014c, "ldlinux.e32"],
    ] as const) {
      put(`${folder}/syslinux.efi`, peImage(machine));
      put(`${folder}/${core}`, libraryUser([]));
      put(`${folder}/menu.c32`, libraryUser([]));
      put(`${folder}/pxelinux.cfg/default`, "UI menu.c32\nLABEL a\nLOCALBOOT 0\n");
    }
    expect(await findings("root: boot\n")).toEqual([
      'ROOT/efi64/pxelinux.cfg/default:1:4: error[T004] "menu.c32" is a module for BIOS, and the loader in this folder runs on UEFI. Copy the module of the same Syslinux for UEFI.',
    ]);
  });

  it("a module of another version", async () => {
    pxelinux("UI menu.c32\nLABEL a\nLINUX vmlinuz\n");
    put("pxelinux/menu.c32", ldlinuxModule(["start_ldlinux", "new_function", "lua_insert"]));
    put("pxelinux/vmlinuz", linuxKernel());
    expect(await seen()).toEqual([
      'T006 "menu.c32" is of another version than the loader: it needs "new_function". Copy all modules from the Syslinux of the loader.',
    ]);
  });

  it("kernels that are none: .bin, cut, a web page, a text, empty, for nobody to read", async () => {
    pxelinux(
      [
        "KERNEL memtest86+x64.bin",
        "LINUX bzImage",
        "LINUX page",
        "LINUX text",
        "LINUX empty",
        "LINUX link",
        "LINUX debian",
      ]
        .map((line, index) => `LABEL ${index}\n${line}\n`)
        .join(""),
    );
    put("pxelinux/memtest86+x64.bin", linuxKernel());
    put("pxelinux/bzImage", linuxKernel().subarray(0, 2000));
    put("pxelinux/page", "<!DOCTYPE html>\n<html><title>404 Not Found</title></html>");
    put("pxelinux/text", "404: Not Found");
    put("pxelinux/empty", "");
    put("pxelinux/debian/vmlinuz", linuxKernel());
    writeFileSync(join(folder, "outside"), linuxKernel());
    symlinkSync("../../outside", join(folder, "boot/pxelinux/link"));
    expect(await seen()).toEqual([
      'T007 "memtest86+x64.bin" ends in .bin, so PXELINUX treats it as a boot sector, not as a kernel. Rename it without .bin, or write LINUX instead of KERNEL.',
      'T012 "bzImage" is truncated: it has 2000 bytes of 3057. Copy it again.',
      'T012 "page" is a web page, not the file that it should be. Download the file again.',
      'T012 "text" is text, not a program. Copy it again.',
      'T012 "empty" is empty. Copy it again.',
      'T002 "link" cannot be served: it is a symbolic link out of the root. Make it a readable file in the root.',
      'T002 "debian" cannot be served: it is a folder. Make it a readable file in the root.',
    ]);
  });

  it("an initrd that ends before its end", async () => {
    pxelinux("LABEL a\nLINUX vmlinuz\nINITRD cut.gz,whole.gz\n");
    put("pxelinux/vmlinuz", linuxKernel());
    put("pxelinux/cut.gz", gzip().subarray(0, 30));
    // Kernels unpack several archives behind each other, and zeros between them.
    put("pxelinux/whole.gz", Buffer.concat([gzip(), Buffer.alloc(4), Buffer.from("070701")]));
    expect(await seen()).toEqual(['T012 "cut.gz" is truncated. Copy it again.']);
  });

  it("SYSLINUX for UEFI without its core and its configuration", async () => {
    put("efi/syslinux.efi", peImage(0x8664));
    expect(await seen(rule("arch: x64-uefi", "file: efi/syslinux.efi"))).toEqual([
      "T016 SYSLINUX for UEFI stops without ldlinux.e64 next to it. Copy ldlinux.e64 of the same Syslinux into the same folder.",
      'T015 "efi/syslinux.efi" does not find its configuration: "efi/pxelinux.cfg/default" is missing. Create it: it names the kernel and its initrd.',
    ]);
  });
});

describe("programs and machines", () => {
  it.each([
    ["arch: x64-uefi", "pxelinux.0"],
    ["arch: ia32-uefi", "undionly.kpxe"],
    ["arch: arm64-uefi", "pxelinux.0"],
    ["firmware: uefi", "pxelinux.0"],
    ["arch: [x86-bios, x64-uefi]", "pxelinux.0"],
  ])("a rule for %s gives %s", async (when, file) => {
    put(file, Buffer.alloc(42_000));
    put("pxelinux.cfg/default", "LABEL a\n");
    expect(await seen(rule(when, `file: ${file}`))).toEqual([
      expect.stringMatching(
        `^T004 boot\\[0\\]\\.file: "${file}" is not a UEFI program \\(it has no PE header\\), but the rule is for `,
      ),
    ]);
  });

  it.each(["arch: x86-bios", "firmware: bios"])("a rule for %s gives a UEFI program", async (when) => {
    put("a.efi", peImage(0x8664));
    expect(await seen(rule(when, "file: a.efi"))).toEqual([
      expect.stringMatching(/^T004 boot\[0\]\.file: "a\.efi" is a UEFI program/),
    ]);
    expect(await seen(rule("firmware: ipxe", "file: a.efi"))).toEqual([]);
  });

  it("by the bytes and not the name: a kernel with an EFI stub is a program, and for x86-bios none", async () => {
    const stub = peImage(0x8664, 0x300);
    stub.set(linuxKernel().subarray(0x1f1, 0x268), 0x1f1);
    put("vmlinuz", stub);
    expect(await seen(rule("arch: x64-uefi", "file: vmlinuz"))).toEqual([]);
    expect((await seen(rule("arch: x86-bios", "file: vmlinuz")))[0]).toMatch(/^T004/);
  });

  it("menu lines, for the architectures of the rules that show the menu", async () => {
    put("loader.0", Buffer.alloc(9000));
    const config =
      "root: boot\nmenus: { m: { items: [{ text: a, file: loader.0 }] } }\nboot:\n  - { when: { arch: x64-uefi }, menu: m }\n";
    expect((await seen(config))[0]).toMatch(/^T004 menus\.m\.items\[0\]\.file: "loader\.0" is not a UEFI program/);
  });

  it("one-time boots that wait for their machines", async () => {
    put("x", "x");
    mkdirSync(join(folder, "state"));
    const next = (action: object) => ({ mac: "52:54:00:00:00:01", action, setAt: 1 });
    const state = { schema: 1, next: [next({ file: "gone.efi" })] };
    writeFileSync(join(folder, "state/next.json"), JSON.stringify(state));
    expect(
      (await findings("root: boot\nstate: { directory: state }\n")).map((line) => line.replaceAll(folder, "DIR")),
    ).toEqual([
      'DIR/state/next.json: error[T001] 52:54:00:00:00:01 file: "gone.efi" is not in the root ROOT. Copy the file there, or correct the name.',
    ]);
    const elsewhere = { schema: 1, next: [next({ file: "gone.efi", server: "10.0.0.1" })] };
    writeFileSync(join(folder, "state/next.json"), JSON.stringify(elsewhere));
    expect(await findings("root: boot\nstate: { directory: state }\n")).toEqual([]);
  });

  it("the URL of HTTP Boot", async () => {
    put("arm.efi", peImage(0xaa64));
    const url = (file: string) => rule("arch: x64-uefi-http", `url: "http://{address}:8069/${file}"`);
    expect((await seen(url("arm.efi")))[0]).toMatch(/^T004 boot\[0\]\.url: "arm\.efi" is a UEFI program for arm64/);
    expect((await seen(url("none.efi")))[0]).toMatch(/^T001 boot\[0\]\.url: "none\.efi" is not in the root/);
  });

  it("a rule without a condition is reported, and is no fault", async () => {
    pxelinux("LABEL a\n");
    const config = "root: boot\nboot:\n  - file: pxelinux/pxelinux.0\n";
    const [code, out] = await checked(config);
    expect([code, out]).toEqual([0, expect.stringContaining('gives "pxelinux/pxelinux.0" to UEFI machines too')]);
  });

  it("a UEFI program that is cut short or empty", async () => {
    put("boot/loader.efi", sectionedImage(0x8664, 9000));
    expect((await seen(rule("arch: x64-uefi", "file: boot/loader.efi")))[0]).toMatch(
      /^T008 .*"boot\/loader\.efi" is truncated/,
    );
    put("boot/loader.efi", "");
    expect((await seen(rule("arch: x64-uefi", "file: boot/loader.efi")))[0]).toMatch(
      /^T008 .*"boot\/loader\.efi" is empty/,
    );
  });
});
