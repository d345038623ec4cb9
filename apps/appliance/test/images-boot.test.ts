import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fieldText } from "@bootlace/dhcp-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Config } from "../src/config/schema.ts";
import { bootRequest, createBootClient } from "./helpers/boot-client.ts";
import { debianLive, initrd, kernel, liveImage, quickTimes, squashfs, writeImage } from "./helpers/disc-images.ts";
import { httpReader } from "./helpers/http-reader.ts";
import { runIpxe } from "./helpers/ipxe-run.ts";
import { createTestAppliance, loadedOf, loopbackConfig } from "./helpers/loopback.ts";
import { tftpReader } from "./helpers/tftp-reader.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "bootlace-images-boot-"));
  mkdirSync(join(root, "images"));
  writeFileSync(join(root, "undionly.kpxe"), "iPXE for BIOS");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const uefi = liveImage([...debianLive, { path: "EFI/BOOT/BOOTX64.EFI", data: "shim" }]);

async function running(clientPort: number, images: Partial<Config["images"]> = {}) {
  const base = loopbackConfig(root, clientPort);
  const first = { ...base, images: { ...base.images, ...images }, http: { ...base.http, enabled: true, port: 0 } };
  let next: Config = first;
  const test = createTestAppliance(first, {
    followImageTimes: quickTimes,
    now: () => 2_000_000,
    load: () => ({ ok: true, loaded: loadedOf(next) }),
    macOf: () => "52:54:00:12:34:56",
  });
  await test.appliance.start();
  // URLs in offers have the port of the config.
  next = { ...first, http: { ...first.http, port: test.port("http") } };
  await test.appliance.reload();
  return test;
}

type Test = Awaited<ReturnType<typeof running>>;

async function fetched(test: Test, url: string, range?: string): Promise<Buffer> {
  const { protocol, pathname, search } = new URL(url);
  if (protocol === "tftp:") return await byTftp(test, decodeURIComponent(pathname.slice(1)));
  using reader = httpReader(test.port("http"));
  const answer = await reader.ask(`${pathname}${search}`, range === undefined ? {} : { Range: range });
  const body = await answer.body();
  if (answer.status !== (range === undefined ? 200 : 206)) throw new Error(`${url}: ${answer.status}`);
  return body;
}

async function byTftp(test: Test, name: string): Promise<Buffer> {
  using reader = await tftpReader(test.port("tftp"), name);
  const options = await reader.open();
  if (!options.startsWith("blksize")) throw new Error(`${name}: ${options}`);
  await reader.read();
  return reader.content();
}

async function isReady(test: Test, name: string): Promise<void> {
  await test.logged("image.ready", ({ message }) => message.startsWith(`image ${name}:`));
}

function ipxeRequest(arch: number, features: Record<string, number>) {
  const userClass = { classes: ["iPXE"], form: "raw" as const };
  return bootRequest({ clientArch: [arch], userClass, etherboot: { version: "2.0.0", ...features } });
}

/** Follows the menu from the offer on. */
async function bootedByIpxe(test: Test, first: string, platform: "pcbios" | "efi", choices: string[]) {
  const seen: string[][] = [];
  const boot = await runIpxe(first, {
    settings: { platform, buildarch: "x86_64", version: "2.0.0" },
    fetch: async (url) => (await fetched(test, url)).toString(),
    choose(items) {
      seen.push(items.map(({ text }) => text));
      const wanted = choices.shift() ?? "";
      const found = items.find(({ text }) => text.includes(wanted));
      if (found === undefined) throw new Error(`no item ${wanted} of ${items.map(({ text }) => text).join(", ")}`);
      return found.name;
    },
  });
  return { boot, seen };
}

describe("a machine with iPXE, and an image in the folder", () => {
  it.each([
    ["BIOS", 0, "pcbios"],
    ["UEFI", 7, "efi"],
  ] as const)("with %s gets the menu, the kernel, the initrd and the root, all by HTTP", async (_, arch, platform) => {
    using client = await createBootClient();
    await using test = await running(client.port);
    writeImage(join(root, "images/debian-live.iso"), uefi);
    await isReady(test, "debian-live.iso");
    const { packet } = await client.ask(ipxeRequest(arch, { http: 1, tftp: 1 }), test.port("dhcp"));
    const url = fieldText(packet.file);
    const base = `http://127.0.0.1:${test.port("http")}`;
    expect(url).toBe(`${base}/images/menu.ipxe?mac=52:54:00:12:34:56`);
    const { boot, seen } = await bootedByIpxe(test, url, platform, ["Debian GNU/Linux 12 live", "fail-safe"]);
    expect(seen[0]).toEqual(["- Debian GNU/Linux 12 live", "Boot from the local disk"]);
    expect(seen[1]).toEqual(["Live system", "Live system (fail-safe mode)", "Back"]);
    const words = boot.kernel?.words ?? [];
    const fetch = `fetch=${base}/images/debian-live/live/filesystem.squashfs`;
    expect(words).toEqual(expect.arrayContaining(["boot=live", "components", "nomodeset", fetch]));
    expect((await fetched(test, boot.kernel?.url ?? "")).equals(kernel)).toBe(true);
    expect(boot.initrds.length).toBe(1);
    expect((await fetched(test, boot.initrds[0]?.url ?? "")).equals(initrd)).toBe(true);
    const rootUrl = fetch.slice("fetch=".length);
    expect((await fetched(test, rootUrl)).equals(squashfs)).toBe(true);
    expect((await fetched(test, rootUrl, "bytes=299000-")).equals(squashfs.subarray(299_000))).toBe(true);
    expect(boot.shim).toBe(platform === "efi" ? `${base}/images/debian-live/EFI/BOOT/BOOTX64.EFI` : undefined);
  });

  it("without HTTP gets kernel and initrd by TFTP", async () => {
    using client = await createBootClient();
    await using test = await running(client.port);
    writeImage(join(root, "images/debian-live.iso"));
    await isReady(test, "debian-live.iso");
    const { packet } = await client.ask(ipxeRequest(0, { tftp: 1 }), test.port("dhcp"));
    const url = fieldText(packet.file);
    expect(url).toMatch(/^tftp:\/\/127\.0\.0\.1\/images\/menu\.ipxe/);
    const { boot } = await bootedByIpxe(test, url, "pcbios", ["Debian", "Live system"]);
    expect(boot.kernel?.url).toMatch(/^tftp:/);
    expect((await fetched(test, boot.kernel?.url ?? "")).equals(kernel)).toBe(true);
    expect((await fetched(test, boot.initrds[0]?.url ?? "")).equals(initrd)).toBe(true);
  });

  it("has its own menu by the conditions of the config", async () => {
    using client = await createBootClient();
    const settings = {
      secret: { hidden: true },
      other: { when: { mac: ["52:54:00:00:00:01"] } },
      own: { title: "Ours", when: { mac: ["52:54:00:12:34:56"] }, arguments: "console=ttyS0" },
    };
    await using test = await running(client.port, { settings });
    for (const name of ["secret", "other", "own"]) {
      writeImage(join(root, `images/${name}.iso`));
      await isReady(test, `${name}.iso`);
    }
    const { packet } = await client.ask(ipxeRequest(0, { http: 1 }), test.port("dhcp"));
    const { boot, seen } = await bootedByIpxe(test, fieldText(packet.file), "pcbios", ["Ours", "Live system"]);
    expect(seen[0]).toEqual(["- Ours", "Boot from the local disk"]);
    expect(boot.kernel?.words).toContain("console=ttyS0");
  });
});

describe("a machine without iPXE", () => {
  it("gets the images in the configuration of PXELINUX that is made where there is none", async () => {
    writeFileSync(join(root, "pxelinux.0"), "PXELINUX");
    using client = await createBootClient();
    await using test = await running(client.port);
    await expect(byTftp(test, "pxelinux.cfg/default")).rejects.toThrow("not found");
    expect((await byTftp(test, "images/menu.pxelinux")).toString()).toBe("");
    writeImage(join(root, "images/debian-live.iso"));
    await isReady(test, "debian-live.iso");
    const config = (await byTftp(test, "pxelinux.cfg/default")).toString();
    const [, kernelName = ""] = /LINUX ::(\S+)/.exec(config) ?? [];
    const [, initrdName = ""] = /INITRD ::(\S+)/.exec(config) ?? [];
    const [, rootUrl = ""] = /fetch=(\S+)/.exec(config) ?? [];
    expect((await byTftp(test, kernelName)).equals(kernel)).toBe(true);
    expect((await byTftp(test, initrdName)).equals(initrd)).toBe(true);
    expect((await fetched(test, rootUrl)).equals(squashfs)).toBe(true);
    expect(await byTftp(test, "images/menu.pxelinux")).not.toEqual(Buffer.alloc(0));
  });

  it("gets them in the configuration of GRUB, and a configuration of its own goes first", async () => {
    using client = await createBootClient();
    await using test = await running(client.port);
    writeImage(join(root, "images/debian-live.iso"));
    await isReady(test, "debian-live.iso");
    const config = (await byTftp(test, "grub/grub.cfg")).toString();
    const [, kernelName = "", rootUrl = ""] = /linux '(\/\S+)' .*'fetch=([^']+)'/.exec(config) ?? [];
    const [, initrdName = ""] = /initrd '(\/\S+)'/.exec(config) ?? [];
    expect((await byTftp(test, kernelName)).equals(kernel)).toBe(true);
    expect((await byTftp(test, initrdName)).equals(initrd)).toBe(true);
    expect((await fetched(test, rootUrl)).equals(squashfs)).toBe(true);
    mkdirSync(join(root, "grub"));
    writeFileSync(join(root, "grub/grub.cfg"), "source /images/menu.grub\n");
    expect((await byTftp(test, "boot/grub/grub.cfg")).toString()).toContain("submenu");
    const included = (await byTftp(test, "/images/menu.grub")).toString();
    expect(included).toContain(kernelName);
  });
});
