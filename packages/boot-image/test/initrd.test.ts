import { content, type OpenResult, OptionError, type SourceFile } from "@bootlace/boot-source";
import { describe, expect, test } from "vitest";
import { noise } from "../../../tools/test-kit/images/bytes.ts";
import { composeInitrd } from "../src/index.ts";

function fileOf(opened: OpenResult): SourceFile {
  if (!opened.ok) throw new Error(opened.fault.detail);
  return opened.file;
}

const file = (data: string | Uint8Array, version?: string) => fileOf(content(data, version));

async function bytesOf(source: SourceFile, piece = 1000): Promise<Uint8Array> {
  const bytes = new Uint8Array(source.size);
  for (let at = 0; at < bytes.length; at += piece) {
    const part = bytes.subarray(at, at + piece);
    expect(await source.read(part, at)).toBe(part.length);
  }
  return bytes;
}

/** The members of a newc archive: name, mode and data. */
function members(archive: Uint8Array) {
  const found: { name: string; mode: string; data: Uint8Array }[] = [];
  for (let at = 0; ; ) {
    const head = Buffer.from(archive.subarray(at, at + 110)).toString("latin1");
    expect(head.slice(0, 6)).toBe("070701");
    const number = (index: number) => Number.parseInt(head.slice(6 + index * 8, 14 + index * 8), 16);
    const name = Buffer.from(archive.subarray(at + 110, at + 109 + number(11))).toString();
    if (name === "TRAILER!!!") return found;
    const start = (at + 110 + number(11) + 3) & ~3;
    const data = archive.subarray(start, start + number(6));
    found.push({ name, mode: number(1).toString(8), data });
    at = (start + number(6) + 3) & ~3;
  }
}

describe("an initrd with further files", () => {
  const original = noise(4097, 3);
  const image = noise(10_001, 4);
  const files = () => [
    { path: "/usr/lib/live/boot/hook", data: "#!/bin/sh\n", mode: 0o755 },
    { path: "/preseed.cfg", data: new TextEncoder().encode("d-i ü\n") },
    { path: "/usr/lib/tails.iso", data: file(image, "image 1") },
  ];

  test("is the original, padding, and an archive with folders, modes and bytes", async () => {
    const made = fileOf(composeInitrd([file(original, "one")], files()));
    const bytes = await bytesOf(made);
    expect(bytes.subarray(0, 4097)).toEqual(original);
    expect(bytes.subarray(4097, 4100)).toEqual(new Uint8Array(3));
    const found = members(bytes.subarray(4100));
    expect(found.map(({ name, mode }) => [name, mode])).toEqual([
      ["usr", "40755"],
      ["usr/lib", "40755"],
      ["usr/lib/live", "40755"],
      ["usr/lib/live/boot", "40755"],
      ["usr/lib/live/boot/hook", "100755"],
      ["preseed.cfg", "100644"],
      ["usr/lib/tails.iso", "100644"],
    ]);
    expect(Buffer.from(found[5]?.data ?? []).toString()).toBe("d-i ü\n");
    expect(found[6]?.data).toEqual(image);
    for (const piece of [1, 7, 4096, 100_000]) expect(await bytesOf(made, piece)).toEqual(bytes);
  });

  test("has the same version for the same parts, and another for any other", () => {
    const version = (data: SourceFile, mode = 0o644, text = "x") =>
      fileOf(composeInitrd([data], [{ path: "a", data: text, mode }])).version;
    expect(version(file(original, "one"))).toBe(version(file(original, "one")));
    const others = [
      version(file(original, "two")),
      version(file(original, "one"), 0o600),
      version(file(original, "one"), 0o644, "y"),
    ];
    expect(new Set([version(file(original, "one")), ...others]).size).toBe(4);
    expect(version(file(original))).toBeUndefined();
  });

  test("closes and holds what it is made of, once each", async () => {
    const calls: string[] = [];
    const watched = (name: string): SourceFile => ({
      ...file(original, name),
      hold: () => void calls.push(`hold ${name}`),
      close: () => void calls.push(`close ${name}`),
    });
    const made = fileOf(composeInitrd([watched("a"), watched("b")], [{ path: "c", data: watched("c") }]));
    made.hold?.();
    await made.close();
    expect(calls).toEqual(["hold a", "hold b", "hold c", "close a", "close b", "close c"]);
  });

  test("a file that ends early ends the read", async () => {
    const short = { ...file(original, "one"), size: 5000 };
    const made = fileOf(composeInitrd([short], [{ path: "a", data: "x" }]));
    expect(await made.read(new Uint8Array(6000), 0)).toBe(4097);
  });

  test("a file of 4 GiB and a stream are refused, and closed", () => {
    let closed = 0;
    const close = () => void closed++;
    const large = { ...file("", "large"), size: 2 ** 32, close };
    expect(composeInitrd([], [{ path: "a", data: large }])).toMatchObject({
      ok: false,
      fault: { reason: "too-large" },
    });
    const stream = { ...file("", "large"), sequential: true, close };
    expect(composeInitrd([stream], [])).toMatchObject({ ok: false, fault: { reason: "source-failed" } });
    expect(closed).toBe(2);
  });

  test.each(["", "/", "a//b", "../etc/passwd", "a/..", "./a", "a\0b", "a/"])("the path %j is refused", (path) => {
    expect(() => composeInitrd([], [{ path, data: "" }])).toThrow(OptionError);
  });
});
