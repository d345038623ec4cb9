import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { chmod, link, mkdir, rename, rm, stat, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SourceChangedError, type SourceClient, type SourceFile } from "../src/core/source.ts";
import { directory } from "../src/directory.ts";
import type { DirectoryOptions } from "../src/directory-options.ts";
import { folder } from "./folder.ts";

const client: SourceClient = { address: "10.0.0.7", port: 2070, localAddress: "10.0.0.1", localPort: 69 };

/** Node cannot make one itself. */
const makeFifo = "mkfifo";

/** An hour from now, when all that was just written is old. */
const later = () => Date.now() + 3_600_000;

/** A folder `root` with files, beside a `secret` that must never be served. */
async function tree(): Promise<string> {
  const base = await folder();
  const root = join(base, "root");
  await mkdir(join(root, "sub", "deep"), { recursive: true });
  await mkdir(join(base, "root2"));
  await writeFile(join(base, "secret"), "secret");
  await writeFile(join(base, "root2", "secret"), "secret");
  const names = ["x", "sub/y", "sub/deep/Z.efi", "a%2e", "con", ".hidden", "grüße.txt", "..x", "x..", "sub/..."];
  for (const name of names) await settled(join(root, name), name);
  await symlink("../secret", join(root, "out"));
  await symlink(join(base, "root2"), join(root, "outdir"));
  await symlink("sub/y", join(root, "in"));
  await symlink("loop", join(root, "loop"));
  await symlink("/dev/zero", join(root, "zero"));
  await symlink("nowhere", join(root, "dangling"));
  execFileSync(makeFifo, [join(root, "fifo")]);
  return root;
}

/** Writes a file whose mtime is long past. */
async function settled(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await utimes(path, 1_700_000_000, 1_700_000_000);
}

async function contents(file: SourceFile): Promise<string> {
  const target = Buffer.alloc(file.size);
  const count = await file.read(target, 0);
  await file.close();
  return target.toString("utf8", 0, count);
}

/** What a name brings: its text, or the reason why not in brackets. */
async function fetched(root: string, name: string, options: DirectoryOptions = {}): Promise<string> {
  const result = await directory(root, { trustFor: 0, ...options }).open(name, client);
  return result.ok ? await contents(result.file) : `(${result.fault.reason})`;
}

describe("names", () => {
  test.each([
    ["x", "x"],
    ["/x", "x"],
    ["//x", "x"],
    ["./x", "x"],
    ["\\x", "x"],
    ["sub/y", "sub/y"],
    ["sub\\y", "sub/y"],
    ["\\sub\\deep\\Z.efi", "sub/deep/Z.efi"],
    ["sub//deep/./Z.efi", "sub/deep/Z.efi"],
    ["x\u00ff", "x"],
    ["x\u00ff\u00fe\u0080", "x"],
    ["x\u00ff", "x"],
    ["xß", "(missing)"],
    ["grüße.txt", "grüße.txt"],
    ["a%2e", "a%2e"],
    ["con", "con"],
    [".hidden", ".hidden"],
    ["..x", "..x"],
    ["x..", "x.."],
    ["sub/...", "sub/..."],
    ["in", "sub/y"],
    ["../secret", "(outside-root)"],
    ["sub/../x", "(outside-root)"],
    ["a/../../secret", "(outside-root)"],
    ["..", "(outside-root)"],
    ["/..", "(outside-root)"],
    ["sub/..", "(outside-root)"],
    ["..\\secret", "(outside-root)"],
    ["\\..\\secret", "(outside-root)"],
    ["sub/..\\..\\secret", "(outside-root)"],
    ["x\0", "(outside-root)"],
    ["x\0/../../secret", "(outside-root)"],
    ["../root2/secret", "(outside-root)"],
    ["C:\\x", "(missing)"],
    ["C:/x", "(missing)"],
    ["/etc/passwd", "(missing)"],
    ["%2e%2e/secret", "(missing)"],
    ["..%2fsecret", "(missing)"],
    ["a/\u00c0\u00ae\u00c0\u00ae/secret", "(missing)"],
    ["x/", "(missing)"],
    ["x/.", "(missing)"],
    ["x/y", "(missing)"],
    ["X", "(missing)"],
    ["y".repeat(255), "(missing)"],
    ["ü".repeat(255), "(missing)"],
    [`${"d/".repeat(2000)}x`, "(missing)"],
    ["", "(is-directory)"],
    ["/", "(is-directory)"],
    [".", "(is-directory)"],
    ["sub", "(is-directory)"],
    ["sub/deep", "(is-directory)"],
    ["out", "(outside-root)"],
    ["outdir/secret", "(outside-root)"],
    ["outdir", "(is-directory)"],
    ["dangling", "(missing)"],
    ["loop", "(missing)"],
    ["fifo", "(not-regular)"],
    ["zero", "(not-regular)"],
  ])("%j brings %s", async (name, expected) => {
    expect(await fetched(await tree(), name)).toBe(expected);
  });

  test("upper and lower case, when wanted: exact first, each folder on its own", async () => {
    const root = await tree();
    await settled(join(root, "SUB"), "a file");
    await settled(join(root, "Boot.efi"), "one");
    await settled(join(root, "boot.EFI"), "two");
    const ignoreCase = { ignoreCase: true };
    expect(await fetched(root, "\\Sub\\DEEP\\z.EFI", ignoreCase)).toBe("sub/deep/Z.efi");
    expect(await fetched(root, "boot.EFI", ignoreCase)).toBe("two");
    expect(await fetched(root, "BOOT.EFI", ignoreCase)).toBe("one");
    expect(await fetched(root, "OUT", ignoreCase)).toBe("(outside-root)");
    expect(await fetched(root, "../SECRET", ignoreCase)).toBe("(outside-root)");
    expect(await fetched(root, "nothing", ignoreCase)).toBe("(missing)");
  });

  test("a file we may not read", async () => {
    const root = await tree();
    await chmod(join(root, "x"), 0);
    const expected = process.getuid?.() === 0 ? "x" : "(permission-denied)";
    expect(await fetched(root, "x")).toBe(expected);
  });

  test("the root may be a symbolic link, or missing", async () => {
    const root = await tree();
    await symlink(root, `${root}-link`);
    expect(await fetched(`${root}-link`, "sub/y")).toBe("sub/y");
    expect(await fetched(`${root}-none`, "x")).toBe("(missing)");
  });
});

describe("a folder for each client", () => {
  test("nothing outside it is served, not even from the root", async () => {
    const root = await tree();
    await symlink("../x", join(root, "sub", "up"));
    const rootFor = () => "sub";
    expect(await fetched(root, "y", { rootFor })).toBe("sub/y");
    expect(await fetched(root, "x", { rootFor })).toBe("(missing)");
    expect(await fetched(root, "up", { rootFor })).toBe("(outside-root)");
    expect(await fetched(root, "x", { rootFor: () => undefined })).toBe("x");
    for (const hostile of ["..", "../root2", "outdir", "nowhere", "", "/"]) {
      expect(await fetched(root, "secret", { rootFor: () => hostile })).toBe("(missing)");
    }
  });

  test("a file that is private is not served by any name", async () => {
    const root = await tree();
    await link(join(root, "x"), join(root, "another"));
    const { dev, ino } = await stat(join(root, "x"), { bigint: true });
    const isPrivate = (file: { dev: bigint; ino: bigint }) => file.dev === dev && file.ino === ino;
    for (const name of ["x", "another"]) expect(await fetched(root, name, { isPrivate })).toBe("(permission-denied)");
    expect(await fetched(root, "sub/y", { isPrivate })).toBe("sub/y");
  });

  test("what one client got is not remembered for another", async () => {
    const root = await tree();
    const source = directory(root, { rootFor: ({ address }) => (address === "10.0.0.8" ? "sub" : undefined) });
    const first = await source.open("x", client);
    expect(first.ok && (await contents(first.file))).toBe("x");
    expect(await source.open("x", { ...client, address: "10.0.0.8" })).toMatchObject({ ok: false });
  });
});

describe("what was found is trusted for a while", () => {
  test("files and misses, without asking the disk", async () => {
    const root = await tree();
    const source = directory(root, { trustFor: 60_000, now: later });
    const first = await source.open("x", client);
    expect((await source.open("late", client)).ok).toBe(false);
    await settled(join(root, "late"), "late");
    const again = source.open("x", client);
    expect(again).not.toBeInstanceOf(Promise);
    expect(source.open("late", client)).toEqual({ ok: false, fault: { reason: "missing" } });
    const second = await again;
    if (!first.ok || !second.ok) return expect.fail("not opened");
    expect(second.file.version).toBe(first.file.version);
    expect([await contents(first.file), await contents(second.file)]).toEqual(["x", "x"]);
  });

  test("but not by a file that was exchanged meanwhile", async () => {
    const root = await tree();
    const source = directory(root, { trustFor: 60_000, now: later });
    const first = await source.open("x", client);
    if (first.ok) await first.file.close();
    await settled(join(root, "new"), "n");
    await rename(join(root, "new"), join(root, "x"));
    const second = await source.open("x", client);
    if (!second.ok) return expect.fail(second.fault.reason);
    await expect(contents(second.file)).rejects.toBeInstanceOf(SourceChangedError);
    await second.file.close();
    expect(await fetched(root, "x")).toBe("n");
    const third = await source.open("x", client);
    expect(third.ok && (await contents(third.file))).toBe("n");
  });
});

describe("when the trust is over", () => {
  async function opened(root: string) {
    let now = later();
    const source = directory(root, { now: () => now });
    const first = await source.open("sub/y", client);
    if (first.ok) await first.file.close();
    return async () => {
      now += 60_000;
      const result = await source.open("sub/y", client);
      return result.ok ? await contents(result.file) : `(${result.fault.reason})`;
    };
  }

  test("the file that is still there is served, and trusted anew", async () => {
    const next = await opened(await tree());
    expect([await next(), await next()]).toEqual(["sub/y", "sub/y"]);
  });

  test("another file under the name is served as it is now", async () => {
    const root = await tree();
    const next = await opened(root);
    await settled(join(root, "new"), "newer");
    await rename(join(root, "new"), join(root, "sub", "y"));
    expect(await next()).toBe("newer");
    await rm(join(root, "sub", "y"));
    expect(await next()).toBe("(missing)");
  });

  test("a link that leads out by now is not followed", async () => {
    const root = await tree();
    const next = await opened(root);
    await rename(join(root, "sub"), join(root, "..", "sub"));
    await symlink("../root2", join(root, "sub"));
    await writeFile(join(root, "..", "root2", "y"), "secret");
    expect(await next()).toBe("(outside-root)");
  });
});

describe("versions", () => {
  async function version(root: string, wall = later): Promise<string | undefined> {
    const result = await directory(root, { trustFor: 0, now: wall }).open("x", client);
    if (!result.ok) return expect.fail(result.fault.reason);
    await result.file.close();
    return result.file.version;
  }

  test("change with the file, and a file of this very moment has none", async () => {
    const root = await tree();
    const before = await version(root);
    expect(before).toBe(await version(root));
    await utimes(join(root, "x"), 1_700_000_001, 1_700_000_001);
    const touched = await version(root);
    expect(touched).not.toBe(before);
    const changedAt = Math.floor(statSync(join(root, "x")).ctimeMs);
    expect(await version(root, () => changedAt + 49)).toBeUndefined();
    expect(await version(root, () => changedAt + 50)).toBe(touched);
  });

  test("a file that is written or cut while it is open is no longer read", async () => {
    const root = await tree();
    for (const change of [
      () => truncate(join(root, "x"), 0),
      () => writeFile(join(root, "x"), "z"),
      () => utimes(join(root, "x"), 1_700_000_002, 1_700_000_002),
    ]) {
      await settled(join(root, "x"), "x");
      const result = await directory(root).open("x", client);
      if (!result.ok) return expect.fail(result.fault.reason);
      await change();
      await expect(contents(result.file)).rejects.toBeInstanceOf(SourceChangedError);
      await result.file.close();
    }
  });

  test("a file that is replaced by another stays what it was for whoever has it open", async () => {
    const root = await tree();
    const result = await directory(root).open("x", client);
    await settled(join(root, "new"), "new");
    await rename(join(root, "new"), join(root, "x"));
    expect(result.ok && (await contents(result.file))).toBe("x");
  });
});
