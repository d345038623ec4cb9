import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeLzo } from "../src/catalogue/contents/lzo.ts";
import { readPxelinuxConfig } from "../src/catalogue/contents/pxelinux.ts";
import { missingIn, readLoader, readModule } from "../src/catalogue/contents/syslinux-binaries.ts";
import { ldlinuxModule, packLiterals, pxelinuxLoader } from "./helpers/pxelinux.ts";

function decoded(...source: number[]): string | undefined {
  const target = new Uint8Array(70_000);
  const result = decodeLzo(Uint8Array.from(source), 0, target);
  if (result === undefined) return undefined;
  expect(result.end).toBe(source.length);
  return Buffer.from(target.subarray(0, result.length)).toString("latin1");
}

const abc = [0x61, 0x62, 0x63];
const end = [0x11, 0, 0];

describe("an LZO1X stream", () => {
  it.each([
    ["a run of literals", [20, ...abc, ...end], "abc"],
    ["a short match", [20, ...abc, 0b10101000, 0, ...end], "abcabcabc"],
    ["a match with literals behind it", [20, ...abc, 0b10101001, 0, 0x78, ...end], "abcabcabcx"],
    ["a match of three or four", [20, ...abc, 0b01001000, 0, ...end], "abcabc"],
    ["a longer match", [20, ...abc, 32 + 7, 2 << 2, 0, ...end], "abcabcabcabc"],
    ["a long match", [20, ...abc, 32, 1, 2 << 2, 0, ...end], `abc${"abc".repeat(12).slice(0, 34)}`],
    ["two bytes behind literals behind a match", [20, ...abc, 0b10101001, 0, 0x78, 0b0000, 0, ...end], "abcabcabcxxx"],
  ])("with %s", (_name, source, text) => expect(decoded(...source)).toBe(text));

  it("with matches from far away", () => {
    const far = Uint8Array.from({ length: 20_000 }, (_, at) => at % 251);
    const packed = packLiterals(far);
    const source = [...packed.slice(0, -3), 16 + 2, ((18_000 - 16_384) << 2) & 0xff, (18_000 - 16_384) >> 6, ...end];
    const expected = [...far, ...far.subarray(2000, 2004)];
    const target = new Uint8Array(70_000);
    expect(decodeLzo(Uint8Array.from(source), 0, target)?.length).toBe(expected.length);
    expect(Buffer.compare(target.subarray(0, expected.length), Uint8Array.from(expected))).toBe(0);
  });

  it.each([
    ["without an end", [20, ...abc]],
    ["with a match from before its beginning", [20, ...abc, 0b10101100, 0, ...end]],
    ["with fewer literals than it says", [30, ...abc]],
    ["of nothing", []],
  ])("%s is none", (_name, source) => expect(decoded(...source)).toBe(undefined));

  it("of any bytes gives a result or none, and does not leave its target", () => {
    const target = new Uint8Array(1000);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (source) => {
        const result = decodeLzo(source, 0, target);
        if (result !== undefined) expect(result.length).toBeLessThanOrEqual(1000);
      }),
      { seed: 3, numRuns: 2000 },
    );
  });
});

describe("PXELINUX", () => {
  const loader = readLoader(pxelinuxLoader("6.04", ["start_ldlinux", "vfprintf", "findpath"]));

  it("has a version and a core", () => {
    expect(loader?.version).toBe("6.04");
    expect(Buffer.from(loader?.core ?? []).toString("latin1")).toContain("\0findpath\0");
    expect(readLoader(Buffer.alloc(40_000))).toBe(undefined);
    expect(readLoader(Buffer.from("PXELINUX 4.07 \0"))).toEqual({ version: "4.07" });
  });

  it("lacks what a module of another version needs, and nothing of its own", () => {
    const core = loader?.core ?? new Uint8Array();
    expect(missingIn(core, readModule(ldlinuxModule(["findpath", "printf"], ["SendCookies"])))).toEqual([]);
    expect(missingIn(core, readModule(ldlinuxModule(["findpath", "new_in_7"])))).toEqual(["new_in_7"]);
  });

  it("modules are of a kind, and of a version when they say so", () => {
    expect(readModule(ldlinuxModule([], [], "SYSLINUX 6.03 "))).toEqual({ kind: "bios", needs: [], version: "6.03" });
    const uefi = ldlinuxModule(["a"]);
    uefi[4] = 2;
    expect(readModule(uefi)).toEqual({ kind: "uefi", needs: [] });
    expect(readModule(Uint8Array.of(0xb8, 0xfe, 0x4c, 0x4c, 0xcd, 0x21)).kind).toBe("com32r");
    expect(readModule(new Uint8Array(3)).kind).toBe("unknown");
  });

  it("modules that are cut short or scrambled need nothing that is known", () => {
    const whole = ldlinuxModule(["a", "b"]);
    for (let size = 5; size < whole.length; size += 7) readModule(whole.subarray(0, size));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, octet) => {
        const bytes = Uint8Array.from(whole);
        bytes[at] = octet;
        expect(Array.isArray(readModule(bytes).needs)).toBe(true);
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});

it("a PXELINUX configuration names files at their places", () => {
  const text = `DEFAULT memtest
UI menu.c32
LABEL memtest
  MENU LABEL Memory test
  KERNEL memtest86+.bin
LABEL debian
\tLINUX debian/vmlinuz
  INITRD a.img,b.img
  APPEND vga=788 initrd=debian/initrd.gz quiet
label disk
  localboot 0
  menu include more.cfg
`;
  const { needs } = readPxelinuxConfig(text, { path: "pxelinux.cfg/default" });
  expect(needs.map(({ role, name, line }) => `${line} ${role} ${name}`)).toEqual([
    "2 module menu.c32",
    "5 program memtest86+.bin",
    "7 kernel debian/vmlinuz",
    "8 initrd a.img",
    "8 initrd b.img",
    "9 initrd debian/initrd.gz",
    "12 config more.cfg",
  ]);
});
