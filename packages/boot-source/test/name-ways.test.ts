import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { namesBeforeTail } from "../src/core/client-path.ts";
import type { SourceClient } from "../src/core/source.ts";
import { directory } from "../src/directory.ts";
import type { DirectoryOptions } from "../src/directory-options.ts";
import { folder } from "./folder.ts";

const client: SourceClient = { address: "10.0.0.7", port: 2070, localAddress: "10.0.0.1", localPort: 69 };

async function treeOf(files: Readonly<Record<string, string>>, base?: string): Promise<string> {
  const root = base ?? (await folder());
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, ".."), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

async function fetched(root: string, name: string, options: DirectoryOptions = { ignoreCase: true }): Promise<string> {
  const result = await directory(root, { trustFor: 0, ...options }).open(name, client);
  if (!result.ok) return `(${result.fault.reason})`;
  const target = Buffer.alloc(result.file.size);
  await result.file.read(target, 0);
  await result.file.close();
  return target.toString();
}

describe("folders that differ in case alone", () => {
  test.each([
    ["\\Boot\\BCD", "one"],
    ["\\boot\\bcd", "one"],
    ["\\Boot\\boot.sdi", "two"],
    ["\\BOOT\\BOOT.SDI", "two"],
    ["\\BOOT\\X64\\WDSNBP.COM", "three"],
    ["\\boot\\font.ttf", "four"],
    ["\\boot\\nothing.sdi", "(missing)"],
  ])("%s is %s", async (name, expected) => {
    const files = {
      "Boot/BCD": "one",
      "boot/boot.sdi": "two",
      "boot/x64/wdsnbp.com": "three",
      "BOOT/font.ttf": "four",
    };
    expect(await fetched(await treeOf(files), name)).toBe(expected);
  });

  test("are tried at each level, the exact one first, the others in the order of their bytes", async () => {
    const root = await treeOf({ "a/B/x": "aB", "A/b/x": "Ab", "A/B/x": "AB", "a/b/y": "ab", "A/b/X": "AbX" });
    expect(await fetched(root, "a/b/x")).toBe("aB");
    expect(await fetched(root, "A/b/x")).toBe("Ab");
    expect(await fetched(root, "A/B/X")).toBe("AB");
    expect(await fetched(root, "A/B/y")).toBe("ab");
    const files = await treeOf({ "Boot.efi": "B", "bOOT.EFI": "b", "boot.EFI": "c" });
    expect(await fetched(files, "boot.efi")).toBe("B");
    expect(await fetched(files, "boot.EFI")).toBe("c");
  });

  test("a file is none of the folders, and a folder is no file", async () => {
    const root = await treeOf({ SUB: "a file", "sub/X": "x", "Sub/x/y": "y" });
    expect(await fetched(root, "sUb/x")).toBe("x");
    expect(await fetched(root, "sub/x/y")).toBe("y");
    expect(await fetched(root, "SUB/q")).toBe("(missing)");
  });

  test("one that may not be read does not hide another", async () => {
    const root = await treeOf({ "Boot/a": "one", "boot/b": "two" });
    await chmod(join(root, "Boot"), process.getuid?.() === 0 ? 0o755 : 0);
    expect(await fetched(root, "BOOT/B")).toBe("two");
    await chmod(join(root, "Boot"), 0o755);
  });

  test("a thicket of them is left after a while", async () => {
    const root = await folder();
    const names = (depth: number) =>
      Array.from({ length: 1 << depth }, (_, bits) => bits.toString(2).padStart(depth, "0"));
    const cased = (bits: string) =>
      [...bits].map((bit, at) => (bit === "1" ? "ABCDEFGHI"[at] : "abcdefghi"[at])).join("");
    for (const one of names(9)) await mkdir(join(root, cased(one)));
    expect(await fetched(root, "ABCDEFGHI/x/y")).toBe("(missing)");
  });
});

describe("a name that begins with the folder itself", () => {
  test("is found, but for other folders and for ..", async () => {
    const root = await treeOf({ "bios/loader.0": "loader", "efi/Loader.efi": "efi" });
    expect(await fetched(root, `${root}/bios/loader.0`)).toBe("loader");
    expect(await fetched(`${root}/`, `${root}/bios/loader.0`)).toBe("loader");
    expect(await fetched(root, `${root}//bios/loader.0`)).toBe("loader");
    expect(await fetched(root, `${root}/efi/loader.EFI`.replaceAll("/", "\\"))).toBe("efi");
    expect(await fetched(root, "/bios/loader.0")).toBe("loader");
    expect(await fetched(root, `${root}x/bios/loader.0`)).toBe("(missing)");
    expect(await fetched(root, `${root}/../etc/passwd`)).toBe("(outside-root)");
    expect(await fetched(root, `${root}/nothing`)).toBe("(missing)");
    expect(await fetched(root, root)).toBe("(missing)");
  });

  test("but a folder of that path below it goes first", async () => {
    const root = await treeOf({ "a.0": "outer" });
    await treeOf({ [`${root.slice(1)}/a.0`]: "inner" }, root);
    expect(await fetched(root, `${root}/a.0`)).toBe("inner");
  });

  test("also by the path to which a link leads", async () => {
    const real = await treeOf({ "a.0": "text" });
    const link = join(await folder(), "link");
    await symlink(real, link);
    expect(await fetched(link, `${link}/a.0`)).toBe("text");
    expect(await fetched(link, `${real}/a.0`)).toBe("text");
  });

  test("and in the folder of a client, whatever is outside of it", async () => {
    const root = await treeOf({ "one/a.0": "one", "b.0": "common" });
    const options = { rootFor: () => "one" };
    expect(await fetched(root, `${root}/one/a.0`, options)).toBe("one");
    expect(await fetched(root, `${root}/b.0`, options)).toBe("(missing)");
  });
});

test.each([
  ["boot.0\x366\x04\xc0\xa82\x01\xff", ["boot.066", "boot.06"]],
  ["boot.06\x04\n", ["boot.06", "boot.0"]],
  ["efi/loader.efi\x01\x04\xff\xff\xff", ["efi/loader.efi", "efi/loader.ef"]],
  ["bürö.0", ["b"]],
  ["x\x01", ["x"]],
  ["\x01x", []],
  ["plain.0", []],
  ["", []],
])("%j may mean %j", (name, names) => expect(namesBeforeTail(name)).toEqual(names));
