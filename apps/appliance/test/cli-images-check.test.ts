import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeIso } from "../../../tools/test-kit/images/iso.ts";
import { files, grub } from "../../../tools/test-kit/images/systems.ts";
import { images } from "../src/cli/images.ts";
import { apiDaemon } from "./helpers/api-daemon.ts";
import { commandLine } from "./helpers/command-line.ts";
import { quickTimes, writeImage } from "./helpers/disc-images.ts";

const folder = mkdtempSync(join(tmpdir(), "bootlace-image-check-"));
afterAll(() => rmSync(folder, { recursive: true }));
const cli = commandLine(folder);

const live = makeIso(
  [
    ...files("live/vmlinuz", "live/initrd.img"),
    { path: "live/filesystem.squashfs", data: new Uint8Array(2_000_000) },
    grub("Live system", "/live/vmlinuz", "boot=live components", "/live/initrd.img"),
  ],
  { rockRidge: true, label: "D_LIVE" },
);

describe("bootlace images check", () => {
  it("shows what an image is, and how it boots, without a daemon", async () => {
    writeFileSync(join(folder, "my live.iso"), live);
    const { code, out, err } = await cli.run(images, "check", "my live.iso");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("my-live: D_LIVE\n");
    expect(out).toContain("machine   UEFI x64 with iPXE: kernel and initrd by HTTP\n");
    expect(out).toContain("entry     live-system: Live system (default)\n          live/vmlinuz, live/initrd.img\n");
    expect(out).toContain("boot=live components fetch={tree}/live/filesystem.squashfs\n");
    const json = await cli.run(images, "check", "my live.iso", "--json");
    expect(JSON.parse(json.out)).toMatchObject({ schema: 1, state: "ready", way: "http", family: "debian-live" });
  });

  it("reports a truncated image with both sizes, and exits with 1", async () => {
    writeFileSync(join(folder, "short.iso"), live.subarray(0, 1_000_000));
    const { code, out } = await cli.run(images, "check", "short.iso");
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(
        /^short cannot be used: truncated, 1\.0 of 2\.\d MB\nfile .*\nerror +beyond-end at byte 1000000\n$/,
      ),
    ]);
  });

  it("reports what is no image, and what does not boot over the network", async () => {
    writeFileSync(join(folder, "text.iso"), "hello".repeat(1000));
    expect(await cli.run(images, "check", "text.iso")).toMatchObject({
      code: 1,
      out: expect.stringContaining("error     not-an-image at byte 0"),
    });
    writeFileSync(join(folder, "nixos.iso"), makeIso(files("nix-store.squashfs"), { rockRidge: true }));
    const { code, out } = await cli.run(images, "check", "nixos.iso");
    expect([code, out]).toEqual([1, expect.stringContaining("boots     not over the network\n")]);
    expect(out).toContain("limits    its initrd finds its medium by the label of a disk");
  });

  it.each([
    ["none.iso", "no such file"],
    [".", "is a folder"],
    ["/dev/null", "not a regular file"],
  ])("reports that %s cannot be read: %s", async (name, problem) => {
    const { code, out, err } = await cli.run(images, "check", name);
    expect([code, out, err]).toEqual([1, "", expect.stringContaining(problem)]);
  });
});

it("bootlace images shows what a running daemon found", async () => {
  const root = join(folder, "boot");
  mkdirSync(join(root, "images"), { recursive: true });
  await using test = await apiDaemon(root, 68, 0, {}, { followImageTimes: quickTimes });
  const empty = await cli.run(images, ...test.url);
  expect(empty.out).toBe(`no disc images; copy them into ${root}/images\n`);
  writeImage(join(root, "images/live.iso"), live);
  let listed = "";
  while (!listed.includes("entry")) listed = (await cli.run(images, ...test.url)).out;
  expect(listed).toMatch(/^live {2}D_LIVE, 1 entry, needs [\d.]+ GB\n$/);
  const { out } = await cli.run(images, "show", "live", ...test.url);
  expect(out).toContain("machine   PC BIOS with iPXE: cannot, needs HTTP, which is switched off\n");
  expect(JSON.parse((await cli.run(images, "--json", ...test.url)).out)).toMatchObject({
    folders: [join(root, "images")],
    images: [{ id: "live", state: "ready", file: join(root, "images/live.iso") }],
  });
});
