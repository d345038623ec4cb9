import fc from "fast-check";
import { expect, test } from "vitest";
import { inspect } from "../src/catalogue/contents/inspect.ts";
import { grubModule, libraryUser, linuxKernel, scriptImage } from "./helpers/boot-bytes.ts";
import { sectionedImage } from "./helpers/pe-image.ts";
import { ldlinuxModule, pxelinuxLoader } from "./helpers/pxelinux.ts";

const paths = [
  "pxelinux.0",
  "shimx64.efi",
  "pxelinux.cfg/default",
  "grub/grub.cfg",
  "boot.ipxe",
  "extlinux.conf",
  "config.txt",
  "boot.cfg",
  "menu.c32",
  "normal.mod",
  "boot.scr.uimg",
  "vmlinuz",
];
/** Words that the readers know, so that what is made of them gets further than noise. */
const words = [
  "#!ipxe",
  "LABEL",
  "KERNEL",
  "APPEND",
  "initrd=",
  "INCLUDE",
  "UI",
  "menu.c32",
  "DEFAULT",
  "TEXT HELP",
  "menuentry",
  "linux",
  "initrd",
  "{",
  "}",
  "set",
  "root=(tftp,1.2.3.4)",
  "$prefix",
  `\${`,
  "}",
  "if",
  "fi",
  "'",
  '"',
  "\\",
  "||",
  "&&",
  "goto",
  ":a",
  "choose",
  "kernel",
  "chain",
  "http://",
  `tftp://\${next-server}/`,
  "../..",
  "::",
  "a::b",
  "[pi4]",
  "kernel=",
  "modules=",
  " --- ",
  "prefix=",
  "os_prefix=",
  "tftp",
  "setenv",
  "\n",
  "\n",
  "\n",
  "\r\n",
  "\0",
  "é",
  "%zz",
  "/",
  "-",
  "<html>",
]; // prettier-ignore
const texts = fc
  .array(fc.constantFrom(...words, " ", "x"), { maxLength: 200 })
  .map((parts) => Buffer.from(parts.join(" ")));
const samples = [
  linuxKernel(),
  scriptImage("setenv a b\ntftp $a x\n"),
  libraryUser(["libutil.c32"]),
  grubModule(["extcmd"]),
  sectionedImage(0x8664, 4096),
  ldlinuxModule(["printf"]),
  pxelinuxLoader("6.04", ["printf"]),
];
const mutated = fc
  .tuple(fc.constantFrom(...samples), fc.array(fc.tuple(fc.nat(4096), fc.nat(255)), { maxLength: 20 }), fc.nat(4096))
  .map(([sample, changes, cut]) => {
    const bytes = Uint8Array.from(sample);
    for (const [offset, byte] of changes) if (offset < bytes.length) bytes[offset] = byte;
    return cut % 3 === 0 ? bytes.subarray(0, cut) : bytes;
  });
const contents = fc.oneof(fc.uint8Array({ maxLength: 2000 }), texts, mutated);

test("any bytes give facts, the same ones each time, and names that stay below the root", () => {
  fc.assert(
    fc.property(contents, fc.constantFrom(...paths), fc.nat(10_000), (bytes, path, more) => {
      const facts = inspect(bytes, bytes.length + more, { path });
      expect(inspect(bytes, bytes.length + more, { path })).toEqual(facts);
      expect(facts.size).toBe(bytes.length + more);
      for (const need of facts.needs ?? []) {
        for (const at of [need.path ?? "", ...(need.otherwise ?? [])]) {
          expect(at.split("/")).not.toContain("..");
          expect(at.startsWith("/")).toBe(false);
        }
        expect(need.path === undefined || need.host === undefined).toBe(true);
      }
    }),
    { numRuns: 3000, seed: 13 },
  );
});

test("a long file is read in bounded time, whatever is repeated in it", () => {
  const size = 32 * 1024;
  for (const path of ["pxelinux.cfg/default", "grub/grub.cfg", "boot.ipxe", "config.txt", "boot.cfg", "vmlinuz"]) {
    for (const part of [
      "\n",
      " ",
      "x ",
      "x\n",
      "{",
      "'",
      "\\\n",
      `\${x}`,
      `\${`,
      "<!--",
      "a=b\n",
      `set x \${x}\n`,
      "label x\n",
    ]) {
      const bytes = Buffer.alloc(size, part);
      const begun = process.threadCpuUsage().user;
      inspect(bytes, bytes.length, { path });
      // In microseconds. What grows with the square of the size takes ten times as long on any machine.
      expect(process.threadCpuUsage().user - begun, `${path} of ${JSON.stringify(part)}`).toBeLessThan(2_000_000);
    }
  }
}, 60_000);
