import { afterEach, describe, expect, it } from "vitest";
import { imageSummaryView, imageView } from "../src/api-model/image-views.ts";
import { memoryText } from "../src/catalogue/image-text.ts";
import { completionCommand } from "../src/cli/completion.ts";
import { images } from "../src/cli/images.ts";
import { admin } from "./helpers/admin.ts";
import { commandLine } from "./helpers/command-line.ts";
import { readyImage } from "./helpers/sample-images.ts";

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.stop();
});

async function daemon(more: Parameters<typeof admin>[0] = {}) {
  const { server } = admin(more);
  await server.start();
  open.push(server);
  return ["--api", `http://127.0.0.1:${server.endpoint()?.port}`];
}

const cli = commandLine("/");
const narrow = commandLine("/", { stdoutIsTerminal: true, columns: () => 40 });

describe("bootlace images", () => {
  it("lists each image with what it is, or why it cannot be used", async () => {
    const { code, out, err } = await cli.run(images, ...(await daemon()));
    expect([code, err]).toEqual([0, ""]);
    expect(out.split("\n")).toEqual([
      "debian-live  Debian GNU/Linux 12 live, 2 entries, needs 2 GB",
      "nixos        nixos-24.05, does not boot over the network: its initrd finds its medium by the label of a disk",
      "fedora       is still being copied (800 MB so far)",
      "short        cannot be used: truncated, 1.2 of 3.9 GB",
      "",
    ]);
  });

  it("breaks lines on a terminal", async () => {
    const { out } = await narrow.run(images, ...(await daemon()));
    expect(out).toContain("nixos        nixos-24.05, does not boot\n    over the network: its initrd finds\n");
  });

  it("prints one document for programs", async () => {
    const { out } = await cli.run(images, "--json", ...(await daemon()));
    expect(JSON.parse(out)).toMatchObject({
      schema: 1,
      images: [
        {
          id: "debian-live",
          state: "ready",
          way: "http",
          entries: [{ id: "live", isDefault: true }, {}],
          hidden: false,
        },
        { id: "nixos", way: "none", entries: [] },
        { id: "fedora", state: "copying", size: 800_000_000 },
        { id: "short", state: "faulty", fault: { code: "beyond-end", offset: 1_200_000_000 } },
      ],
    });
  });

  it("says that there are none", async () => {
    const none = (...folders: string[]) => daemon({ more: { images: () => ({ schema: 1, folders, images: [] }) } });
    const copy = "no disc images; copy them into /srv/a or /srv/b\n";
    expect(await cli.run(images, ...(await none("/srv/a", "/srv/b")))).toEqual({ code: 0, out: copy, err: "" });
    const off = "disc images are switched off (images.enabled in the config)\n";
    expect(await cli.run(images, ...(await none()))).toEqual({ code: 0, out: off, err: "" });
  });

  it("shows one image with its entries and arguments", async () => {
    const { code, out } = await cli.run(images, "show", "debian-live", ...(await daemon()));
    expect(code).toBe(0);
    expect(out).toBe(`debian-live: Debian GNU/Linux 12 live
file      /srv/boot/images/debian-live.iso, 1.4 GB
system    Debian live, Kali, Parrot
boots     kernel and initrd come from the image; the initrd fetches the rest by HTTP
root      live/filesystem.squashfs
memory    about 2 GB
machine   PC BIOS with iPXE: kernel and initrd by HTTP
machine   PC BIOS with PXELINUX: kernel and initrd by TFTP
machine   UEFI x64 with iPXE: kernel and initrd by HTTP
machine   UEFI x64 with GRUB: kernel and initrd by TFTP
machine   UEFI arm64 with iPXE: cannot, needs UEFI of x64
entry     live: Live system (default)
          live/vmlinuz, live/initrd.img
          boot=live fetch={tree}/live/filesystem.squashfs
entry     failsafe: Live system (fail-safe)
          live/vmlinuz, live/initrd.img
          boot=live nomodeset fetch={tree}/live/filesystem.squashfs
`);
  });

  it("shows why an image cannot be used, and where", async () => {
    const { code, out } = await cli.run(images, "show", "short", ...(await daemon()));
    expect(code).toBe(0);
    expect(out).toBe(`short cannot be used: truncated, 1.2 of 3.9 GB
file      /srv/boot/images/short.iso, 1.2 GB
error     beyond-end at byte 1200000000
`);
  });

  it("refuses a name that no image has, and a wrong action", async () => {
    const url = await daemon();
    const missing = await cli.run(images, "show", "../etc", ...url);
    expect([missing.code, missing.err]).toEqual([1, expect.stringContaining("Image not found")]);
    const json = await cli.run(images, "show", "debian", "--json", ...url);
    expect(JSON.parse(json.out)).toMatchObject({ error: { code: "image-not-found" } });
    expect(await cli.run(images, "list", ...url)).toMatchObject({ code: 2, err: expect.stringContaining('"list"') });
    expect(await cli.run(images, "show", ...url)).toMatchObject({ code: 2, err: expect.stringContaining("NAME") });
  });

  it("prints nothing of an image that a terminal would obey", async () => {
    const evil = readyImage("evil", { title: "\u001b[2Jx\u202e" });

    const more = {
      images: () => ({ schema: 1 as const, folders: [], images: [imageSummaryView(evil)] }),
      image: () => imageView(evil, { arguments: "quiet\u0007" }),
    };
    const url = await daemon({ more });
    for (const words of [[], ["show", "evil"]]) {
      const { out } = await cli.run(images, ...words, ...url);
      expect(out).toContain("x");
      expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });
});

it.each(["bash", "zsh", "fish"])("completion of %s knows the images", async (shell) => {
  const completion = completionCommand(() => [images]);
  expect((await cli.run(completion, shell)).out).toContain("bootlace completion images");
});

it.each([
  [0, "1 MB"],
  [300 * 1024 ** 2, "300 MB"],
  [1000 * 1024 ** 2, "1 GB"],
  [2.52 * 1024 ** 3, "2.5 GB"],
  [16.2 * 1024 ** 3, "16 GB"],
])("memory of %d bytes is %s", (bytes, text) => {
  expect(memoryText(bytes)).toBe(text);
});
