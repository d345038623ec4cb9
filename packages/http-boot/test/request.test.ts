import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkConditions, rangeApplies } from "../src/core/conditions.ts";
import { decideAnswer, refusalOf } from "../src/core/decide.ts";
import { mediaType } from "../src/core/media-types.ts";
import { readRange } from "../src/core/ranges.ts";
import { readTarget } from "../src/core/target.ts";

const us = "192.168.11.109";

describe("a request target", () => {
  it.each([
    ["/a/b.efi", "a/b.efi", undefined],
    ["//grubx64.efi", "grubx64.efi", undefined],
    ["/pxelinux//memtest/./x", "pxelinux/memtest/x", undefined],
    ["/a%20b/%e2%82%ac.iso", "a b/€.iso", undefined],
    ["/a%252e", "a%2e", undefined],
    ["/ok.efi?a=1&b=2", "ok.efi", "a=1&b=2"],
    ["/ok.efi?", "ok.efi", ""],
    ["/ok.efi#x?y", "ok.efi", undefined],
    ["/ok.efi?a#x", "ok.efi", "a"],
    ["/b.ipxe?mac=52:54:00:be:05:01", "b.ipxe", "mac=52:54:00:be:05:01"],
    ["/b.ipxe?mac=52%3A54%3A00%3Abe%3A05%3A01&uuid=1", "b.ipxe", "mac=52%3A54%3A00%3Abe%3A05%3A01&uuid=1"],
    ["/b.ipxe?mac=&x=52:54", "b.ipxe", "mac=&x=52:54"],
    // The addresses of InfiniBand are longer.
    ["/b.ipxe?mac=52:54:00:be:05:01:02:03", "b.ipxe", "mac=52:54:00:be:05:01:02:03"],
    ["/b.ipxe?mac=52:54:00:be:05:01&file=a.b", "b.ipxe", "mac=52:54:00:be:05:01&file=a.b"],
    ["/b.ipxe?mac=52%3A54%3A00%3Abe%3A05%3Aldlinux.c32", "b.ipxe?mac=52:54:00:be:05:ldlinux.c32", undefined],
    ["/b.ipxe?mac=52:54:00:be:05:/isolinux//a.c32", "b.ipxe?mac=52:54:00:be:05:/isolinux/a.c32", undefined],
    ["/b.ipxe?mac=52:54:00:be:05:/../../x", "b.ipxe?mac=52:54:00:be:05:/../../x", undefined],
    ["/", "", undefined],
    ["/folder/", "folder/", undefined],
    ["/folder//.", "folder/", undefined],
    ["/...", "...", undefined],
    [`http://${us}/a.efi`, "a.efi", undefined],
    [`HTTP://user@${us}:8069/a.efi?b`, "a.efi", "b"],
    [`http://${us}`, "", undefined],
    // The resolver refuses these; decoding happens before that.
    ["/../etc/passwd", "../etc/passwd", undefined],
    ["/%2e%2e/%2e%2e%2fetc/passwd", "../../etc/passwd", undefined],
    ["/a/..%5c..%5cb", "a/..\\..\\b", undefined],
  ])("%s is the file %j", (target, file, query) => {
    expect(readTarget(target, us)).toEqual({ ok: true, file, query });
  });

  it.each([
    ["/%zz", "bad-path"],
    ["/%c0%ae%c0%ae/x", "bad-path"],
    ["/a%00b", "bad-path"],
    ["/a%0d%0ab", "bad-path"],
    ["/\u007f", "bad-path"],
    [`/${"x".repeat(1500)}`, "bad-path"],
    [`/${"x".repeat(2100)}`, "target-too-long"],
    ["*", "bad-path"],
    ["example.net:443", "bad-path"],
    ["ftp://192.168.11.109/a", "bad-path"],
    ["http://example.net/a", "other-host"],
    ["http://192.168.11.109.example.net/a", "other-host"],
  ])("%s is refused: %s", (target, reason) => expect(readTarget(target, us)).toMatchObject({ ok: false, reason }));

  it("never throws, and never names a file with control characters", () => {
    const targets = fc.string({ unit: fc.constantFrom(..."/.%2e5cfa0?#\\:@\u0000é~ "), maxLength: 40 });
    fc.assert(
      fc.property(targets, (text) => {
        const target = readTarget(`/${text}`, us);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
        if (target.ok) expect(target.file).not.toMatch(/[\u0000-\u001f\u007f]|\/\/|^\//);
      }),
      { seed: 5, numRuns: 2000 },
    );
  });
});

describe("a Range header", () => {
  const part = (first: number, last: number) => ({ kind: "part", range: { first, last } });
  it.each([
    ["bytes=0-0", part(0, 0)],
    ["bytes=0-", part(0, 99)],
    ["bytes=10-19", part(10, 19)],
    ["Bytes = 10 - 19".replaceAll(" - ", "-"), part(10, 19)],
    ["bytes=90-1000", part(90, 99)],
    ["bytes=99-18446744073709551615", part(99, 99)],
    ["bytes=-1", part(99, 99)],
    ["bytes=-1000", part(0, 99)],
    ["bytes=0-1,5-6", { kind: "whole" }],
    ["octets=0-1", { kind: "whole" }],
    ["bytes=100-", { kind: "not-satisfiable", detail: "the file has 100 bytes" }],
    ["bytes=18446744073709551615-", { kind: "not-satisfiable", detail: "the file has 100 bytes" }],
    ["bytes=-0", { kind: "not-satisfiable", detail: "the file has 100 bytes" }],
  ])("%s", (header, expected) => expect(readRange(header, 100)).toEqual(expected));

  it.each([
    ["bytes=u-u", /cannot print 64-bit numbers in sanboot/],
    ["bytes=lu-lu", /cannot print 64-bit numbers/],
    ["bytes=-2147483648--2147483137", /negative offset: this iPXE is a 32-bit build/],
    ["bytes=0--1", /negative offset/],
    ["bytes=-512-", /negative offset/],
    ["bytes=5-2", /not a range/],
    ["bytes=", /not a range/],
    ["bytes=-", /not a range/],
    ["bytes=0-1,x", /not a range/],
    ["0-1", /not a range/],
    ["bytes=0x0-0xff", /not a range/],
  ])("%s is malformed, and explained", (header, detail) => {
    expect(readRange(header, 100)).toEqual({ kind: "malformed", detail: expect.stringMatching(detail) });
  });

  it("gives a part inside the file or none, for any text and size", () => {
    const text = fc.string({ unit: fc.constantFrom(..."bytes=0123456789-,u "), maxLength: 24 });
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          text.map((rest) => `bytes=${rest}`),
        ),
        fc.nat(50),
        (header, size) => {
          const wanted = readRange(header, size);
          if (wanted.kind !== "part") return;
          const { first, last } = wanted.range;
          expect(first >= 0 && first <= last && last < size).toBe(true);
        },
      ),
      { seed: 6, numRuns: 3000 },
    );
  });
});

const validators = { etag: '"a-1"', lastModified: "Sun, 22 Nov 2026 15:48:13 GMT" };
const earlier = "Sun, 22 Nov 2026 15:48:12 GMT";
const later = "Sun, 22 Nov 2026 15:48:14 GMT";

describe("preconditions", () => {
  it.each([
    [{}, "go-on"],
    [{ "if-match": '"a-1"' }, "go-on"],
    [{ "if-match": '"x", "a-1"' }, "go-on"],
    [{ "if-match": "*" }, "go-on"],
    [{ "if-match": '"a-2"' }, "failed"],
    [{ "if-match": 'W/"a-1"' }, "failed"],
    [{ "if-match": '"a-1"', "if-unmodified-since": earlier }, "go-on"],
    [{ "if-unmodified-since": validators.lastModified }, "go-on"],
    [{ "if-unmodified-since": later }, "go-on"],
    [{ "if-unmodified-since": earlier }, "failed"],
    // edk2 sends a weak tag so.
    [{ "if-unmodified-since": 'W/"a-1"' }, "go-on"],
    [{ "if-unmodified-since": "Sunday, 22-Nov-26 15:48:12 GMT" }, "failed"],
    [{ "if-unmodified-since": "Sun Nov 22 15:48:12 2026" }, "failed"],
    [{ "if-unmodified-since": "Sun Nov 22 15:48:13 2026" }, "go-on"],
    [{ "if-unmodified-since": "1" }, "go-on"],
    [{ "if-none-match": '"a-1"' }, "not-modified"],
    [{ "if-none-match": 'W/"a-1"' }, "not-modified"],
    [{ "if-none-match": '"a-2"' }, "go-on"],
    [{ "if-none-match": '"a-2"', "if-modified-since": later }, "go-on"],
    [{ "if-modified-since": validators.lastModified }, "not-modified"],
    [{ "if-modified-since": earlier }, "go-on"],
    [{ "if-modified-since": "yesterday" }, "go-on"],
    [{ "if-match": '"a-2"', "if-none-match": '"a-1"' }, "failed"],
  ])("%j: %s", (headers, expected) => expect(checkConditions(headers, validators)).toBe(expected));

  it("know nothing of a file that is being written", () => {
    const none = { etag: undefined, lastModified: undefined };
    expect(checkConditions({ "if-match": '"a-1"' }, none)).toBe("failed");
    expect(checkConditions({ "if-match": "*" }, none)).toBe("go-on");
    expect(checkConditions({ "if-unmodified-since": earlier, "if-modified-since": later }, none)).toBe("go-on");
    expect(checkConditions({ "if-none-match": '"a-1"' }, none)).toBe("go-on");
  });

  it("let a range count only for the same bytes", () => {
    expect(rangeApplies(undefined, validators)).toBe(true);
    expect(rangeApplies('"a-1"', validators)).toBe(true);
    expect(rangeApplies(validators.lastModified, validators)).toBe(true);
    expect(rangeApplies('"a-2"', validators)).toBe(false);
    expect(rangeApplies('W/"a-1"', validators)).toBe(false);
    expect(rangeApplies(later, validators)).toBe(false);
  });
});

describe("an answer", () => {
  it("is decided by preconditions first, then by the range, and by the range only for GET", () => {
    const of = (method: string, headers: Record<string, string>) =>
      decideAnswer(method, headers, { size: 100 }, validators);
    expect(of("GET", { range: "bytes=1-2" })).toEqual({ kind: "found", range: { first: 1, last: 2 } });
    expect(of("HEAD", { range: "bytes=1-2" })).toEqual({ kind: "found", range: undefined });
    expect(of("GET", { range: "bytes=1-2", "if-range": '"old"' })).toEqual({ kind: "found", range: undefined });
    expect(of("GET", { range: "bytes=200-", "if-match": '"old"' })).toMatchObject({ reason: "precondition-failed" });
    expect(of("GET", { range: "bytes=200-" })).toEqual({
      kind: "refused",
      reason: "range-not-satisfiable",
      detail: "bytes=200-: the file has 100 bytes",
    });
    expect(of("GET", { range: "bytes=u-u" })).toMatchObject({ reason: "malformed-range" });
    expect(of("HEAD", { "if-none-match": "*" })).toEqual({ kind: "not-modified" });
  });

  it("is refused before any file is looked for", () => {
    const target = readTarget("/a", us);
    expect(refusalOf("GET", {}, [], target)).toBeUndefined();
    expect(refusalOf("GET", { "content-length": "0" }, [], target)).toBeUndefined();
    expect(refusalOf("PUT", {}, [], target)).toEqual({ reason: "method", detail: "PUT" });
    expect(refusalOf("GET", { "content-length": "1" }, [], target)).toEqual({ reason: "body" });
    expect(refusalOf("GET", { "transfer-encoding": "chunked" }, [], target)).toEqual({ reason: "body" });
    expect(refusalOf("GET", {}, Array(202).fill("x"), target)).toMatchObject({ reason: "headers-too-large" });
    expect(refusalOf("GET", {}, [], readTarget("/%", us))).toMatchObject({ reason: "bad-path" });
  });
});

it("names the types that UEFI knows, without parameters", () => {
  expect(mediaType("EFI/BOOT/BOOTX64.EFI")).toBe("application/efi");
  expect(mediaType("shimx64.efi.signed")).toBe("application/efi");
  expect(mediaType("a.iso")).toBe("application/vnd.efi-iso");
  expect(mediaType("a.img")).toBe("application/vnd.efi-img");
  expect(mediaType("x.ipxe/vmlinuz")).toBe("application/octet-stream");
  expect(mediaType("boot.ipxe")).toBe("text/plain");
});
