// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its settings so
import { families } from "@bootlace/boot-image";
import { describe, expect, it } from "vitest";
import { menuGroups } from "../src/images/menu/groups.ts";
import { machineOf, readMachine } from "../src/images/menu/machine.ts";
import { type MenuFacts, menuModel } from "../src/images/menu/model.ts";
import { menuColumns, plainText } from "../src/images/menu/plain.ts";
import {
  biosMachine,
  entryRow,
  imageSystem,
  menuFacts,
  readyRow,
  snapshotOf,
  unreadyRow,
} from "./helpers/image-rows.ts";

const gibibyte = 1024 ** 3;

/** What becomes of an image with this system: how it starts, or why it does not. */
function outcome(system: Parameters<typeof readyRow>[1], facts: Partial<MenuFacts> = {}, size?: number) {
  const [line] = menuModel(snapshotOf(readyRow("x", system, size)), menuFacts(facts)).groups[0]?.images[0]?.lines ?? [];
  return line?.start ?? line?.refused;
}

describe("the menu", () => {
  it("groups the images by system, in a fixed order and by title", () => {
    const model = menuModel(
      snapshotOf(
        readyRow("memtest", { family: "memtest86plus", title: "Memtest86+" }),
        readyRow("kali", { title: "Kali" }),
        unreadyRow("late"),
        readyRow("debian", { title: "Debian" }),
      ),
      menuFacts(),
    );
    expect(model.groups.map(({ title, images }) => [title, images.map(({ id }) => id)])).toEqual([
      ["Debian and its relatives", ["debian", "kali"]],
      ["Tools", ["memtest"]],
      ["Not ready", ["late"]],
    ]);
  });

  it("has a place for each family that is recognised", () => {
    const placed = menuGroups.flatMap(([, ids]) => ids);
    expect([...placed].sort()).toEqual(families.map(({ id }) => id).sort());
  });

  it("leaves out what the config hides, and what is not for this machine", () => {
    const rows = [readyRow("a"), readyRow("b"), readyRow("c")];
    const settings = new Map([["a", { hidden: true }]]);
    const model = menuModel({ rows, settings }, menuFacts({ isFor: (id) => id !== "b" }));
    expect(model.groups.flatMap(({ images }) => images.map(({ id }) => id))).toEqual(["c"]);
  });

  it("takes title and arguments of the config, before what is for the installed system", () => {
    const rows = [readyRow("a", { entries: [entryRow({ arguments: "quiet --- splash" })] })];
    const settings = new Map([["a", { title: "Class room", arguments: "console=ttyS0  lang=de" }]]);
    const image = menuModel({ rows, settings }, menuFacts()).groups[0]?.images[0];
    expect(image?.title).toBe("Class room");
    expect(image?.lines[0]?.start).toMatchObject({ arguments: "quiet console=ttyS0 lang=de --- splash" });
  });

  it("has the default of the config where this machine can start it, else the local disk", () => {
    const snapshot = snapshotOf(readyRow("debian"), readyRow("big", { memory: 16 * gibibyte }));
    const chosen = (name: string) => menuModel(snapshot, menuFacts({ settings: { default: name, timeout: 5 } }));
    expect(chosen("debian")).toMatchObject({ default: { id: "debian" }, timeout: 5 });
    expect(chosen("debian/live").default).toEqual({ id: "debian", entry: "live" });
    for (const name of ["big", "debian/rescue", "gone"]) expect(chosen(name).default, name).toBeUndefined();
    expect(menuModel(snapshot, menuFacts())).toMatchObject({ default: undefined, timeout: 30 });
  });

  it("says why an image is not ready", () => {
    const model = menuModel(snapshotOf(unreadyRow("a"), unreadyRow("b", "truncated, 1.2 of 3.9 GB")), menuFacts());
    expect(model.groups[0]?.images.map(({ lines }) => lines[0]?.refused)).toEqual([
      "still being copied",
      "truncated, 1.2 of 3.9 GB",
    ]);
  });
});

describe("an image", () => {
  it("starts with kernel and initrd from inside it, and with its own shim under UEFI", () => {
    const linux = {
      kind: "linux",
      kernel: "images/x/live/vmlinuz",
      initrds: ["images/x/live/initrd.img"],
      arguments: "boot=live fetch=http://192.168.11.109:8069/images/x/live/filesystem.squashfs quiet",
    };
    expect(outcome({})).toEqual({ ...linux, shim: "images/x/EFI/BOOT/BOOTX64.EFI" });
    expect(outcome({}, { machine: biosMachine })).toEqual(linux);
  });

  it("is named as a whole where its system fetches the whole, and its initrd where that is composed", () => {
    expect(outcome({ family: "casper", entries: [entryRow({ arguments: "url={image}" })] })).toMatchObject({
      arguments: "url=http://192.168.11.109:8069/images/x.iso",
    });
    const inInitrd = { path: "/proxmox.iso", what: "image" } as const;
    expect(outcome({ family: "proxmox", way: "file-in-initrd", inInitrd })).toMatchObject({
      initrds: ["images/x+live.initrd"],
    });
    expect(outcome({ family: "proxmox", way: "file-in-initrd", inInitrd }, {}, 4 * gibibyte)).toBe(
      "larger than 4 GB: it does not fit into an initrd",
    );
  });

  it("gives its loader no word that names a file of the loader", () => {
    const entries = [entryRow({ arguments: "initrd=/evil quiet" })];
    expect(outcome({ entries })).toMatchObject({ arguments: "quiet" });
  });

  it("says what the machine lacks", () => {
    expect(outcome({ memory: 16 * gibibyte })).toBe("needs 16 GB, this machine has 8 GB");
    expect(outcome({ memory: 16 * gibibyte }, { machine: { ...biosMachine, memory: undefined } })).toMatchObject({
      kind: "linux",
    });
    // SMBIOS says what is built in: a machine of 8 GB may say a little less.
    expect(outcome({ memory: 8 * gibibyte }, { machine: { memory: 7.6 * gibibyte } })).toMatchObject({ kind: "linux" });
    expect(outcome({ efiPrograms: new Map([[11, "EFI/BOOT/BOOTAA64.EFI"]]) })).toBe("needs UEFI of arm64");
    expect(outcome({ efiPrograms: new Map([[11, "a"]]) }, { machine: biosMachine })).toBe("needs UEFI of arm64");
    expect(outcome({ way: "none", entries: [], limits: "its installer looks for its medium on disks only" })).toBe(
      "its installer looks for its medium on disks only",
    );
    expect(outcome({ entries: [] })).toBe("no kernel was found in it");
  });

  it("says what the server lacks", () => {
    const server = { address: "192.168.11.109", tftp: true };
    expect(outcome({}, { server })).toBe("needs HTTP, which is switched off");
    expect(outcome({ way: "initrd" }, { server })).toMatchObject({ kind: "linux" });
    const windows = { way: "wimboot", entries: [], root: "sources/boot.wim" } as const;
    expect(outcome(windows)).toBe("needs the program wimboot in the boot folder");
    expect(outcome(windows, { loader: "grub" })).toBe("needs iPXE");
    expect(outcome(windows, { server: { ...server, httpPort: 80, wimboot: "wimboot" } })).toEqual({
      kind: "wimboot",
      wimboot: "wimboot",
      files: [["boot.wim", "images/x/sources/boot.wim"]],
    });
  });

  it("boots as a drive: in memory where that is possible, else by HTTP, if iPXE can", () => {
    const drive = { way: "drive", entries: [], efiPrograms: new Map<number, string>() } as const;
    const server = { address: "192.168.11.109", httpPort: 8069, tftp: true };
    const memdisk = { ...server, memdisk: "memdisk" };
    const inMemory = { kind: "memdisk", memdisk: "memdisk", image: "images/x.iso" };
    const byHttp = { kind: "sanboot", image: "images/x.iso" };
    expect(outcome(drive, { machine: biosMachine, server: memdisk })).toEqual(inMemory);
    expect(outcome(drive, { machine: biosMachine, server })).toEqual(byHttp);
    expect(outcome(drive, { server: memdisk })).toEqual(byHttp);
    expect(outcome(drive, { machine: biosMachine, server, loader: "pxelinux" })).toBe(
      "needs iPXE, or the program memdisk in the boot folder",
    );
    expect(outcome(drive, { machine: biosMachine, server: memdisk, loader: "pxelinux" })).toEqual(inMemory);
    expect(outcome(drive, { loader: "grub" })).toBe("boots as a drive: needs iPXE, or UEFI HTTP Boot");
    expect(outcome({ ...drive, uefi: false })).toBe("needs a BIOS");
    const big = 3 * gibibyte;
    expect(outcome(drive, { machine: biosMachine, server }, big)).toBe(
      "larger than 2 GB, and this iPXE is a 32-bit build",
    );
    expect(outcome(drive, { machine: { ...biosMachine, build: "x86_64" }, server }, big)).toEqual(byHttp);
    expect(outcome(drive, { machine: { ...biosMachine, features: ["tftp"] }, server })).toBe("needs an iPXE with HTTP");
  });

  it("is a UEFI program where its kernel is for BIOS machines, or where it has a boot loader of its own", () => {
    const memtest = {
      family: "memtest86plus",
      way: "initrd",
      memory: 0,
      entries: [entryRow({ initrds: [] })],
    } as const;
    expect(outcome(memtest)).toEqual({ kind: "program", file: "images/x/EFI/BOOT/BOOTX64.EFI", arguments: "" });
    expect(outcome(memtest, { machine: biosMachine })).toMatchObject({ kind: "linux", initrds: [] });
    const esxi = { family: "esxi", way: "boot-loader", entries: [], memory: 0 } as const;
    expect(outcome(esxi)).toEqual({
      kind: "program",
      file: "images/x/EFI/BOOT/BOOTX64.EFI",
      arguments: "-c http://192.168.11.109:8069/images/x/boot.cfg",
    });
    expect(outcome(esxi, { machine: biosMachine })).toBe("needs UEFI");
  });

  it("is refused where the loader has no words for it", () => {
    const odd = (changes: Parameters<typeof entryRow>[0], loader: MenuFacts["loader"]) =>
      outcome({ entries: [entryRow(changes)] }, { loader });
    expect(odd({ arguments: "a || chain evil" }, "ipxe")).toBe(
      "its command line has words that iPXE takes for its own",
    );
    expect(odd({ arguments: "a=${net0/mac}" }, "ipxe")).toContain("iPXE takes for its own");
    expect(odd({ arguments: "a || b" }, "grub")).toMatchObject({ kind: "linux" });
    expect(odd({ kernel: "a b/vmlinuz" }, "ipxe")).toMatchObject({ kernel: "images/x/a b/vmlinuz" });
    expect(odd({ kernel: "a b/vmlinuz" }, "pxelinux")).toBe("a file in it has a name that PXELINUX cannot ask for");
    expect(odd({ arguments: "x".repeat(2048) }, "grub")).toBe("its command line is longer than a kernel takes");
  });

  it("needs one line where none of its entries starts", () => {
    const entries = [entryRow(), entryRow({ id: "rescue", isDefault: false })];
    const row = readyRow("x", { entries, memory: 16 * gibibyte });
    const [image] = menuModel(snapshotOf(row), menuFacts()).groups[0]?.images ?? [];
    expect(image?.lines).toEqual([
      { choice: { id: "x" }, title: imageSystem().title, refused: "needs 16 GB, this machine has 8 GB" },
    ]);
  });
});

describe("a machine", () => {
  it("is what iPXE says of itself", () => {
    expect(readMachine("efi,x86_64,2.0.0%2B,00-00-00-00-ff-ff-2f-00,00-00-40-00-ff-ff-4f-00,,")).toEqual({
      firmware: "uefi",
      arch: 7,
      build: "x86_64",
      version: "2.0.0%2B",
      memory: 4 * gibibyte,
    });
    expect(readMachine("pcbios,i386,,,,,")).toMatchObject({ firmware: "bios", arch: 0, memory: undefined });
    // Above 4 TiB the sizes are elsewhere; nonsense is unknown.
    expect(readMachine("efi,x86_64,,00-00-00-00-ff-ff-ff-ff,,,")?.memory).toBeUndefined();
    expect(readMachine("efi,x86_64,,zz-00-00-00-ff-ff-ff-0f,x,,")?.memory).toBeUndefined();
    for (const text of ["", "efi", "../x,a,b,,,,", "efi,x86_64,,,,,,"]) expect(readMachine(text), text).toBeUndefined();
  });

  it("is what DHCP shows of it", () => {
    expect(machineOf({ arch: { code: 16, name: "x64-uefi-http" } })).toMatchObject({ firmware: "uefi", arch: 7 });
    expect(machineOf({ arch: { code: 9, name: "ebc" } })).toMatchObject({ firmware: "uefi", arch: 7 });
    expect(
      machineOf({ arch: { code: 0, name: "x86-bios" }, ipxe: { version: "1.0.0", features: ["tftp"] } }),
    ).toMatchObject({ firmware: "bios", arch: 0, version: "1.0.0", features: ["tftp"] });
    expect(machineOf({})).toEqual({});
  });
});

describe("text for a menu", () => {
  it("is what every screen and serial line can show", () => {
    expect(plainText("  Épreuve\u0000\r\n\tnº 1  ")).toBe("Epreuve no 1");
    expect(plainText("日本語")).toBe("???");
    expect(plainText("x".repeat(200))).toHaveLength(menuColumns);
  });
});
