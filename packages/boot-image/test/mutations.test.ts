import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { noise } from "../../../tools/test-kit/images/bytes.ts";
import { makeFat } from "../../../tools/test-kit/images/fat.ts";
import { makeIso } from "../../../tools/test-kit/images/iso.ts";
import { contentFault, openImage, readEntry, recognise } from "../src/index.ts";
import { makeUdf } from "./images/udf.ts";
import { signAgain } from "./images/udf-parts.ts";
import { mediumOf } from "./medium.ts";

describe("any change of an image", () => {
  const contents = [
    { path: "live/vmlinuz", data: noise(3000) },
    { path: "link", link: "live/vmlinuz" },
    { path: "efi.img", data: noise(2048) },
    { path: `${"long".repeat(50)}`, data: "x" },
    { path: "a/b/c/d", data: "x", part: 2048 },
    {
      path: "boot/grub/grub.cfg",
      data: "menuentry x {\nlinux /live/vmlinuz a\ninitrd /link\n}\nsource /boot/grub/grub.cfg\n",
    },
    { path: "live/filesystem.squashfs", data: "x" },
  ];
  const images: readonly (readonly [string, Uint8Array])[] = [
    [
      "Rock Ridge and Joliet",
      makeIso(contents, { rockRidge: true, joliet: true, bios: "live/vmlinuz", efi: "efi.img" }),
    ],
    ["an EFI volume", makeIso([{ path: "efi.img", data: makeFat(contents.slice(0, 1)) }], { efi: "efi.img" })],
    ["UDF", makeUdf(contents, { extentBlocks: 1, descriptorsHere: 1 })],
    ["UDF with a metadata partition", makeUdf(contents, { revision: 0x0250, partition: "metadata" })],
    ["UDF with a VAT", makeUdf(contents, { revision: 0x0200, partition: "virtual" })],
    ["UDF with a sparing table", makeUdf(contents, { revision: 0x0150, partition: "sparable" })],
  ];

  /** Opens, walks and reads everything; the bytes of the image that it took. */
  async function use(bytes: Uint8Array, size = bytes.length): Promise<number> {
    const medium = mediumOf(bytes, size);
    const result = await openImage(medium);
    if (!result.ok) {
      expect(result.fault.detail).not.toBe("");
      return medium.bytes;
    }
    expect(medium.bytes).toBeLessThan(2 * 1024 * 1024);
    const { fileSystems, efi } = result.image;
    for (const files of efi === undefined ? fileSystems : [...fileSystems, efi]) {
      let count = 0;
      for await (const met of files.walk()) {
        expect(++count).toBeLessThan(20_000);
        if ("fault" in met) {
          expect(met.fault.offset).toBeGreaterThanOrEqual(0);
          continue;
        }
        // biome-ignore lint/suspicious/noControlCharactersInRegex: no name may have one
        expect(met.path).not.toMatch(/[\0-\x1f\x7f]|(^|\/)\.\.?(\/|$)/);
        const { entry } = met;
        if (contentFault(entry, size) !== undefined) continue;
        expect(entry.extents.reduce((sum, { length }) => sum + length, 0)).toBe(entry.size);
        const target = new Uint8Array(Math.min(entry.size, 10_000));
        expect(await readEntry(medium, entry, target, 0)).toBeLessThanOrEqual(target.length);
      }
      await files.find("live/vmlinuz");
      await files.find("link");
    }
    const { entries } = await recognise(medium, result.image);
    for (const { kernel } of entries)
      expect((await result.image.files.find(kernel, { ignoreCase: true })).ok).toBe(true);
    return medium.bytes;
  }

  /** What is not zero: changes of the rest are found by nobody. */
  function interesting(image: Uint8Array): number[] {
    const places: number[] = [];
    for (let at = 32_768; at < image.length; at++) if (image[at] !== 0) places.push(at);
    return places;
  }

  test.each(images)("of %s gives files or faults, never a throw, and reads in bounds", async (_, image) => {
    const places = interesting(image);
    const change = fc.record({
      place: fc.nat(places.length - 1),
      value: fc.oneof(fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff), fc.nat(255)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), fc.boolean(), async (changes, fixed) => {
        const bytes = image.slice();
        for (const { place, value } of changes) bytes[places[place] ?? 0] = value;
        if (fixed) signAgain(bytes);
        expect(await use(bytes)).toBeLessThan(64 * 1024 * 1024);
      }),
      { seed: 15, numRuns: 150 },
    );
  });

  test.each(images)("of %s by cutting it anywhere", async (_, image) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(image.length), fc.boolean(), async (length, lies) => {
        await use(image.subarray(0, length), lies ? image.length : length);
      }),
      { seed: 15, numRuns: 60 },
    );
  });

  test("noise is no image", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 4096 }), fc.nat(20), async (bytes, sectors) => {
        const image = new Uint8Array(32_768 + sectors * 2048);
        image.set(bytes.subarray(0, image.length - 32_768), 32_768);
        if (sectors > 0) image.set(new TextEncoder().encode("\u0001CD001\u0001"), 32_768);
        await use(image);
      }),
      { seed: 15, numRuns: 300 },
    );
  });
});
