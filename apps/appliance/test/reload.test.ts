import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fieldText } from "@bootlace/dhcp-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LoadResult } from "../src/config/load.ts";
import { parseConfig } from "../src/config/parse.ts";
import type { Config } from "../src/config/schema.ts";
import { bootRequest, createBootClient } from "./helpers/boot-client.ts";
import { createTestAppliance, loadedOf, loopbackConfig } from "./helpers/loopback.ts";
import { tftpReader } from "./helpers/tftp-reader.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bootlace-reload-"));
  for (const name of ["old", "new"]) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "pxelinux.0"), `the ${name} one`);
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function freePort(): Promise<number> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  return port;
}

/** An appliance that runs on one config and gets the next one at a reload. */
async function running(clientPort: number, more: Partial<Config> = {}) {
  const first = loopbackConfig(join(folder, "old"), clientPort, more);
  let next: LoadResult = { ok: true, loaded: loadedOf(first) };
  const test = createTestAppliance(first, { load: () => next, macOf: () => undefined });
  await test.appliance.start();
  return {
    ...test,
    first,
    reload(config: Partial<Config>) {
      next = { ok: true, loaded: loadedOf({ ...first, ...config }) };
      return test.appliance.reload();
    },
    reloadWith(result: LoadResult) {
      next = result;
      return test.appliance.reload();
    },
  };
}

async function fetched(port: number, file: string): Promise<string> {
  using reader = await tftpReader(port, file);
  await reader.open();
  await reader.read();
  return reader.content().toString("latin1");
}

describe("a reload", () => {
  it("lets ten transfers end byte for byte on the old config, while new requests find the new one", async () => {
    using client = await createBootClient();
    const contents = Array.from({ length: 10 }, (_, i) => Buffer.alloc(100_000 + i * 777, `file ${i} `));
    for (const [i, content] of contents.entries()) writeFileSync(join(folder, `old/f${i}`), content);
    await using test = await running(client.port);
    const before = test.port("tftp");
    const readers = await Promise.all(contents.map((_, i) => tftpReader(before, `f${i}`)));
    await Promise.all(
      readers.map(async (reader, i) => {
        expect(await reader.open()).toContain("blksize");
        await reader.read(i * 9);
      }),
    );

    const port = await freePort();
    const result = await test.reload({
      root: join(folder, "new"),
      tftp: { ...test.first.tftp, port, maxTransfers: 2 },
      boot: [{ name: "new rule", file: "b" }],
    });
    expect(result).toMatchObject({ ok: true, changed: expect.arrayContaining(["root", "tftp.port", "boot[0].file"]) });

    expect(test.port("tftp")).toBe(port);
    await Promise.all(readers.map((reader) => reader.read()));
    for (const [i, reader] of readers.entries()) {
      expect(Buffer.compare(reader.content(), contents[i] ?? Buffer.alloc(0))).toBe(0);
      reader[Symbol.dispose]();
    }
    expect(await fetched(port, "pxelinux.0")).toBe("the new one");
    expect(fieldText((await client.ask(bootRequest({}), test.port("dhcp"))).packet.file)).toBe("b");
  });

  it("leaves sockets alone whose address and port stay", async () => {
    using client = await createBootClient();
    await using test = await running(client.port);
    const before = test.appliance.endpoints();
    const dhcp = { ...test.first.dhcp, relays: ["127.0.0.9"] };
    expect(await test.reload({ root: join(folder, "new"), dhcp })).toMatchObject({ ok: true });
    expect(test.appliance.endpoints()).toEqual(before);
    expect(test.records.filter(({ event }) => event.endsWith(".listening"))).toHaveLength(3);
    client.send(bootRequest({}, { giaddr: "127.0.0.9" }), test.port("dhcp"));
    expect((await test.logged("dhcp.offer")).message).toContain("through relay 127.0.0.9");
    await test.logged("boot.tree", ({ message }) => message.includes("/new:"));
  });

  it("binds what changed: PXE port, services that are switched off and on", async () => {
    using client = await createBootClient();
    await using test = await running(client.port);
    const pxePort = await freePort();
    await test.reload({ dhcp: { ...test.first.dhcp, pxePort } });
    expect(test.port("pxe")).toBe(pxePort);
    using reader = await tftpReader(test.port("tftp"), "pxelinux.0", 8);
    await reader.open();
    await test.reload({ dhcp: { ...test.first.dhcp, enabled: false }, tftp: { ...test.first.tftp, enabled: false } });
    expect(test.appliance.endpoints()).toEqual([]);
    await reader.read();
    expect(reader.content().toString()).toBe("the old one");
    await test.reload({});
    expect(test.appliance.endpoints().map(({ service }) => service)).toEqual(["dhcp", "pxe", "tftp"]);
    expect(await fetched(test.port("tftp"), "pxelinux.0")).toBe("the old one");
  });

  it("with a broken file leaves the old config in force, and says so in log and status", async () => {
    using client = await createBootClient();
    await using test = await running(client.port);
    const broken = parseConfig("rot: x\ntftp: { port: 0 }\n", "a.yaml");
    if (broken.ok) throw new Error("expected faults");
    const result = await test.reloadWith(broken);
    expect(result).toEqual(broken);
    const record = await test.logged("config.reload-failed");
    expect(record).toMatchObject({
      level: "error",
      message: expect.stringContaining("reload rejected, keeping the current config (2 errors)"),
    });
    expect(record.details?.[0]).toMatch(/^a\.yaml:1:1: error\[E003\]/);
    expect(test.appliance.config()).toMatchObject({ lastReload: { time: 1000, result: { ok: false } } });
    expect(fieldText((await client.ask(bootRequest({}), test.port("dhcp"))).packet.file)).toBe("pxelinux.0");
    expect(await test.reload({})).toEqual({ ok: true, changed: [], later: [] });
    expect(test.appliance.config().lastReload?.result.ok).toBe(true);
  });

  it("to a port in use goes back to the old config as a whole", async () => {
    const taken = createSocket("udp4").bind(0, "127.0.0.1");
    await once(taken, "listening");
    using client = await createBootClient();
    await using test = await running(client.port);
    const dhcp = { ...test.first.dhcp, pxePort: taken.address().port };
    const result = await test.reload({ root: join(folder, "new"), dhcp, boot: [{ file: "b" }] });
    expect(result.ok ? [] : result.faults.map(({ code, problem }) => `${code} ${problem}`)).toEqual([
      expect.stringMatching(/^E050 cannot bind UDP port \d+ \(dhcp\) on 127\.0\.0\.1: in use by/),
    ]);
    expect(test.appliance.endpoints().map(({ service }) => service)).toEqual(["dhcp", "pxe", "tftp"]);
    expect(await fetched(test.port("tftp"), "pxelinux.0")).toBe("the old one");
    expect(fieldText((await client.ask(bootRequest({}), test.port("dhcp"))).packet.file)).toBe("pxelinux.0");

    const port = taken.address().port;
    expect(await test.reload({ tftp: { ...test.first.tftp, port } })).toMatchObject({ ok: false });
    expect(test.port("tftp")).not.toBe(port);
    expect(await fetched(test.port("tftp"), "pxelinux.0")).toBe("the old one");
    taken.close();
  });

  it("to interfaces that are not there, or a root that cannot be made, is refused", async () => {
    using client = await createBootClient();
    await using test = await running(client.port);
    expect(await test.reload({ interfaces: ["nosuch0"] })).toMatchObject({
      ok: false,
      faults: [{ code: "E050", problem: expect.stringContaining("nosuch0 does not exist") }],
    });
    expect(await test.reload({ root: join(folder, "old/pxelinux.0") })).toMatchObject({
      ok: false,
      faults: [{ code: "E050", problem: expect.stringContaining("it is not a folder") }],
    });
    expect(await fetched(test.port("tftp"), "pxelinux.0")).toBe("the old one");
  });

  it("names what only the next start will use; reloads come one after the other", async () => {
    using client = await createBootClient();
    await using test = await running(client.port);
    const results = await Promise.all([
      test.reload({ tftp: { ...test.first.tftp, singlePort: true } }),
      test.reload({ tftp: { ...test.first.tftp, singlePort: true } }),
    ]);
    expect(results.map((result) => result.ok && result.later)).toEqual([["tftp.singlePort"], []]);
    expect((await test.logged("config.reloaded")).message).toContain("needs a restart: tftp.singlePort");
  });
});
