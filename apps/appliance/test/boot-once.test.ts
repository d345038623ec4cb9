import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fieldText } from "@bootlace/dhcp-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Config } from "../src/config/schema.ts";
import { bootRequest, createBootClient } from "./helpers/boot-client.ts";
import { createTestAppliance, loopbackConfig } from "./helpers/loopback.ts";
import { tftpReader } from "./helpers/tftp-reader.ts";

const mac = "52:54:00:12:34:56";
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bootlace-once-"));
  mkdirSync(join(folder, "boot/52-54-00-12-34-56"), { recursive: true });
  writeFileSync(join(folder, "boot/pxelinux.0"), "usual");
  writeFileSync(join(folder, "boot/install.0"), Buffer.alloc(5000, "install"));
  writeFileSync(join(folder, "boot/52-54-00-12-34-56/pxelinux.0"), "its own");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function config(clientPort: number, more: Partial<Config> = {}): Config {
  const state = { directory: join(folder, "state"), maxBoots: 1 };
  return loopbackConfig(join(folder, "boot"), clientPort, { state, ...more });
}

const macOf = () => mac;

async function fetched(port: number, file: string): Promise<string> {
  using reader = await tftpReader(port, file);
  await reader.open();
  await reader.read();
  return reader.content().toString("latin1");
}

it("a one-time boot holds for one boot: size probe, retries and the PXE port included; then the rules decide again", async () => {
  using client = await createBootClient();
  await using test = createTestAppliance(config(client.port), { macOf }, "debug");
  await test.appliance.start();
  const offered = async () => fieldText((await client.ask(bootRequest({}), test.port("dhcp"))).packet.file);
  const request = bootRequest({ messageType: 3 }, { ciaddr: "127.0.0.1", flags: 0 });
  const acked = async () => fieldText((await client.ask(request, test.port("pxe"))).packet.file);

  expect(await offered()).toBe("pxelinux.0");
  expect(test.appliance.next.set({ mac, file: "install.0" })).toMatchObject({ ok: true });
  expect(await offered()).toBe("install.0");
  expect(await offered()).toBe("install.0");
  expect(await acked()).toBe("install.0");

  using probe = await tftpReader(test.port("tftp"), "install.0");
  expect(await probe.open(["tsize", "0"])).toContain("5000");
  probe.abort();
  await test.logged("tftp.probe");
  expect(await offered()).toBe("install.0");

  expect(await fetched(test.port("tftp"), "install.0")).toHaveLength(5000);
  await test.logged("tftp.done");
  expect(await offered()).toBe("pxelinux.0");
  expect(await acked()).toBe("pxelinux.0");
  expect(test.appliance.next.list()).toEqual([]);
});

it("a one-time boot survives a restart in the middle of the boot", async () => {
  using client = await createBootClient();
  {
    await using first = createTestAppliance(config(client.port), { macOf });
    await first.appliance.start();
    first.appliance.next.set({ mac, file: "install.0" });
    await client.ask(bootRequest({}), first.port("dhcp"));
  }
  await using second = createTestAppliance(config(client.port), { macOf });
  await second.appliance.start();
  expect(second.appliance.next.list()).toEqual([
    { mac, action: { file: "install.0" }, setAt: 1000, takenAt: 1000, visible: true },
  ]);
  await fetched(second.port("tftp"), "install.0");
  await second.logged("tftp.done");
  await second.appliance.stop();
  expect(JSON.parse(readFileSync(join(folder, "state/next.json"), "utf8"))).toEqual({ schema: 1, next: [] });
});

it("a one-time boot that says ignore ends after a while; one can be taken back", async () => {
  using client = await createBootClient();
  let now = 1000;
  await using test = createTestAppliance(config(client.port), { macOf, now: () => now });
  await test.appliance.start();
  test.appliance.next.set({ mac, ignore: true });
  client.send(bootRequest({}), test.port("dhcp"));
  expect((await test.logged("dhcp.ignored")).message).toContain('a one-time boot says to ignore it, rule "next boot"');
  now += 70_000;
  expect(fieldText((await client.ask(bootRequest({}), test.port("dhcp"))).packet.file)).toBe("pxelinux.0");
  test.appliance.next.set({ mac, file: "install.0" });
  expect(test.appliance.next.remove("52-54-00-12-34-56")).toEqual({ ok: true, removed: true });
  expect(test.appliance.next.remove(mac)).toEqual({ ok: true, removed: false });
  expect(fieldText((await client.ask(bootRequest({}), test.port("dhcp"))).packet.file)).toBe("pxelinux.0");
});

it("a state folder that cannot be written or read is reported once, and the boot goes on", async () => {
  writeFileSync(join(folder, "state"), "a file");
  using client = await createBootClient();
  await using test = createTestAppliance(config(client.port), { macOf });
  await test.appliance.start();
  expect((await test.logged("boot.next-unreadable")).message).toContain("ENOTDIR");
  test.appliance.next.set({ mac, file: "install.0" });
  test.appliance.next.set({ mac, file: "install.0" });
  await test.logged("boot.next-unwritable");
  expect(fieldText((await client.ask(bootRequest({}), test.port("dhcp"))).packet.file)).toBe("install.0");
  rmSync(join(folder, "state"));
  test.appliance.next.remove(mac);
  await test.logged("boot.next-writable");
  expect(test.records.filter(({ event }) => event === "boot.next-unwritable")).toHaveLength(1);
});

it("a client whose rule gives it a folder of its own is served from there, the others from the common root", async () => {
  using client = await createBootClient();
  let asks: string | undefined = mac;
  const boot: Config["boot"] = [{ name: "own", when: { arch: ["x86-bios"] }, root: "{mac}", file: "pxelinux.0" }];
  await using test = createTestAppliance(config(client.port, { boot }), { macOf: () => asks });
  await test.appliance.start();
  expect(await fetched(test.port("tftp"), "pxelinux.0")).toBe("usual");
  await client.ask(bootRequest({}), test.port("dhcp"));
  expect(await fetched(test.port("tftp"), "pxelinux.0")).toBe("its own");
  using missing = await tftpReader(test.port("tftp"), "install.0");
  expect((await missing.open()).slice(0, 2)).toBe("\0\x01");
  asks = "52:54:00:00:00:01";
  expect(await fetched(test.port("tftp"), "pxelinux.0")).toBe("usual");
});

it("a client is known by the address it asked from on the PXE port, when the system knows nothing", async () => {
  using client = await createBootClient();
  const boot: Config["boot"] = [{ root: "{mac}" }];
  await using test = createTestAppliance(config(client.port, { boot }), { macOf: () => undefined });
  await test.appliance.start();
  await client.ask(bootRequest({ messageType: 3 }, { ciaddr: "127.0.0.1", flags: 0 }), test.port("pxe"));
  expect(await fetched(test.port("tftp"), "pxelinux.0")).toBe("its own");
});
