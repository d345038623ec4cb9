import { utimesSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { makeIso } from "../../../tools/test-kit/images/iso.ts";
import { files, grub } from "../../../tools/test-kit/images/systems.ts";
import { checked, findings, put, useCheckedFolder } from "./helpers/checked-tree.ts";
import { peImage } from "./helpers/pe-image.ts";

useCheckedFolder();

const live = makeIso(
  [
    ...files("live/vmlinuz", "live/initrd.img"),
    { path: "live/filesystem.squashfs", data: new Uint8Array(2_000_000) },
    grub("Live", "/live/vmlinuz", "boot=live", "/live/initrd.img"),
  ],
  { rockRidge: true, label: "LIVE" },
);

/** An image that has been there for long. */
function old(name: string, bytes: Uint8Array): void {
  utimesSync(put(name, bytes), 1_000, 1_000);
}

describe("check of disc images", () => {
  it("reports a truncated image, and none that is whole", async () => {
    old("images/whole.iso", live);
    expect(await findings("")).toEqual([]);
    old("images/short.iso", live.subarray(0, 1_000_000));
    old("images/text.iso", new TextEncoder().encode("hello".repeat(9999)));
    const [, text] = await checked("");
    expect(text).toContain("ROOT/images/short.iso: error[T023] cannot be used: truncated, 1.0 of 2.");
    expect(text).toContain("ROOT/images/text.iso: error[T023] cannot be used: ");
    expect(text).not.toContain("whole.iso");
  });

  it("has a note for one that is being copied, and one that does not boot", async () => {
    put("images/new.iso", live.subarray(0, 1_000_000));
    old("images/nixos.iso", makeIso(files("nix-store.squashfs"), { rockRidge: true, label: "nixos" }));
    const [code, out] = await checked("");
    expect(code).toBe(0);
    expect(out).toContain('image "new.iso" is still being copied (1.0 MB so far)\n');
    expect(out).toContain('image "nixos.iso": nixos, does not boot over the network: its initrd finds');
    expect(out).not.toContain("iPXE");
  });

  it("says which package brings iPXE, for machines that cannot show the menu", async () => {
    old("images/a.iso", live);
    const [, out] = await checked("");
    expect(out).toContain("missing: iPXE for x86-bios, x64-uefi, which shows the menu of the disc images. It is in");
    expect(out).toContain("the package ipxe (1.21.1 in Debian 13, 2.0 in unstable;");
    put("ipxe/ipxe.efi", peImage(0x8664));
    put("pxelinux.0", "x");
    const [, some] = await checked("");
    expect(some).not.toContain("missing: iPXE");
    old("images/dos.iso", makeIso(files("a.txt"), { rockRidge: true, label: "OTHER" }));
    const [, drive] = await checked("");
    expect(drive).toContain("missing: iPXE for x86-bios, without which images that boot as a drive");
  });

  it("knows the files that are made of images, and says nothing of images that are switched off", async () => {
    old("images/a.iso", live);
    put("ipxe/ipxe.efi", peImage(0x8664));
    put("boot.ipxe", "#!ipxe\nchain images/menu.ipxe\nkernel images/a/live/vmlinuz\ninitrd images/none/x\nboot\n");
    const [missing, ...others] = await findings("");
    expect(missing).toContain('"images/none/x"');
    expect(others).toEqual([]);
    const off = await findings("images: { enabled: false }");
    expect(off.map((line) => /"images[^"]*"/.exec(line)?.[0])).toContain('"images/menu.ipxe"');
  });

  it("reports names of images and entries that are not there", async () => {
    old("images/a.iso", live);
    const rules = (image: string) => `boot: [{ name: x, image: ${image} }]`;
    expect(await findings(rules("a"))).toEqual([]);
    expect(await findings(rules("a/live"))).toEqual([]);
    const [missing] = await findings(rules("debian"));
    expect(missing).toContain('a.yaml:1:1: error[T024] boot[0].image: no disc image is called "debian"');
    const [entry] = await findings(rules("a/lives"));
    expect(entry).toContain('the image "a" has no entry "lives". Did you mean "live"?');
    const [start] = await findings("images: { menu: { default: b } }");
    expect(start).toContain('images.menu.default: no disc image is called "b"');
    const [off] = await findings(`images: { enabled: false }\n${rules("a")}`);
    expect(off).toContain("disc images are switched off. Set images.enabled to true");
    const [, notes] = await checked("images: { settings: { aa: { hidden: true } } }");
    expect(notes).toContain('images.settings: no disc image is called "aa"');
  });
});
