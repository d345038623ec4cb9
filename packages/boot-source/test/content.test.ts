import { expect, test } from "vitest";
import { content } from "../src/content.ts";
import { notFound } from "../src/core/source.ts";
import { directory } from "../src/directory.ts";

test("content is read by offset", async () => {
  const opened = content("häuser", "v1");
  if (!opened.ok) expect.fail("no file");
  expect([opened.file.size, opened.file.version]).toEqual([7, "v1"]);
  const target = new Uint8Array(4);
  expect(await opened.file.read(target, 3)).toBe(4);
  expect(String.fromCharCode(...target)).toBe("user");
  expect(await opened.file.read(target, 5)).toBe(2);
  expect(await opened.file.read(target, 9)).toBe(0);
});

test("the fault of a name that is not served", () => {
  expect(notFound()).toEqual({ ok: false, fault: { reason: "missing" } });
  expect(notFound("bad-name", "too long")).toEqual({ ok: false, fault: { reason: "bad-name", detail: "too long" } });
});

test.each<[string, unknown, unknown?]>([
  ["data must be text, a Uint8Array, a Blob or a stream, not 42", 42],
  ["data must be text, a Uint8Array, a Blob or a stream, not undefined", undefined],
  ["data must be text, a Uint8Array, a Blob or a stream, not null", null],
  ["data must be text, a Uint8Array, a Blob or a stream, not an object", {}],
  ["data must be text, a Uint8Array, a Blob or a stream, not an object", new ArrayBuffer(3)],
  ["data must be text, a Uint8Array, a Blob or a stream, not an object", new Uint16Array(3)],
  ["data must be text, a Uint8Array, a Blob or a stream, not an object", new DataView(new ArrayBuffer(3))],
  ["data must be text, a Uint8Array, a Blob or a stream, not a list", [1, 2]],
  ["data must be text, a Uint8Array, a Blob or a stream, not a promise", Promise.resolve("x")],
  ["version must be text, not an object", "x", { size: 3 }],
  ["version must be text, not 5", new Blob(["x"]), 5],
])("content that cannot be is refused at once: argument %s", (message, data, more) => {
  expect(() => content(data as never, more as never)).toThrow(
    expect.objectContaining({ name: "OptionError", message: `content: argument ${message}` }),
  );
});

test("a folder that is no text is refused by name", () => {
  expect(() => directory(undefined as never)).toThrow("directory: argument root must be text, not undefined");
  expect(() => directory(new URL("file:///srv") as never)).toThrow(
    "directory: argument root must be text, not an object",
  );
});
