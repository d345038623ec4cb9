import { describe, expect, it } from "vitest";
import { type PeMachine, peMachine, peSigned } from "../src/catalogue/pe.ts";
import { growTree, type TreeFile } from "../src/catalogue/tree.ts";
import { peImage, signedImage } from "./helpers/pe-image.ts";

function files(...names: (string | [string, PeMachine])[]): TreeFile[] {
  return names.map((name) => (typeof name === "string" ? { path: name } : { path: name[0], machine: name[1] }));
}

function chosen(code: number, ...names: (string | [string, PeMachine])[]): string | undefined {
  return growTree(files(...names)).entries.get(code)?.file;
}

describe("the machine of a PE image", () => {
  it.each([
    [0x014c, "x86"],
    [0x8664, "x64"],
    [0x01c2, "arm32"],
    [0xaa64, "arm64"],
    [0x0ebc, "ebc"],
    [0x5064, "riscv64"],
    [0x6264, "loongarch64"],
    [0xffff, undefined],
  ])("%i", (code, machine) => expect(peMachine(peImage(code))).toBe(machine));

  it.each([
    ["nothing", new Uint8Array()],
    ["text", new TextEncoder().encode("#!ipxe\n".repeat(40))],
    ["MZ alone", peImage(0x8664).subarray(0, 0x3f)],
    ["a header behind the first KiB", peImage(0x8664, 2000)],
    ["a header at the last byte", peImage(0x8664, 1020).subarray(0, 1024)],
    ["a header beyond the end of the file", peImage(0x8664, 0x80).subarray(0, 0x84)],
    ["another signature", peImage(0x8664).fill(0x4e, 0x80, 0x81)],
  ])("is unknown for %s", (_name, head) => expect(peMachine(head)).toBe(undefined));
});

describe("the signature of a PE image", () => {
  it.each([
    ["PE32+", signedImage(0x8664, 2048), true],
    ["PE32", signedImage(0x014c, 2048, false), true],
    ["PE32+ without", signedImage(0x8664, 0), false],
    ["PE32 without", signedImage(0x014c, 0, false), false],
    ["no optional header", peImage(0x8664), undefined],
    ["a header that does not end in what was read", signedImage(0x8664, 2048).subarray(0, 0x130 - 8), undefined],
    ["text", new TextEncoder().encode("#!ipxe\n".repeat(40)), undefined],
  ])("%s", (_name, head, signed) => expect(peSigned(head)).toBe(signed));

  it("needs a directory that reaches as far", () => {
    const image = signedImage(0x8664, 2048);
    new DataView(image.buffer).setUint32(0x80 + 24 + 108, 4, true);
    expect(peSigned(image)).toBe(false);
  });
});

describe("the boot file of an architecture", () => {
  it.each([
    ["the root before a folder", ["pxelinux/pxelinux.0", "pxelinux.0"], "pxelinux.0"],
    ["pxelinux before lpxelinux", ["lpxelinux.0", "pxelinux.0"], "pxelinux.0"],
    ["pxelinux in a folder before iPXE in the root", ["undionly.kpxe", "bios/pxelinux.0"], "bios/pxelinux.0"],
    ["iPXE before GRUB", ["grub/i386-pc/core.0", "ipxe.pxe"], "ipxe.pxe"],
    ["GRUB's core.0 only in its folder", ["core.0", "boot/grub/i386-pc/core.0"], "boot/grub/i386-pc/core.0"],
    ["usual folders before others", ["debian-installer/amd64/pxelinux.0", "undionly.kpxe"], "undionly.kpxe"],
    [
      "other folders when there is nothing else",
      ["debian-installer/amd64/pxelinux.0"],
      "debian-installer/amd64/pxelinux.0",
    ],
    ["names in capitals", ["PXELINUX/PXELINUX.0"], "PXELINUX/PXELINUX.0"],
    ["nothing of another name", ["pxelinux.00", "xpxelinux.0", "ldlinux.c32"], undefined],
  ])("x86-bios: %s", (_name, names, expected) => expect(chosen(0, ...names)).toBe(expected));

  it("x64-uefi: the removable media name, shim, GRUB, iPXE, syslinux", () => {
    const order = [
      "bootx64.efi",
      "shimx64.efi",
      "shimx64.efi.signed",
      "grubnetx64.efi.signed",
      "grubx64.efi",
      "grubx64.efi.signed",
      "ipxe.efi",
      "snponly.efi",
      "syslinux.efi",
    ];
    for (const [index, name] of order.entries()) {
      expect(
        chosen(
          7,
          ...order
            .slice(index)
            .reverse()
            .map((later): [string, PeMachine] => [later, "x64"]),
        ),
      ).toBe(name);
    }
  });

  it.each([
    [7, "x64", "EFI/BOOT/BOOTX64.EFI"],
    [6, "x86", "EFI/BOOT/BOOTIA32.EFI"],
    [11, "arm64", "EFI/BOOT/BOOTAA64.EFI"],
    [10, "arm32", "EFI/BOOT/BOOTARM.EFI"],
    [27, "riscv64", "EFI/BOOT/BOOTRISCV64.EFI"],
    [39, "loongarch64", "EFI/BOOT/BOOTLOONGARCH64.EFI"],
    [11, "arm64", "snponly-arm64.efi"],
    [11, "arm64", "ipxe-arm64.efi"],
    [7, "x64", "ipxe-x86_64.efi"],
  ] as const)("%i (%s): %s", (code, machine, path) => {
    expect(chosen(code, [path, machine])).toBe(path);
    expect(chosen(code, path)).toBe(path);
  });

  it("is known from the header where one name stands for several", () => {
    const tree = growTree(files(["syslinux/efi32/syslinux.efi", "x86"], ["syslinux/efi64/syslinux.efi", "x64"]));
    expect([tree.entries.get(6)?.file, tree.entries.get(7)?.file]).toEqual([
      "syslinux/efi32/syslinux.efi",
      "syslinux/efi64/syslinux.efi",
    ]);
  });

  it("is known from the header against the name, and the log says so", () => {
    const tree = growTree(files(["bootx64.efi", "arm64"]));
    expect(tree.entries.get(7)).toBe(undefined);
    expect(tree.entries.get(11)).toEqual({ code: 11, file: "bootx64.efi", misnamed: "arm64" });
  });

  it("without a header follows the folder, else is taken for x64", () => {
    expect(growTree(files("efi32/syslinux.efi")).entries.get(6)?.file).toBe("efi32/syslinux.efi");
    expect(growTree(files("efi32/syslinux.efi")).entries.get(7)).toBe(undefined);
    expect(growTree(files("syslinux.efi")).entries.get(7)?.file).toBe("syslinux.efi");
  });

  it("is none that is empty or no program, and these are reported", () => {
    const tree = growTree([
      { path: "bootx64.efi", flaw: "no-program" },
      { path: "ipxe.efi", machine: "x64" },
      { path: "pxelinux.0", flaw: "empty" },
      { path: "boot.ipxe", flaw: "empty" },
      { path: "start4.elf", flaw: "empty" },
    ]);
    expect([tree.entries.get(7)?.file, tree.entries.get(0), tree.script, tree.raspberryPi]).toEqual([
      "ipxe.efi",
      undefined,
      undefined,
      undefined,
    ]);
    expect(tree.unusable.map(({ path, flaw }) => [path, flaw])).toEqual([
      ["bootx64.efi", "no-program"],
      ["pxelinux.0", "empty"],
      ["boot.ipxe", "empty"],
      ["start4.elf", "empty"],
    ]);
  });

  it("for EBC is that of x64, unless there is an EBC image", () => {
    expect(chosen(9, ["bootx64.efi", "x64"])).toBe("bootx64.efi");
    expect(chosen(9, ["bootx64.efi", "x64"], ["old.efi", "ebc"])).toBe("old.efi");
    expect(chosen(9, ["bootaa64.efi", "arm64"])).toBe(undefined);
  });

  it("is missing together with the names that are looked for", () => {
    const { missing } = growTree([]);
    expect(missing.get(0)?.slice(0, 2)).toEqual(["pxelinux.0", "lpxelinux.0"]);
    expect(missing.get(11)).toEqual(
      expect.arrayContaining(["bootaa64.efi", "shimaa64.efi", "grubaa64.efi", "ipxe.efi"]),
    );
  });
});

describe("the twins of UEFI architectures that boot by HTTP", () => {
  const tree = growTree(
    files(["efi/bootx64.efi", "x64"], ["efi/ipxe.efi", "x64"], ["bootaa64.efi", "arm64"], "pxelinux.0"),
  );

  it("get the same file; a BIOS gets none", () => {
    const of = (code: number) => tree.entries.get(code)?.file;
    expect([of(7), of(16), of(17), of(19)]).toEqual([
      "efi/bootx64.efi",
      "efi/bootx64.efi",
      "efi/bootx64.efi",
      "bootaa64.efi",
    ]);
    expect([of(15), of(18), of(20)]).toEqual([undefined, undefined, undefined]);
  });

  it("get the same iPXE for scripts", () => {
    expect([...tree.ipxe]).toEqual([
      [7, "efi/ipxe.efi"],
      [16, "efi/ipxe.efi"],
    ]);
    expect([...growTree(files("ipxe.pxe", "undionly.kpxe", "pxelinux.0")).ipxe]).toEqual([[0, "undionly.kpxe"]]);
  });
});
