import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Config } from "../src/config/schema.ts";
import type { ApplianceEvent } from "../src/events/event.ts";
import { debianLive, initrd, kernel, liveImage, quickTimes, squashfs, writeImage } from "./helpers/disc-images.ts";
import { httpReader } from "./helpers/http-reader.ts";
import { createTestAppliance, loadedOf, loopbackConfig } from "./helpers/loopback.ts";
import { tftpReader } from "./helpers/tftp-reader.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "bootlace-images-"));
  mkdirSync(join(root, "images"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const at = (name: string) => join(root, "images", name);

async function running(more: Partial<Config> = {}) {
  const base = loopbackConfig(root, 68);
  const config = { ...base, http: { ...base.http, enabled: true, port: 0 }, ...more };
  let next = config;
  const events: ApplianceEvent[] = [];
  const test = createTestAppliance(config, {
    followImageTimes: quickTimes,
    now: () => 2_000_000,
    load: () => ({ ok: true, loaded: loadedOf(next) }),
    onEvent: (event) => void events.push(event),
  });
  await test.appliance.start();
  return {
    ...test,
    config,
    reload(changed: Partial<Config>) {
      next = { ...config, ...changed };
      return test.appliance.reload();
    },
    async get(path: string, headers: Record<string, string> = {}) {
      using reader = httpReader(test.port("http"));
      const answer = await reader.ask(path, headers);
      return { status: answer.status, headers: answer.headers, body: await answer.body() };
    },
    async getByTftp(path: string) {
      using reader = await tftpReader(test.port("tftp"), path);
      const answer = await reader.open();
      if (!answer.startsWith("blksize")) return answer;
      await reader.read();
      return reader.content();
    },
  };
}

const isReady = (name: string) => (record: { readonly message: string }) => record.message.startsWith(`image ${name}:`);

describe("an image that is copied into the folder", () => {
  it("is served from inside by HTTP and by TFTP, byte for byte, with ranges", async () => {
    await using test = await running();
    writeImage(at("debian-live.iso"));
    const ready = await test.logged("image.ready", isReady("debian-live.iso"));
    expect(ready.message).toMatch(/^image debian-live\.iso: Debian GNU\/Linux 12 live, 2 entries, needs /);
    const whole = await test.get("/images/debian-live/live/filesystem.squashfs");
    expect([whole.status, whole.body.equals(squashfs)]).toEqual([200, true]);
    const etag = String(whole.headers.etag);
    const part = await test.get("/images/debian-live/live/filesystem.squashfs", { Range: "bytes=2000-4047" });
    expect([part.status, part.headers["content-range"]]).toEqual([206, "bytes 2000-4047/300000"]);
    expect(part.body.equals(squashfs.subarray(2000, 4048))).toBe(true);
    expect((await test.get("/images/debian-live/LIVE/FILESYSTEM.SQUASHFS", { "If-None-Match": etag })).status).toBe(
      304,
    );
    expect(await test.getByTftp("images/debian-live/live/vmlinuz-6.1.0")).toEqual(Buffer.from(kernel));
    expect(await test.getByTftp("/images/debian-live/live/initrd.img-6.1.0")).toEqual(Buffer.from(initrd));
    expect((await test.get("/images/debian-live.iso")).body.equals(liveImage())).toBe(true);
    expect((await test.get("/images/debian-live/live/missing")).status).toBe(404);
    expect((await test.get("/images/debian-live/live")).status).toBe(404);
    expect((await test.get("/images/other/live/vmlinuz")).status).toBe(404);
  });

  it("is there as a whole under its name for URLs; a real file of that name goes first", async () => {
    writeImage(at("Fedora (42).ISO"));
    writeImage(at("a.iso"));
    mkdirSync(at("a"));
    writeFileSync(at("a/README"), "real");
    writeImage(at("a.img"), liveImage([{ path: "x", data: "the image" }]));
    await using test = await running();
    await test.logged("image.ready", isReady('"Fedora (42).ISO"'));
    await test.logged("image.ready", isReady("a.iso"));
    await test.logged("image.ready", isReady("a.img"));
    expect((await test.get("/images/Fedora-42.iso")).body.equals(liveImage())).toBe(true);
    expect((await test.get("/images/a/README")).body.toString()).toBe("real");
    expect((await test.get("/images/a/x")).body.toString()).toBe("the image");
    expect((await test.get("/images/a-2/live/vmlinuz-6.1.0")).body.equals(kernel)).toBe(true);
  });

  it("has the initrd of an entry as one file, with the image in it where its system looks for it there", async () => {
    const proxmox = [
      { path: ".cd-info", data: "PRODUCT='pve'\n" },
      { path: "boot/linux26", data: kernel },
      { path: "boot/initrd.img", data: initrd },
    ];
    writeImage(at("debian.iso"));
    writeImage(at("pve.iso"), liveImage(proxmox));
    await using test = await running();
    await test.logged("image.ready", isReady("debian.iso"));
    const { fields } = await test.logged("image.ready", isReady("pve.iso"));
    const plain = await test.get("/images/debian+live-system.initrd");
    expect(plain.body.equals(initrd)).toBe(true);
    const [entry] = (fields?.entries ?? []) as string[];
    const composed = await test.get(`/images/pve+${entry}.initrd`);
    const image = liveImage(proxmox);
    expect(composed.body.subarray(0, initrd.length).equals(initrd)).toBe(true);
    expect(composed.body.includes("proxmox.iso\0")).toBe(true);
    expect(composed.body.indexOf(image)).toBeGreaterThan(initrd.length);
    expect(await test.getByTftp(`images/pve+${entry}.initrd`)).toEqual(composed.body);
    const range = await test.get(`/images/pve+${entry}.initrd`, { Range: "bytes=-600" });
    expect(range.body.equals(composed.body.subarray(-600))).toBe(true);
    expect((await test.get("/images/pve+other.initrd")).status).toBe(404);
  });

  it("has a boot.cfg that names this server, where it is ESXi", async () => {
    const bootCfg = "bootstate=0\nkernel=/b.b00\nkernelopt=runweasel\nmodules=/a.gz --- /c.v00\n";
    const esxi = ["boot.cfg", "efi/boot/boot.cfg"].map((path) => ({ path, data: bootCfg }));
    writeImage(at("esxi.iso"), liveImage([...esxi, { path: "efi/boot/bootx64.efi", data: "MZ" }]));
    await using test = await running();
    await test.reload({
      images: { ...test.config.images, settings: { esxi: { arguments: "ks=http://192.0.2.1/ks" } } },
    });
    await test.logged("image.ready", isReady("esxi.iso"));
    const port = test.port("http");
    const { body } = await test.get("/images/esxi/EFI/BOOT/BOOT.CFG");
    expect(body.toString()).toBe(
      `bootstate=0\nprefix=http://127.0.0.1:${port}/images/esxi\nkernel=b.b00\nkernelopt=runweasel ks=http://192.0.2.1/ks\nmodules=a.gz --- c.v00\n`,
    );
    expect(String(await test.getByTftp("images/esxi/boot.cfg"))).toContain("prefix=/images/esxi\n");
  });
});

describe("an image that is not to be had", () => {
  it("says so in the log, and serves nothing from inside", async () => {
    const image = liveImage();
    writeImage(at("cut.iso"), image.subarray(0, 320_000));
    writeImage(at("truenas.iso"), liveImage([{ path: "TrueNAS-SCALE.update", data: "x" }]));
    await using test = await running();
    const faulty = await test.logged("image.faulty");
    expect([faulty.level, faulty.message]).toEqual([
      "warn",
      expect.stringMatching(/^image cut\.iso cannot be used: truncated, 0\.3 of 0\.\d MB$/),
    ]);
    expect((await test.logged("image.ready")).message).toMatch(
      /^image truenas\.iso: .+, does not boot over the network: its installer looks for its medium on disks only$/,
    );
    expect((await test.get("/images/cut/live/vmlinuz-6.1.0")).status).toBe(404);
    const refused = await test.logged("http.not-found");
    expect(refused.message).toContain("the image cannot be used: truncated");
  });

  it("and that a rule names is reported, once, until it comes", async () => {
    const boot = [{ name: "bench", image: "debian/live" }];
    await using test = await running({ boot });
    const { message, level } = await test.logged("image.unknown");
    expect([level, message]).toEqual(["warn", 'rule "bench": no disc image is called "debian"']);
    await test.reload({ boot, hosts: {} });
    writeImage(at("debian.iso"));
    await test.logged("image.ready");
    await test.reload({ boot: [...boot, { image: "other" }] });
    await test.logged("image.unknown", (record) => record.message === 'rule "2": no disc image is called "other"');
    expect(test.records.filter(({ event }) => event === "image.unknown")).toHaveLength(2);
  });

  it("is gone with its file, or with the setting, and comes back", async () => {
    writeImage(at("one.iso"));
    await using test = await running();
    await test.logged("image.ready");
    await test.reload({ images: { ...test.config.images, enabled: false } });
    await test.logged("image.removed");
    expect((await test.get("/images/one/live/vmlinuz-6.1.0")).status).toBe(404);
    test.records.length = 0;
    await test.reload({});
    await test.logged("image.ready");
    expect((await test.get("/images/one/live/vmlinuz-6.1.0")).status).toBe(200);
    test.records.length = 0;
    rmSync(at("one.iso"));
    expect((await test.logged("image.removed")).message).toBe("image one.iso removed");
    expect((await test.get("/images/one/live/vmlinuz-6.1.0")).status).toBe(404);
  });

  it("sends what it began of an image whose place another takes, and then the new one", async () => {
    const large = Buffer.alloc(2_000_000, "first ");
    writeImage(at("big.iso"), liveImage([...debianLive, { path: "big", data: large }]));
    await using test = await running();
    await test.logged("image.ready");
    using reader = httpReader(test.port("http"));
    const slow = await reader.ask("/images/big/big");
    const other = Buffer.alloc(2_000_000, "other ");
    test.records.length = 0;
    writeImage(join(root, "next"), liveImage([...debianLive, { path: "big", data: other }]), 1_500);
    renameSync(join(root, "next"), at("big.iso"));
    // The file that was opened is another than the one that has its name now: it is sent to its end.
    expect((await slow.body()).equals(large)).toBe(true);
    await test.logged("image.ready");
    const { body } = await test.get("/images/big/big");
    expect(body.equals(other)).toBe(true);
  });
});

it("several folders may be named, also elsewhere; the first has the name", async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), "bootlace-images-elsewhere-"));
  try {
    writeImage(at("same.iso"));
    writeImage(join(elsewhere, "same.iso"), liveImage([{ path: "x", data: "elsewhere" }]));
    const { images } = loopbackConfig(root, 68);
    await using test = await running({ images: { ...images, folders: [join(root, "images"), elsewhere] } });
    const { fields } = await test.logged("image.ready", (record) => record.fields?.id === "same-2");
    expect(fields?.file).toBe(join(elsewhere, "same.iso"));
    expect((await test.get("/images/same-2/x")).body.toString()).toBe("elsewhere");
    expect((await test.get("/images/same-2.iso")).status).toBe(200);
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
});
