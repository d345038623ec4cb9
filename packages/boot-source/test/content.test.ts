import { expect, test } from "vitest";
import { content } from "../src/content.ts";
import { notFound } from "../src/core/source.ts";

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
