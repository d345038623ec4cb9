import { describe, expect, test } from "vitest";
import { noise } from "../../../tools/test-kit/images/bytes.ts";
import { type IsoOptions, makeIso } from "../../../tools/test-kit/images/iso.ts";
import { files, grub, systemImages, urls } from "../../../tools/test-kit/images/systems.ts";
import type { Content } from "../../../tools/test-kit/images/tree.ts";
import { families, fillArguments, recognise } from "../src/index.ts";
import { mediumOf, opened } from "./medium.ts";

async function look(contents: readonly Content[], options: IsoOptions = {}) {
  const image = makeIso(contents, { rockRidge: true, ...options });
  const found = await recognise(mediumOf(image), await opened(image));
  const [first] = found.entries;
  return { ...found, size: image.length, first, line: first === undefined ? undefined : fillArguments(first, urls) };
}

describe.each(systemImages)("$id", ({ id, contents, options, kernel, line }) => {
  test("is recognised, and boots with the words of its own menu", async () => {
    const found = await look(contents, options);
    expect({ id: found.family.id, kernel: found.first?.kernel, line: found.line }).toEqual({ id, kernel, line });
    for (const { arguments: words } of found.entries) expect(words).not.toMatch(/\{root\}|undefined|CDLABEL|LABEL=/);
    if (found.family.way === "none") expect(found.family.limits).toBeDefined();
    else expect(found.memory).toBeGreaterThanOrEqual(0);
  });
});

test("every family has its image above, but FreeBSD, which is known by its system identifier", () => {
  const tried = systemImages.map(({ id }) => id);
  expect(families.map(({ id }) => id).filter((id) => !tried.includes(id))).toEqual(["freebsd"]);
  expect(new Set(families.map(({ id }) => id)).size).toBe(families.length);
});

test("FreeBSD", async () => {
  const image = makeIso(files("boot/kernel/kernel"), { label: "13_2_RELEASE_AMD64_CD" });
  image.set(new TextEncoder().encode("FreeBSD"), 16 * 2048 + 8);
  expect((await recognise(mediumOf(image), await opened(image))).family).toMatchObject({ id: "freebsd", way: "none" });
});

test("the image of Memtest86+ for 32-bit machines has its program as its kernel too", async () => {
  const { family, first } = await look(files("EFI/BOOT/bootia32.efi"), { label: "MT86PLUS_32" });
  expect([family.id, first?.kernel]).toEqual(["memtest86plus", "EFI/BOOT/BOOTIA32.EFI"]);
});

test("the title is what the image calls itself, and entries that differ only in the medium are one", async () => {
  const fedora = systemImages.find(({ id }) => id === "dracut-live");
  const { entries, title } = await look(fedora?.contents ?? [], { label: "Fedora-WS-Live-42" });
  expect(title).toBe("Fedora-WS-Live-42");
  expect(entries.length).toBe(1);
  const named = await look([
    ...files("live/filesystem.squashfs"),
    { path: ".disk/info", data: "Debian GNU/Linux 12.5 live\n" },
  ]);
  expect(named.title).toBe("Debian GNU/Linux 12.5 live");
});

test("entries that differ only in the quotes around a word are one: GRUB takes them away, ISOLINUX passes them on", async () => {
  const { entries } = await look([
    ...files("live/filesystem.squashfs", "live/vmlinuz", "live/initrd.img", "Clonezilla-Live-Version"),
    grub("Clonezilla live", "/live/vmlinuz", 'boot=live ocs_live_batch="no" quiet', "/live/initrd.img"),
    {
      path: "isolinux/isolinux.cfg",
      data: 'LABEL live\n  KERNEL /live/vmlinuz\n  APPEND initrd=/live/initrd.img boot=live ocs_live_batch="no" quiet\n',
    },
  ]);
  expect(entries.map(({ arguments: line }) => line)).toEqual([expect.stringMatching(/ocs_live_batch=no quiet/)]);
});

test("memory is that of kernel, initrd and what is fetched", async () => {
  const mebibyte = 1024 * 1024;
  const contents = [
    { path: "live/filesystem.squashfs", data: noise(3 * mebibyte) },
    { path: "live/vmlinuz", data: noise(1000) },
    { path: "live/initrd.img", data: noise(2000) },
  ];
  const live = await look(contents);
  expect(live).toMatchObject({ root: "live/filesystem.squashfs", memory: (3 + 1024) * mebibyte + 3000 });
  const ubuntu = await look(contents.map(({ path, data }) => ({ path: path.replace("live/", "casper/"), data })));
  expect(ubuntu.memory).toBe(2 * ubuntu.size + 512 * mebibyte + 3000);
});

test("a menu that names files which are not there is not offered", async () => {
  const contents = [
    ...files("live/filesystem.squashfs"),
    grub("Live", "/live/vmlinuz", "boot=live", "/live/initrd.img"),
  ];
  expect((await look(contents)).entries).toEqual([]);
});
