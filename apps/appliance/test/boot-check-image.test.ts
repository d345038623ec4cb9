import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { builtImage, filledImage, longestText } from "../src/boot-files/boot-check/image.ts";
import { checkText } from "../src/boot-files/boot-check/text.ts";
import { checkPrograms } from "../src/catalogue/boot-check.ts";
import { peMachine } from "../src/catalogue/pe.ts";
import { growTree } from "../src/catalogue/tree.ts";
import { readSections } from "./helpers/pe-sections.ts";

const built = new URL("../../../boot-check/built/", import.meta.url);
const mark = Buffer.from("BOOTLACE-TEXT-01");
const names = checkPrograms.map(({ name }) => name);
const applications = names.filter((name) => name !== "x86-bios");

/** Where the text begins and ends in an image. */
function textArea(image: Uint8Array): readonly [number, number] {
  const at = Buffer.from(image).indexOf(mark);
  return [at + mark.length, at + 1024];
}

function textOf(image: Uint8Array): string {
  const [from, to] = textArea(image);
  return Buffer.from(image.subarray(from, to)).toString("latin1").replace(/\0+$/, "");
}

describe("the built program", () => {
  it.each(names)("%s is the one in boot-check/built, by its sum", (name) => {
    const file = `${name}.${name === "x86-bios" ? "0" : "efi"}`;
    const image = builtImage(name);
    expect(Buffer.from(image).equals(readFileSync(new URL(file, built)))).toBe(true);
    const sum = createHash("sha256").update(image).digest("hex");
    expect(readFileSync(new URL("SHA256SUMS", built), "utf8").split("\n")).toContain(`${sum}  ${file}`);
    expect(image.length).toBeLessThan(8192);
  });

  it.each(names)("%s has one area for text, empty and marked", (name) => {
    const image = Buffer.from(builtImage(name));
    expect(image.indexOf(mark)).toBe(image.lastIndexOf(mark));
    const [from, to] = textArea(image);
    expect(image.subarray(from, to).equals(Buffer.alloc(1008))).toBe(true);
  });

  it("for BIOS begins with the jump to its own segment: ROMs load it at 0:7C00", () => {
    expect([...builtImage("x86-bios").subarray(0, 5)]).toEqual([0xea, 0x05, 0x7c, 0x00, 0x00]);
  });

  it.each([
    ["x64-uefi", "x64"],
    ["ia32-uefi", "x86"],
    ["arm64-uefi", "arm64"],
  ] as const)("%s is a UEFI application for %s", (name, machine) => {
    expect(peMachine(builtImage(name))).toBe(machine);
    const { subsystem, timestamp, checksum, magic, relocations } = readSections(builtImage(name));
    expect([subsystem, timestamp, checksum, magic]).toEqual([10, 0, 0, name === "ia32-uefi" ? 0x10b : 0x20b]);
    expect(relocations).toBeGreaterThan(0);
  });

  it.each(applications)("%s has its sections inside the file, and none that is both written and run", (name) => {
    const image = builtImage(name);
    const { sections, entry, sectionAlignment, imageSize } = readSections(image);
    expect(sections.map((section) => section.name)).toEqual([".text", ".data", ".reloc"]);
    for (const { fileOffset, fileSize, address, size, writable, executable } of sections) {
      expect(fileOffset + fileSize).toBeLessThanOrEqual(image.length);
      expect(address % sectionAlignment).toBe(0);
      expect(address + size).toBeLessThanOrEqual(imageSize);
      expect(writable && executable).toBe(false);
    }
    const code = sections.find(({ executable }) => executable);
    expect(entry).toBe(code?.address);
    const [from, to] = textArea(image);
    const data = sections.find((section) => section.name === ".data");
    expect(from).toBeGreaterThan(data?.fileOffset ?? 0);
    expect(to).toBeLessThanOrEqual((data?.fileOffset ?? 0) + (data?.size ?? 0));
  });
});

describe("a filled program", () => {
  it.each(names)("%s differs from the built one in its text alone", (name) => {
    const image = filledImage(name, "two\nlines");
    const before = builtImage(name);
    const [from] = textArea(before);
    expect(textOf(image)).toBe("two\nlines");
    expect(
      Buffer.from(image)
        .fill(0, from, from + 9)
        .equals(before),
    ).toBe(true);
    expect(textOf(builtImage(name))).toBe("");
  });

  it("holds printable ASCII only, whatever it is given, and ends in NUL", () => {
    const text = fc.oneof(
      fc.uint16Array({ maxLength: 1500, size: "max" }).map((units) => String.fromCharCode(...units)),
      fc.constant("\u001b[2J\0\r\u009b\u2028é\u{1f600}"),
    );
    fc.assert(
      fc.property(text, (given) => {
        const image = filledImage("x64-uefi", given);
        const [, end] = textArea(image);
        expect(image.length).toBe(builtImage("x64-uefi").length);
        expect(image[end - 1]).toBe(0);
        expect(textOf(image)).toBe(given.replace(/[^\n -~]/gu, "?").slice(0, longestText));
        expect(textOf(image)).toMatch(/^[\n -~]*$/);
      }),
      { seed: 20261125, numRuns: 100 },
    );
  });
});

describe("its text", () => {
  const empty = growTree([]);

  it.each(checkPrograms.map((program) => [program.name, program] as const))(
    "for %s says where was looked for what",
    (name, program) => {
      const text = checkText({ program, root: "/srv/boot", tree: empty });
      const flat = text.replaceAll(/\s+/g, " ");
      expect(flat).toContain(`no boot file for ${name}. It looked in the folder /srv/boot for one of`);
      expect(flat).toContain((empty.missing.get(program.codes[0]) ?? ["none"]).join(", "));
      expect(flat).toContain("boot.ipxe");
    },
  );

  it("says that the folder cannot be read", () => {
    const [program] = checkPrograms;
    if (program === undefined) throw new Error("no program");
    const text = checkText({ program, root: "/srv/boot", tree: empty, rootProblem: "EACCES" });
    expect(text.replaceAll(/\s+/g, " ")).toContain("/srv/boot but cannot read it (EACCES). Make it readable");
    expect(text).not.toContain("for one of");
  });

  it("says that the file is there when somebody names the check", () => {
    const [program] = checkPrograms;
    if (program === undefined) throw new Error("no program");
    const text = checkText({ program, root: "/srv/boot", tree: growTree([{ path: "pxelinux/pxelinux.0" }]) });
    expect(text).toContain("\n  pxelinux/pxelinux.0\n");
    expect(text).toContain("names\nthis check");
    expect(text).not.toContain("It looked in");
  });

  it("fits on the screen and into its area, also with the longest of names", () => {
    const long = fc.string({ unit: fc.constantFrom("a", "/", " ", "é", "\u001b", "\n"), maxLength: 4096, size: "max" });
    fc.assert(
      fc.property(long, long, fc.constantFrom(...checkPrograms), fc.boolean(), (root, file, program, there) => {
        const name = program.name === "x86-bios" ? "pxelinux.0" : `boot${program.name.replace("-uefi", "")}.efi`;
        const tree = growTree(there ? [{ path: `${file}/${name}` }] : []);
        for (const rootProblem of [undefined, file]) {
          const text = checkText({ program, root, tree, rootProblem });
          const shown = textOf(filledImage(program.name, text));
          const lines = shown.split("\n");
          expect(lines.length).toBeLessThanOrEqual(13);
          expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(76);
          expect(shown.length).toBe(text.length);
        }
      }),
      { seed: 20261125, numRuns: 100 },
    );
  });
});
