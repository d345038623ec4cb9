import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { fieldText, optionValue } from "@bootlace/dhcp-core";
import { createProxyDhcp, ServerStartError } from "@bootlace/proxy-dhcp";
import { createTftpServer, type TftpServerOptions } from "@bootlace/tftp-serve";
import { createClient } from "tftp";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ApplianceStartError } from "../src/app/services/service.ts";
import { bootRequest, createBootClient } from "./helpers/boot-client.ts";
import { createTestAppliance, loopbackConfig, loopbackName } from "./helpers/loopback.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "bootlace-app-"));
  mkdirSync(join(root, "boot/pxelinux"), { recursive: true });
  writeFileSync(join(root, "boot/pxelinux/pxelinux.0"), Buffer.alloc(42_988, "pxelinux"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function fetch(port: number, remote: string): Promise<string> {
  const local = join(root, "fetched");
  return new Promise((resolve) => {
    createClient({ host: "127.0.0.1", port, retries: 1, timeout: 2000 }).get(remote, local, (error) => {
      resolve(error === undefined || error === null ? readFileSync(local, "latin1") : (error.code ?? error.message));
    });
  });
}

it("boots a machine: OFFER, ACK from the PXE port, file; and the log shows each step", async () => {
  using client = await createBootClient();
  await using test = createTestAppliance(loopbackConfig(join(root, "boot"), client.port));
  await test.appliance.start();
  const ports = { dhcp: test.port("dhcp"), pxe: test.port("pxe"), tftp: test.port("tftp") };

  const offer = await client.ask(bootRequest({}), ports.dhcp);
  expect(optionValue(offer.packet, "messageType")).toBe(2);
  expect(offer.packet).toMatchObject({ xid: 0x6ea5fd01, yiaddr: "0.0.0.0", siaddr: "127.0.0.1" });
  expect(fieldText(offer.packet.file)).toBe("pxelinux/pxelinux.0");
  expect(offer.from).toEqual({ address: "127.0.0.1", port: ports.dhcp });

  const request = bootRequest({ messageType: 3 }, { ciaddr: "127.0.0.1", flags: 0, xid: 0x01020304 });
  const ack = await client.ask(request, ports.pxe);
  expect(optionValue(ack.packet, "messageType")).toBe(5);
  expect(ack.packet).toMatchObject({ xid: 0x01020304, yiaddr: "0.0.0.0", siaddr: "127.0.0.1" });
  expect(fieldText(ack.packet.file)).toBe("pxelinux/pxelinux.0");
  expect(ack.from).toEqual({ address: "127.0.0.1", port: ports.pxe });

  expect(await fetch(ports.tftp, "pxelinux/pxelinux.0")).toBe(Buffer.alloc(42_988, "pxelinux").toString("latin1"));
  expect(await fetch(ports.tftp, "pxelinux/ldlinux.c32")).not.toContain("pxelinux");
  await test.logged("tftp.done");
  await test.logged("tftp.not-found");
  await test.appliance.stop();

  const golden = test
    .text()
    .replaceAll(join(root, "boot"), "/srv/boot")
    .replaceAll(String(ports.dhcp), "67")
    .replaceAll(String(ports.pxe), "4011")
    .replaceAll(String(ports.tftp), "69")
    .replaceAll(String(client.port), "68")
    .replaceAll(loopbackName, "lo")
    .replace(/ {9}left out: .*\n/g, "")
    .replace(/looked for (\S+) .*/g, "looked for $1 …")
    // What a busy machine takes too long for is sent again.
    .replace(/in [\d.]+ m?s, [\d.]+ [kM]B\/s(?:, \d+ sent again)?/, "in 10 ms, 4.3 MB/s");
  await expect(golden).toMatchFileSnapshot("goldens/boot.log");
});

it("follows interfaces that come and go", async () => {
  await using test = createTestAppliance(
    loopbackConfig(join(root, "boot"), 68, { interfaces: [], subnets: ["127.0.0.0/8"] }),
    {},
    "debug",
  );
  test.setInterfaces({});
  await test.appliance.start();
  expect(test.appliance.endpoints().map(({ service }) => service)).toEqual(["dhcp"]);
  expect(test.text()).toContain("waiting for an interface to serve");

  const loopback = networkInterfaces()[loopbackName] ?? [];
  test.setInterfaces({ eth0: loopback.map((info) => ({ ...info, internal: false })) });
  await test.logged("tftp.listening");
  await test.logged("dhcp.interface-up");
  expect(test.appliance.endpoints().map(({ service }) => service)).toEqual(["dhcp", "pxe", "tftp"]);
  expect(test.text()).toContain("serving eth0 127.0.0.1");

  test.setInterfaces({});
  await test.logged("dhcp.interface-down");
  expect(test.appliance.endpoints().map(({ service }) => service)).toEqual(["dhcp"]);
});

it("does not let the network fill its log", async () => {
  const tftp: TftpServerOptions[] = [];
  await using test = createTestAppliance(loopbackConfig(join(root, "boot"), 68), {
    createTftpServer(options) {
      tftp.push(options);
      return createTftpServer(options);
    },
  });
  await test.appliance.start();
  for (let number = 0; number < 5000; number++) {
    const client = {
      address: `10.1.${number >> 8}.${number & 255}`,
      port: 2070,
      localAddress: "10.1.0.1",
      localPort: 69,
    };
    const event = { type: "not-found", time: 1000, client, file: "../x", reason: "outside-root", code: 2 } as const;
    tftp[0]?.onEvent?.({ ...event, detail: undefined });
  }
  expect(test.records.filter(({ event }) => event === "tftp.not-found").length).toBe(500);
  test.tick();
  expect(test.records.filter(({ event }) => event === "log.held-back").map(({ message }) => message)).toEqual([
    "log limit: suppressed 4500 × tftp.not-found",
  ]);
});

it("follows the boot tree", async () => {
  using client = await createBootClient();
  const followTimes = { quiet: 5, longest: 2_000, rescan: 60_000, rescanMissing: 20 };
  await using test = createTestAppliance(loopbackConfig(join(root, "boot"), client.port), { followTimes });
  await test.appliance.start();
  rmSync(join(root, "boot"), { recursive: true });
  await test.logged("boot.root-gone");
  client.send(bootRequest({}), test.port("dhcp"));
  const ignored = await test.logged("dhcp.ignored");
  expect(ignored.message).toBe(
    '52:54:00:12:34:56 DISCOVER xid 6ea5fd01 x86-bios "PXEClient:Arch:00000:UNDI:002001": ignored: no boot file for x86-bios in the root',
  );
  mkdirSync(join(root, "boot"));
  writeFileSync(join(root, "boot/lpxelinux.0"), "lpxelinux");
  await test.logged("boot.tree", (record) => JSON.stringify(record.fields).includes("lpxelinux"));
  const { packet } = await client.ask(bootRequest({}), test.port("dhcp"));
  expect(fieldText(packet.file)).toBe("lpxelinux.0");
  expect(await fetch(test.port("tftp"), "lpxelinux.0")).toBe("lpxelinux");
});

it("answers with another server's address when a rule says so, without TFTP of its own", async () => {
  using client = await createBootClient();
  const base = loopbackConfig(join(root, "none"), client.port);
  await using test = createTestAppliance({
    ...base,
    tftp: { ...base.tftp, enabled: false },
    boot: [
      { name: "Network Boot", when: { arch: ["x86-bios"] }, file: "pxelinux/pxelinux.0", server: "192.168.11.17" },
    ],
  });
  await test.appliance.start();
  expect(test.appliance.endpoints().map(({ service }) => service)).toEqual(["dhcp", "pxe"]);
  const { packet } = await client.ask(bootRequest({}), test.port("dhcp"));
  expect([packet.siaddr, fieldText(packet.file)]).toEqual(["192.168.11.17", "pxelinux/pxelinux.0"]);
  const offer = await test.logged("dhcp.offer");
  expect(offer.message).toContain('"pxelinux/pxelinux.0" from 192.168.11.17');
  expect(offer.message).toContain('rule "Network Boot"');
});

it("is silent towards others: everyday packets at debug, the rest once a minute with the reason", async () => {
  using client = await createBootClient();
  await using test = createTestAppliance(loopbackConfig(join(root, "boot"), client.port), {}, "debug");
  await test.appliance.start();
  const port = test.port("dhcp");
  const hostile = "PXEClient:Arch:00007\u001b[2J\n";
  client.send(bootRequest({ vendorClassIdentifier: "MSFT 5.0", clientArch: undefined }), port);
  client.send(bootRequest({ clientArch: [7], vendorClassIdentifier: hostile }), port);
  client.send(bootRequest({ clientArch: [7], vendorClassIdentifier: hostile }), port);
  client.send(bootRequest({ clientArch: [16], vendorClassIdentifier: "HTTPClient:Arch:00016:UNDI:003001" }), port);
  await test.logged("dhcp.ignored", ({ message }) => message.includes("HTTPClient:Arch"));
  const ignored = test.records.filter(({ event }) => event === "dhcp.ignored");
  expect(ignored.map(({ level, fields }) => [level, fields?.reason])).toEqual([
    ["debug", "other-vendor-class"],
    ["info", "no-plan"],
    ["debug", "no-plan"],
    ["info", "no-plan"],
  ]);
  expect(ignored[1]?.message).toContain('"PXEClient:Arch:00007\\x1b[2J\\x0a"');
  expect(ignored[3]?.message).toContain("the client boots by HTTP, and http is switched off here");
});

it.each([
  ["/dev/null", "it is not a folder"],
  ["/dev/null/boot", "part of its path is not a folder"],
])("whose root cannot be made (%s) binds no port", async (file, why) => {
  await using test = createTestAppliance(loopbackConfig(file, 68));
  const error = await test.appliance.start().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ApplianceStartError);
  expect(String(error)).toBe(`ApplianceStartError: the root folder ${file} cannot be created: ${why}`);
  expect(test.text()).not.toMatch(/listening|on port/);
  expect(test.appliance.endpoints()).toEqual([]);
});

it("reports all ports that are denied at once, and leaves nothing running", async () => {
  const denied = { address: "127.0.0.1", port: 69, code: "EACCES" };
  const steps: string[] = [];
  let timers = 0;
  await using test = createTestAppliance(loopbackConfig(join(root, "boot"), 68), {
    createTftpServer: (options) => ({
      ...createTftpServer(options),
      start: () => Promise.reject(new ServerStartError([{ protocol: "udp", ...denied }])),
      stop: async () => void steps.push("tftp"),
    }),
    createProxyDhcp: (options) => ({
      ...createProxyDhcp(options),
      start: () =>
        Promise.reject(
          new ServerStartError([
            { protocol: "udp", ...denied, port: 67 },
            { protocol: "udp", ...denied, port: 4011 },
          ]),
        ),
      stop: async () => void steps.push("dhcp"),
    }),
    every: () => {
      timers++;
      return () => void timers--;
    },
  });
  const error = await test.appliance.start().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ApplianceStartError);
  expect(String(error)).toMatch(
    /^ApplianceStartError: cannot bind UDP port 69 \(tftp\) on 127\.0\.0\.1, UDP port 67 \(dhcp\) on 127\.0\.0\.1, UDP port 4011 \(dhcp\) on 127\.0\.0\.1: permission denied\. Either run as root/,
  );
  expect(steps).toEqual([]);
  expect(timers).toBe(0);
  expect(test.appliance.endpoints()).toEqual([]);
});

it("whose DHCP cannot start stops the TFTP server that runs", async () => {
  await using test = createTestAppliance(loopbackConfig(join(root, "boot"), 68), {
    createProxyDhcp: (options) => ({
      ...createProxyDhcp(options),
      start: () => Promise.reject(new Error("a bug")),
    }),
  });
  await expect(test.appliance.start()).rejects.toThrow("a bug");
  expect(test.records.some(({ event }) => event === "tftp.listening")).toBe(true);
  expect(test.appliance.endpoints()).toEqual([]);
});
