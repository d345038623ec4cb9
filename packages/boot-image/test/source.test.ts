import { content, notFound, type OpenResult, SourceChangedError, type SourceFile } from "@bootlace/boot-source";
import { describe, expect, test } from "vitest";
import { noise } from "../../../tools/test-kit/images/bytes.ts";
import { makeFat } from "../../../tools/test-kit/images/fat.ts";
import { makeIso } from "../../../tools/test-kit/images/iso.ts";
import { imageSource } from "../src/index.ts";

const client = { address: "192.0.2.7", port: 2000, localAddress: "192.0.2.1", localPort: 69 };
const kernel = noise(5000, 2);
const image = makeIso(
  [
    { path: "live/vmlinuz", data: kernel },
    { path: "loop", link: "loop" },
  ],
  { rockRidge: true },
);

/** An image in memory that counts how often it is open. */
function counted(bytes: Uint8Array, version: string | undefined, changes: Partial<SourceFile> = {}) {
  const counts = { open: 0, opened: 0, reads: 0 };
  const open = (): OpenResult => {
    const made = content(bytes, version);
    if (!made.ok) return made;
    counts.open++;
    counts.opened++;
    const read = (target: Uint8Array, position: number) => {
      counts.reads++;
      return made.file.read(target, position);
    };
    return { ok: true, file: { ...made.file, read, close: () => void counts.open--, ...changes } };
  };
  return { counts, open };
}

async function read(opened: OpenResult, position = 0, length = 1_000_000): Promise<Uint8Array> {
  if (!opened.ok) throw new Error(opened.fault.reason);
  const target = new Uint8Array(Math.min(length, opened.file.size - position));
  expect(await opened.file.read(target, position)).toBe(target.length);
  await opened.file.close();
  return target;
}

describe("a file inside an image", () => {
  test("has its size, its bytes from any place on, and the date of the image", async () => {
    const { counts, open } = counted(image, "one", { modified: 1_700_000_000_000 });
    const source = imageSource(open);
    const opened = await source.open("/live/vmlinuz", client);
    expect(opened.ok && opened.file).toMatchObject({ size: 5000, modified: 1_700_000_000_000 });
    expect(await read(opened)).toEqual(kernel);
    expect(await read(await source.open("live\\vmlinuz", client), 1234, 100)).toEqual(kernel.subarray(1234, 1334));
    expect(counts.open).toBe(0);
  });

  test("has the same version as long as the image has, and another in another image", async () => {
    const version = async (of: string | undefined) => {
      const opened = await imageSource(counted(image, of).open).open("live/vmlinuz", client);
      return opened.ok ? opened.file.version : "none";
    };
    expect(await version("one")).toBe(await version("one"));
    expect(await version("one")).not.toBe(await version("two"));
    expect(await version(undefined)).toBeUndefined();
  });

  test("is looked up once for each version of the image", async () => {
    const { counts, open } = counted(image, "one");
    const source = imageSource(open);
    await read(await source.open("live/vmlinuz", client));
    const before = counts.reads;
    await read(await source.open("live/vmlinuz", client));
    expect(counts.reads - before).toBe(1);
  });

  test("is of the new image when the image is exchanged", async () => {
    let open = counted(image, "one").open;
    const source = imageSource(() => open());
    await read(await source.open("live/vmlinuz", client));
    open = counted(makeIso([{ path: "live/vmlinuz", data: "another" }], { rockRidge: true }), "two").open;
    expect(new TextDecoder().decode(await read(await source.open("live/vmlinuz", client)))).toBe("another");
  });

  test("is found in the EFI volume where the image has no such file", async () => {
    const efi = makeFat([{ path: "EFI/BOOT/BOOTX64.EFI", data: kernel }]);
    const hybrid = makeIso([{ path: "efi.img", data: efi }], { rockRidge: true, efi: "efi.img" });
    const source = imageSource(counted(hybrid, "one").open);
    expect(await read(await source.open("efi/boot/bootx64.efi", client))).toEqual(kernel);
    expect(await source.open("efi/boot/none.efi", client)).toMatchObject({ ok: false, fault: { reason: "missing" } });
  });

  test("can be opened by many at once", async () => {
    const { counts, open } = counted(image, undefined);
    const source = imageSource(open);
    const all = Array.from({ length: 20 }, async () => await read(await source.open("live/vmlinuz", client)));
    for (const bytes of await Promise.all(all)) expect(bytes).toEqual(kernel);
    expect(counts).toMatchObject({ open: 0, opened: 20 });
  });
});

describe("what is not served", () => {
  test.each([
    ["live/none", "missing", undefined],
    ["live", "is-directory", undefined],
    ["", "is-directory", undefined],
    ["live/vmlinuz/", "missing", undefined],
    ["live/vmlinuz/x", "missing", undefined],
    ["live/../live/vmlinuz", "outside-root", undefined],
    ["loop", "source-failed", /^cycle at byte \d+ of the image: /],
  ])("%j is %s", async (name, reason, detail) => {
    const { counts, open } = counted(image, "one");
    const opened = await imageSource(open).open(name, client);
    expect(opened).toMatchObject({ ok: false, fault: { reason } });
    if (detail !== undefined) expect(!opened.ok && opened.fault.detail).toMatch(detail);
    expect(counts.open).toBe(0);
  });

  test("a truncated image serves what is there, and says where it ends for the rest", async () => {
    const cut = image.subarray(0, image.length - 2048);
    const opened = await imageSource(counted(cut, "one").open).open("live/vmlinuz", client);
    expect(!opened.ok && opened.fault.detail).toMatch(/^beyond-end at byte \d+ of the image: vmlinuz reaches to byte/);
  });

  test("what is no image, a stream, and an image that cannot be opened", async () => {
    const other = await imageSource(() => content("hello", "one")).open("x", client);
    expect(!other.ok && other.fault).toMatchObject({
      reason: "source-failed",
      detail: expect.stringMatching(/^not-an-image/),
    });
    const stream = await imageSource(counted(image, "one", { sequential: true }).open).open("live/vmlinuz", client);
    expect(stream).toMatchObject({ ok: false, fault: { reason: "source-failed" } });
    const denied = await imageSource(() => notFound("permission-denied")).open("x", client);
    expect(denied).toMatchObject({ ok: false, fault: { reason: "permission-denied" } });
  });

  test("an image that fails while it is looked into is closed, and the next look is not kept waiting", async () => {
    let broken = true;
    const { counts, open } = counted(image, "one");
    const source = imageSource(() => {
      const opened = open();
      if (!opened.ok || !broken) return opened;
      const read = () => Promise.reject(new SourceChangedError("changed"));
      return { ok: true, file: { ...opened.file, read } };
    });
    await expect(source.open("live/vmlinuz", client)).rejects.toThrow("changed");
    broken = false;
    expect(await read(await source.open("live/vmlinuz", client))).toEqual(kernel);
    expect(counts.open).toBe(0);
  });
});
