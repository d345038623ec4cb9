import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { readArguments } from "../src/cli/arguments.ts";
import { check } from "../src/cli/check.ts";
import type { Surroundings } from "../src/cli/command.ts";
import { treeFindingCodes } from "../src/file-check/findings.ts";
import { checked, findings, folder, put, useCheckedFolder } from "./helpers/checked-tree.ts";
import { peImage } from "./helpers/pe-image.ts";
import { ldlinuxModule, pxelinuxLoader } from "./helpers/pxelinux.ts";

useCheckedFolder();

const names = ["start_ldlinux", "findpath"];

it("docs/check.md has a heading for each code, with its text", () => {
  const page = readFileSync(new URL("../../../docs/check.md", import.meta.url), "utf8");
  const headings = [...page.matchAll(/^## (T\d{3}): (.+)$/gm)].map(([, code, text]) => [code, text]);
  expect(headings).toEqual(Object.entries(treeFindingCodes));
});

it("a tree in order has no findings", async () => {
  put("pxelinux/pxelinux.0", pxelinuxLoader("6.04", names));
  put("pxelinux/ldlinux.c32", ldlinuxModule(names));
  put("pxelinux/memtest", "x");
  put("debian/vmlinuz", "x");
  put(
    "pxelinux/pxelinux.cfg/default",
    ["memtest", "::/debian/vmlinuz", "http://h/x", "10.0.0.1::x"].map((name) => `LABEL a\nKERNEL ${name}\n`).join(""),
  );
  put("EFI/BOOT/bootx64.efi", peImage(0x8664));
  expect(await checked("root: boot\nboot:\n  - { when: { arch: x64-uefi }, file: EFI/BOOT/bootx64.efi }\n")).toEqual([
    0,
    "a.yaml: no errors\n",
  ]);
});

it("files of rules, scripts and menus are looked for, those of other servers and of clients' folders are not", async () => {
  put("own/there", "x");
  const config = `root: boot
menus: { m: { items: [{ text: a, file: menu.0 }, { text: b, file: far, server: 10.0.0.1 }] } }
boot:
  - file: gone.0
  - { file: far.0, server: 10.0.0.1 }
  - { script: gone.ipxe, menu: m }
  - { script: "http://h/x" }
  - { root: own, file: there }
  - { root: "{mac}", file: anything }
  - { file: "tftp://10.0.0.1/x" }
`;
  expect(await findings(config)).toEqual([
    'a.yaml:4:1: error[T001] boot[0].file: "gone.0" is not in the root ROOT. Copy the file there, or correct the name.',
    'a.yaml:6:1: error[T001] boot[2].script: "gone.ipxe" is not in the root ROOT. Copy the file there, or correct the name.',
    'a.yaml:2:1: error[T001] menus.m.items[0].file: "menu.0" is not in the root ROOT. Copy the file there, or correct the name.',
  ]);
  expect((await checked(config, "--no-files"))[0]).toBe(0);
});

it("a file that cannot be served says why", async () => {
  mkdirSync(join(folder, "boot/folder"), { recursive: true });
  writeFileSync(join(folder, "outside"), "x");
  symlinkSync("../outside", join(folder, "boot/link"));
  const secret = put("secret", "x");
  chmodSync(secret, 0);
  const root = process.getuid?.() === 0;
  expect(await findings("root: boot\nboot:\n  - file: folder\n  - file: link\n  - file: secret\n")).toEqual([
    'a.yaml:3:1: error[T002] boot[0].file: "folder" cannot be served: it is a folder. Make it a readable file in the root.',
    'a.yaml:4:1: error[T002] boot[1].file: "link" cannot be served: it is a symbolic link out of the root. Make it a readable file in the root.',
    ...(root
      ? []
      : [
          'a.yaml:5:1: error[T002] boot[2].file: "secret" cannot be served: this user may not read it. Make it a readable file in the root.',
        ]),
  ]);
});

it("what the boot tree passes over says why", async () => {
  symlinkSync("/dev/null", join(folder, "boot-file"));
  put("a\nb/bootx64.efi", peImage(0x8664));
  symlinkSync("../boot-file", join(folder, "boot/pxelinux.0"));
  symlinkSync(tmpdir(), join(folder, "boot/distribution"));
  expect(await findings("root: boot\n")).toEqual(
    [
      'ROOT/distribution: error[T002] "distribution" cannot be served: it is a symbolic link out of the root. Make it a readable file in the root.',
      'ROOT/pxelinux.0: error[T002] "pxelinux.0" cannot be served: it is a symbolic link out of the root. Make it a readable file in the root.',
      `"ROOT/a\\x0ab": error[T002] "a\\x0ab" cannot be served: its name contains a control character. Rename it.`,
    ].sort(),
  );
});

it("a root that cannot be read is one finding, and nothing is made up about its files", async () => {
  writeFileSync(join(folder, "boot"), "");
  expect(await findings("root: boot\nboot:\n  - file: gone\n")).toEqual([
    "ROOT: error[T002] the root is not readable: not a folder. Name a folder that the daemon's user may read, or make it readable.",
  ]);
});

it("iPXE that nobody has a script for is reported, and is no fault: it may bring its own along", async () => {
  put("ipxe/ipxe.efi", peImage(0x8664));
  const reported =
    "missing: a script for iPXE, which x64-uefi would boot. Put boot.ipxe into the root, or name a script in a rule\n";
  const fine = "a.yaml: no errors\n";
  expect(await checked("root: boot")).toEqual([0, reported + fine]);
  put("own.ipxe", "#!ipxe\n");
  expect(await checked("root: boot\nboot: [{ when: { firmware: ipxe }, script: own.ipxe }]")).toEqual([0, fine]);
  put("ipxe/uefi.ipxe", "#!ipxe\n");
  expect(await checked("root: boot")).toEqual([0, fine]);
});

it("what a start would stop at is reported: the token, the user", async () => {
  put("x", "x");
  writeFileSync(join(folder, "short"), "secret\n");
  writeFileSync(join(folder, "good"), `${"0123456789abcdef"}\n`);
  const of = async (more: string) =>
    (await findings(`root: boot\n${more}\n`)).map((line) => line.replaceAll(folder, "DIR"));
  expect(await of("admin: { tokenFile: none }")).toEqual([
    "a.yaml:2:1: error[T010] admin.tokenFile: the token file DIR/none is not readable (ENOENT). Create one: openssl rand -hex 32.",
  ]);
  expect(await of("admin: { tokenFile: short }")).toEqual([
    "a.yaml:2:1: error[T010] admin.tokenFile: the token in DIR/short must have at least 16 printable characters, no spaces, on one line. Create one: openssl rand -hex 32.",
  ]);
  expect(await of("admin: { tokenFile: good }")).toEqual([]);
  expect(await of("admin: { tokenFile: none, enabled: false }")).toEqual([]);
  expect(await of("user: bootlace-nobody-has-this")).toEqual([
    'a.yaml:2:1: error[T011] user: unknown user "bootlace-nobody-has-this". Create the user, or remove the key.',
  ]);
  expect(await of("user: root")).toEqual([]);
});

it("rules that nobody ever gets are reported, and are no fault", async () => {
  put("x", "x");
  const rules = "boot: [{ when: { mac: [] }, file: x }, { name: all, file: x }, { file: x }]";
  const [code, out] = await checked(`root: boot\n${rules}`);
  expect([code, out.split("\n")]).toEqual([
    0,
    [
      '"rule 1" never matches: its mac is an empty list',
      'rules after "all" are never reached: it has no conditions',
      "a.yaml: no errors",
      "",
    ],
  ]);
  expect(JSON.parse((await checked(`root: boot\n${rules}`, "--json"))[1]).notes).toHaveLength(2);
});

it("a name in another case is reported with the name on disk", async () => {
  put("PXELinux/Loader.0", "x");
  expect(await findings("root: boot\nboot:\n  - file: pxelinux\\loader.0\n")).toEqual([
    'a.yaml:3:1: error[T003] boot[0].file: "pxelinux\\\\loader.0" is called "PXELinux/Loader.0" on disk. Bootlace serves it anyway; other servers and loaders do not.',
  ]);
});

it("a UEFI program for another machine is reported, by rule and by name", async () => {
  put("a.efi", peImage(0xaa64));
  put("EFI/BOOT/bootx64.efi", peImage(0x014c));
  const rules = `root: boot
boot:
  - { when: { arch: [x64-uefi, arm64-uefi-http] }, file: a.efi }
  - { when: { arch: x86-bios }, file: a.efi }
  - { when: { mac: 52:54:00 }, file: a.efi }
`;
  const remedy = "Name the file for this architecture.";
  expect(await findings(rules)).toEqual([
    `a.yaml:3:1: error[T004] boot[0].file: "a.efi" is a UEFI program for arm64, but the rule is for x64-uefi. ${remedy}`,
    `a.yaml:4:1: error[T004] boot[1].file: "a.efi" is a UEFI program for arm64, but the rule is for x86-bios. ${remedy}`,
    'ROOT/EFI/BOOT/bootx64.efi: error[T004] "bootx64.efi" is named for x64, but its header says x86. Replace it with the file for that machine, or rename it.',
  ]);
});

it("a file that is empty or no program is reported, by rule and by name", async () => {
  put("bootx64.efi", "<html>not found</html>".padEnd(300));
  put("pxelinux/lpxelinux.0", "");
  put("other/own.efi", "");
  put("other/menu.ipxe", "");
  const config =
    "root: boot\nboot:\n  - { file: other/own.efi, when: { arch: x64-uefi } }\n  - script: other/menu.ipxe\n  - file: bootx64.efi\n";
  expect((await findings(config)).sort()).toEqual([
    'ROOT/bootx64.efi: error[T008] "bootx64.efi" is not a UEFI program: it has no PE header. Replace it with the program.',
    'ROOT/other/menu.ipxe: error[T008] "menu.ipxe" is empty. Copy it again.',
    'ROOT/other/own.efi: error[T008] "own.efi" is empty. Copy it again.',
    'ROOT/pxelinux/lpxelinux.0: error[T008] "lpxelinux.0" is empty. Copy it again.',
    'a.yaml:3:1: error[T008] boot[0].file: "other/own.efi" is empty. Copy it again.',
    'a.yaml:4:1: error[T008] boot[1].script: "other/menu.ipxe" is empty. Copy it again.',
    'a.yaml:5:1: error[T008] boot[2].file: "bootx64.efi" is not a UEFI program: it has no PE header. Replace it with the program.',
  ]);
});

it("a file that no firmware starts is reported, unless it may be meant for HTTP Boot, iPXE or U-Boot", async () => {
  put("netboot.tar.gz", gzipSync(Buffer.alloc(2000)));
  const iso = Buffer.alloc(0x9000);
  iso.write("CD001", 0x8001);
  put("disc.iso", iso);
  const config = `root: boot
boot:
  - { when: { firmware: u-boot }, file: netboot.tar.gz }
  - { when: { arch: x64-uefi-http }, file: disc.iso }
  - { when: { arch: x64-uefi-http }, url: "http://{address}:8069/disc.iso" }
  - { when: { firmware: ipxe }, file: disc.iso }
  - { when: { firmware: bios }, file: netboot.tar.gz }
  - { file: disc.iso }
`;
  const image = "Name a boot loader (PXELINUX, GRUB, iPXE), and let it start the kernel and initrd of the image.";
  expect(await findings(config)).toEqual([
    `a.yaml:6:1: error[T008] boot[3].file: "disc.iso" is the image of a CD or DVD (ISO 9660), not a boot program. ${image}`,
    'a.yaml:7:1: error[T008] boot[4].file: "netboot.tar.gz" is a gzip archive, not a boot program. Unpack it, and name the boot program in it.',
    `a.yaml:8:1: error[T008] boot[5].file: "disc.iso" is the image of a CD or DVD (ISO 9660), not a boot program. ${image}`,
  ]);
});

it("a URL that is https on the port of plain HTTP is reported", async () => {
  put("shimx64.efi", peImage(0x8664));
  const config = `root: boot
boot:
  - { when: { arch: x64-uefi-http }, url: "https://{address}:8069/shimx64.efi" }
  - { when: { firmware: ipxe }, script: "https://boot.example:8069/boot.ipxe" }
`;
  expect((await findings(config)).filter((line) => line.includes("T022"))).toEqual([
    'a.yaml:3:1: error[T022] boot[0].url: "https://{address}:8069/shimx64.efi" is https, but Bootlace speaks plain HTTP on port 8069. Write http: instead of https:.',
  ]);
});

it("findings are faults in --json, with code, place and hint", async () => {
  const [code, out] = await checked("root: boot\nboot:\n  - file: gone\n", "--json");
  expect([code, JSON.parse(out)]).toEqual([
    1,
    {
      schema: 1,
      file: "a.yaml",
      faults: [
        {
          code: "T001",
          file: "a.yaml",
          line: 3,
          column: 1,
          path: "boot[0].file",
          severity: "error",
          message: '"gone" is not in the root ROOT',
          hint: "Copy the file there, or correct the name",
        },
      ],
      bootCheck: [],
      notes: [],
    },
  ]);
});

it("a file under a name of the boot check is reported, and rules that name the check are in order", async () => {
  put("Bootlace-Check/x64-uefi.efi", peImage(0x8664));
  expect(await findings("root: boot\nboot:\n  - file: builtin:check\n")).toEqual([
    'ROOT/Bootlace-Check/x64-uefi.efi: error[T009] "Bootlace-Check/x64-uefi.efi" is never served: Bootlace serves the boot check under this name. Rename the file or its folder.',
  ]);
});

it("the architectures that get the boot check are named, and none when it is off", async () => {
  put("pxelinux/pxelinux.0", "old");
  put("pxelinux/pxelinux.cfg/default", "LABEL none\n");
  put("efi/bootaa64.efi", peImage(0xaa64));
  writeFileSync(join(folder, "on.yaml"), "root: boot\n");
  const args = readArguments(["on.yaml", "--json"], check.options, 1);
  if (!args.ok) throw new Error(args.problem);
  let out = "";
  await check.run(args.args, { cwd: folder, env: {}, out: (text: string) => (out += text) } as unknown as Surroundings);
  expect(JSON.parse(out)).toMatchObject({ faults: [], bootCheck: ["x64-uefi", "ia32-uefi"] });
  expect(JSON.parse((await checked("root: boot\n", "--json"))[1])).toMatchObject({ bootCheck: [] });
});
