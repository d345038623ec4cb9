import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { linuxKernel } from "./helpers/boot-bytes.ts";
import { checked, findings, put, useCheckedFolder } from "./helpers/checked-tree.ts";
import { peImage } from "./helpers/pe-image.ts";

useCheckedFolder();

const notes = async (config: string) =>
  (await checked(config))[1].split("\n").filter((line) => / iPXE too|vendor class/.test(line));

describe("check says what might go in a circle", () => {
  it.each([
    "{ when: { firmware: ipxe }, file: undionly.kpxe }",
    "{ file: ipxe/undionly.kpxe }",
    "{ when: { arch: x64-uefi }, file: snponly.efi }",
    "{ when: { userClass: iPXE }, file: ipxe.efi }",
  ])("%s", async (rule) => {
    for (const name of ["undionly.kpxe", "ipxe/undionly.kpxe", "snponly.efi", "ipxe.efi"]) put(name, "x");
    const said = await notes(`root: boot\nboot: [${rule}]`);
    expect(said).toEqual([expect.stringMatching(/^"rule 1" gives "[\w/.]+" to iPXE too: without an embedded script/)]);
  });

  it("of a menu line, too", async () => {
    put("undionly.kpxe", "x");
    const config = "root: boot\nmenus: { m: { items: [{ text: a, file: undionly.kpxe }] } }\nboot: [{ menu: m }]";
    expect(await notes(config)).toHaveLength(1);
  });

  it.each([
    "[{ when: { firmware: bios }, file: undionly.kpxe }]",
    "[{ file: undionly.kpxe, script: boot.ipxe }]",
    "[{ when: { firmware: ipxe }, script: boot.ipxe }, { file: undionly.kpxe }]",
    "[{ when: { userClass: other }, file: undionly.kpxe }]",
    "[{ file: pxelinux.0 }]",
  ])("but not of %s", async (rules) => {
    for (const name of ["undionly.kpxe", "boot.ipxe", "pxelinux.0"]) put(name, "x");
    expect(await notes(`root: boot\nboot: ${rules}`)).toEqual([]);
  });
});

describe("check says which rules are for HTTP Boot alone", () => {
  const said = async (rule: string) =>
    (await checked(`root: boot\nboot: [${rule}]`))[1].split("\n").filter((line) => line.includes("HTTP Boot"));

  it.each(["{ url: 'http://10.0.0.1/a.efi' }", "{ url: 'http://10.0.0.1/a.efi', when: { arch: x64-uefi } }"])(
    "%s",
    async (rule) => {
      put("readme.txt", "x");
      expect(await said(rule)).toEqual([
        '"rule 1" has only a url, which is for UEFI HTTP Boot and iPXE: machines that boot by PXE get no boot file. If that is not intended, add a file',
      ]);
      put("ipxe.efi", peImage(0x8664));
      expect(await said(rule)).toEqual([]);
    },
  );

  it.each([
    "{ url: 'http://10.0.0.1/a.efi', file: a.efi }",
    "{ url: 'http://10.0.0.1/a.efi', when: { firmware: uefi-http } }",
    "{ url: 'http://10.0.0.1/a.efi', when: { arch: x64-uefi-http } }",
    "{ url: 'http://10.0.0.1/a.efi', when: { firmware: ipxe } }",
  ])("but not of %s", async (rule) => {
    put("readme.txt", "x");
    expect(await said(rule)).toEqual([]);
  });
});

describe("check says which kernels iPXE cannot start on UEFI", () => {
  const rules = "boot: [{ when: { firmware: ipxe }, script: boot.ipxe }, { file: snponly.efi }]";
  const said = async (script: string, config = rules) => {
    put("snponly.efi", peImage(0x8664));
    put("memdisk", linuxKernel({ is64: false }));
    put("boot.ipxe", script);
    return (await checked(`root: boot\n${config}`))[1].split("\n").filter((line) => line.includes("for PC BIOS: iPXE"));
  };

  it.each([rules, ""])("by the config %j", async (config) => {
    expect(await said("#!ipxe\nkernel memdisk\ninitrd disk.img\nboot\n", config)).toEqual([
      expect.stringMatching(/^"boot\.ipxe" starts "memdisk" \(line 2\)/),
    ]);
  });

  it("but not where the script tells machines apart, or only PC BIOS runs it", async () => {
    expect(await said("#!ipxe\niseq $" + "{platform} pcbios\nkernel memdisk\nboot\n")).toEqual([]);
    const forBios = "boot: [{ when: { firmware: ipxe, arch: x86-bios }, script: x/boot.ipxe }, { file: snponly.efi }]";
    put("x/boot.ipxe", "#!ipxe\nkernel /memdisk\nboot\n");
    expect(await said("#!ipxe\nkernel snponly.efi\n", forBios)).toEqual([]);
  });
});

describe("check says which vendor classes no rule serves", () => {
  it.each([
    ["[]", ["Juniper"]],
    ["[{ when: { vendorClass: Cisco }, file: a }]", ["Juniper"]],
    ["[{ when: { vendorClass: Juniper, arch: x64-uefi }, file: a }]", ["Juniper"]],
    ["[{ when: { vendorClass: Juniper-ex3400 }, file: a }]", []],
    ["[{ file: a }]", []],
  ])("%s", async (rules, classes) => {
    put("a", "x");
    const said = await notes(`root: boot\ndhcp: { vendorClasses: [Juniper] }\nboot: ${rules}`);
    expect(said).toEqual(classes.map((name) => expect.stringContaining(`vendor class "${name}"`)));
  });
});

describe("case in the boot folder", () => {
  it("two folders that differ in case alone are a finding each", async () => {
    put("Boot/BCD", "x");
    put("boot/boot.sdi", "x");
    put("BOOT/font.ttf", "x");
    put("sub/A/x", "x");
    put("sub/a/x", "x");
    expect(await findings("root: boot")).toEqual([
      expect.stringContaining('error[T003] the folders "BOOT" and "Boot" differ'),
      expect.stringContaining('error[T003] the folders "BOOT" and "boot" differ'),
      expect.stringContaining('error[T003] the folders "sub/A" and "sub/a" differ'),
    ]);
  });

  it("a rule's file is found in any of them, as the servers find it", async () => {
    put("Boot/BCD", "x");
    put("boot/boot.sdi", "x");
    const said = await findings("root: boot\nboot: [{ file: BOOT/boot.SDI }, { file: Boot/BCD }]");
    expect(said.some((line) => line.includes('"BOOT/boot.SDI" is called "boot/boot.sdi"'))).toBe(true);
    expect(said.some((line) => line.includes("T001"))).toBe(false);
  });
});

describe("check says which part of a config is for nobody", () => {
  it("rules that nobody gets, because one before them takes the same clients", async () => {
    const [code, out] = await checked(
      'root: boot\nboot:\n  - { when: { arch: [x64-uefi, ia32-uefi] }, ignore: true }\n  - { name: late, when: { arch: x64-uefi, mac: "52:54:00:00:00:01" }, ignore: true }\n  - { when: { arch: arm64-uefi }, ignore: true }\n',
    );
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('"late" never matches: "rule 1" before it takes the same clients\n'),
    ]);
    expect(out).not.toContain('"rule 3"');
  });

  it("subnets in which this machine has no address", async () => {
    const here = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === "IPv4")?.address;
    const foreign = "subnets: 203.0.113.0/24\n";
    expect((await checked(`root: boot\n${foreign}`))[1]).toContain(
      "no interface of this machine has an address in subnets (203.0.113.0/24)",
    );
    expect((await checked(`root: boot\nsubnets: [203.0.113.0/24, ${here}/32]\n`))[1]).not.toContain("in subnets");
  });
});
