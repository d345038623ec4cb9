import { describe, expect, test } from "vitest";
import { concat, noise, pen } from "../../../tools/test-kit/images/bytes.ts";
import { makeFat } from "../../../tools/test-kit/images/fat.ts";
import { makeIso } from "../../../tools/test-kit/images/iso.ts";
import { readEntry } from "../src/index.ts";
import { mediumOf, opened } from "./medium.ts";

const loader = noise(3000, 5);
const efiFiles = [
  { path: "EFI/BOOT/BOOTX64.EFI", data: loader },
  { path: "EFI/a long name of a file.efi", data: "long" },
  { path: "empty", data: "" },
  ...Array.from({ length: 40 }, (_, index) => ({ path: `loader/entries/${index}.conf`, data: `title ${index}` })),
];

describe("El Torito", () => {
  test("the entries say for whom they are and where they begin", async () => {
    const contents = [
      { path: "isolinux/isolinux.bin", data: noise(4096, 2) },
      { path: "boot/efi.img", data: makeFat(efiFiles) },
    ];
    const image = makeIso(contents, { bios: "isolinux/isolinux.bin", efi: "boot/efi.img" });
    const { bootEntries, files } = await opened(image);
    const [bios, efi] = await Promise.all(contents.map(({ path }) => files.find(path)));
    expect(bootEntries).toEqual([
      {
        platform: "bios",
        bootable: true,
        emulation: "none",
        offset: bios?.ok && bios.entry.extents[0]?.offset,
        loadSectors: 4,
      },
      {
        platform: "efi",
        bootable: true,
        emulation: "none",
        offset: efi?.ok && efi.entry.extents[0]?.offset,
        loadSectors: 0,
      },
    ]);
  });

  test("an EFI entry alone, and none", async () => {
    const contents = [{ path: "efi.img", data: makeFat(efiFiles) }];
    expect((await opened(makeIso(contents, { efi: "efi.img" }))).bootEntries).toMatchObject([{ platform: "efi" }]);
    const without = await opened(makeIso(contents));
    expect(without.bootEntries).toEqual([]);
    expect(without.efi).toBeUndefined();
  });

  test("a catalog that is none is a fault, and the files are there", async () => {
    const image = makeIso([{ path: "efi.img", data: makeFat(efiFiles) }], { efi: "efi.img" });
    const catalog = new DataView(image.buffer).getUint32(17 * 2048 + 71, true) * 2048;
    image[catalog + 5] = 1;
    const { bootEntries, faults, files } = await opened(image);
    expect(bootEntries).toEqual([]);
    expect(faults).toMatchObject([{ code: "bad-record", offset: catalog }]);
    expect(await files.find("efi.img")).toMatchObject({ ok: true });
  });
});

describe.each([12, 16, 32] as const)("the EFI volume as FAT%d", (bits) => {
  test.each([false, true])("has its names and bytes (scattered: %s)", async (scattered) => {
    const data = makeFat(efiFiles, { bits, scattered, label: "DEBIAN EFI" });
    const image = makeIso([{ path: "efi.img", data }], { rockRidge: true, efi: "efi.img" });
    const { efi } = await opened(image);
    expect({ kind: efi?.kind, label: efi?.label, caseSensitive: efi?.caseSensitive }).toEqual({
      kind: "fat",
      label: "DEBIAN EFI",
      caseSensitive: false,
    });
    const found = await efi?.find("efi/boot/bootx64.efi");
    if (!found?.ok) throw new Error("no loader");
    const bytes = new Uint8Array(found.entry.size);
    await readEntry(mediumOf(image), found.entry, bytes, 0);
    expect(bytes).toEqual(loader);
    expect(found.entry.extents.length).toBe(scattered ? 6 : 1);
    const listed = await efi?.list("EFI");
    expect(listed?.ok && listed.entries.map(({ name }) => name)).toEqual(["BOOT", "a long name of a file.efi"]);
    const many = await efi?.list("loader/entries");
    expect(many?.ok && many.entries.length).toBe(40);
    expect(await efi?.find("empty")).toMatchObject({ ok: true, entry: { size: 0 } });
  });

  test.each([
    ["loader/entries", "loader/entries/39.conf/x", "own", "cycle"],
    ["EFI/BOOT/BOOTX64.EFI", "EFI/BOOT/BOOTX64.EFI", 0, "bad-record"],
    ["EFI/BOOT/BOOTX64.EFI", "EFI/BOOT/BOOTX64.EFI", 0xffff, "bad-record"],
  ])("a chain of %s that does not end well is a fault", async (broken, path, link, code) => {
    const data = makeFat(efiFiles, { bits });
    const whole = await opened(makeIso([{ path: "efi.img", data }], { efi: "efi.img" }));
    const found = await whole.efi?.find(broken);
    const cluster = found?.ok ? found.entry.id : 0;
    const to = link === "own" ? cluster : Number(link);
    const at = (bits === 32 ? 32 : 1) * 512;
    const volume = pen(data);
    if (bits === 32) volume.u32(at + cluster * 4, to);
    else if (bits === 16) volume.u16(at + cluster * 2, to);
    else volume.u16(at + cluster + (cluster >> 1), cluster % 2 === 0 ? to & 0xfff : (to & 0xfff) << 4);
    const { efi } = await opened(makeIso([{ path: "efi.img", data }], { efi: "efi.img" }));
    expect(await efi?.find(path)).toMatchObject({ ok: false, fault: { code } });
  });
});

describe("a hybrid image", () => {
  /** An image with a FAT volume behind it, as a partition of a table in its first sectors. */
  function hybrid(table: "mbr" | "gpt"): Uint8Array {
    const volume = makeFat(efiFiles);
    const iso = makeIso([{ path: "live/vmlinuz", data: "kernel" }], { rockRidge: true });
    const image = pen(concat(iso, volume));
    image.u16(510, 0xaa55);
    const first = iso.length / 512;
    const count = volume.length / 512;
    image.u8(446 + 4, table === "mbr" ? 0xef : 0xee);
    image.u32(446 + 8, table === "mbr" ? first : 1);
    image.u32(446 + 12, table === "mbr" ? count : first + count - 1);
    if (table === "gpt") {
      image.text(512, "EFI PART");
      image.u64(512 + 72, 2);
      image.u32(512 + 80, 4);
      image.u32(512 + 84, 128);
      const esp = [0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b];
      image.put(1024 + 128, Uint8Array.from(esp));
      image.u64(1024 + 128 + 32, first);
      image.u64(1024 + 128 + 40, first + count - 1);
      image.put(1024 + 128 + 56, Uint8Array.from("Appended2".split("").flatMap((char) => [char.charCodeAt(0), 0])));
    }
    return image.bytes;
  }

  test("has the partitions of its MBR, and the EFI volume of one", async () => {
    const image = hybrid("mbr");
    const { partitions, efi, files } = await opened(image);
    expect(partitions).toMatchObject([{ table: "mbr", type: "ef" }]);
    expect(await efi?.find("EFI/BOOT/BOOTX64.EFI")).toMatchObject({ ok: true, entry: { size: 3000 } });
    expect(await files.find("live/vmlinuz")).toMatchObject({ ok: true });
  });

  test("has the partitions of its GPT by type and name", async () => {
    const { partitions, efi } = await opened(hybrid("gpt"));
    expect(partitions.map(({ table, type, name }) => ({ table, type, name }))).toEqual([
      { table: "mbr", type: "ee", name: undefined },
      { table: "gpt", type: "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", name: "Appended2" },
    ]);
    expect(await efi?.find("EFI/BOOT/BOOTX64.EFI")).toMatchObject({ ok: true, entry: { size: 3000 } });
  });

  test("a partition that leaves the image is left out", async () => {
    const image = hybrid("mbr");
    pen(image).u32(446 + 12, 0xffffff);
    expect((await opened(image)).partitions).toEqual([]);
  });
});
