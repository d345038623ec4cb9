import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fieldText, optionValue } from "@bootlace/dhcp-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LoadResult } from "../src/config/load.ts";
import type { Config } from "../src/config/schema.ts";
import { bootRequest, createBootClient } from "./helpers/boot-client.ts";
import { httpReader } from "./helpers/http-reader.ts";
import { createTestAppliance, loadedOf, loopbackConfig } from "./helpers/loopback.ts";
import { peImage } from "./helpers/pe-image.ts";
import { tftpReader } from "./helpers/tftp-reader.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bootlace-http-boot-"));
  mkdirSync(join(folder, "boot"));
  writeFileSync(join(folder, "boot/bootx64.efi"), peImage(0x8664));
  writeFileSync(join(folder, "boot/undionly.kpxe"), "ipxe");
  writeFileSync(
    join(folder, "boot/menu.ipxe"),
    "#!ipxe\nset mac {{mac}}\nchain {{base_url}}/next on {{next_server}}\n",
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Port 0 for HTTP lets the system choose; a URL in an offer then needs the port that it chose. */
async function running(clientPort: number, more: Partial<Config> = {}) {
  const base = loopbackConfig(join(folder, "boot"), clientPort);
  const first: Config = { ...base, http: { ...base.http, enabled: true, port: 0 }, ...more };
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
  };
}

const httpClient = { clientArch: [16], vendorClassIdentifier: "HTTPClient:Arch:00016:UNDI:003001" };
const ipxe = (features: Record<string, number>) => ({
  userClass: { classes: ["iPXE"], form: "raw" as const },
  etherboot: { version: "1.21.1", ...features },
});

describe("a UEFI HTTP Boot client", () => {
  it("is offered the URL of the tree's program, and fetches it: HEAD, then GET", async () => {
    using client = await createBootClient();
    await using test = await running(client.port, { boot: [] });
    const http = test.port("http");
    await test.reload({ http: { ...test.first.http, port: http } });
    const { packet } = await client.ask(bootRequest(httpClient), test.port("dhcp"));
    const url = `http://127.0.0.1:${http}/bootx64.efi`;
    expect([optionValue(packet, "bootFileName"), fieldText(packet.file), packet.yiaddr]).toEqual([url, url, "0.0.0.0"]);
    expect(optionValue(packet, "vendorClassIdentifier")).toBe("HTTPClient");

    using reader = httpReader(http);
    const head = await reader.ask("/bootx64.efi", { "User-Agent": "UefiHttpBoot/1.0" }, "HEAD");
    await head.body();
    expect(head.headers).toMatchObject({ "content-length": "4096", "content-type": "application/efi" });
    const get = await reader.ask("/bootx64.efi");
    expect([get.status, get.headers["content-length"]]).toEqual([200, "4096"]);
    expect((await get.body()).equals(peImage(0x8664))).toBe(true);
    await test.logged("http.done", ({ fields }) => fields?.file === "bootx64.efi");
  });

  it("gets images and URLs by rule", async () => {
    using client = await createBootClient();
    const boot = [
      { when: { mac: ["52:54:00:12:34:56"], arch: ["x64-uefi-http" as const] }, file: "images/debian 12.iso" },
    ];
    await using test = await running(client.port, { boot });
    const { packet } = await client.ask(bootRequest(httpClient), test.port("dhcp"));
    expect(fieldText(packet.file)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/images\/debian%2012\.iso$/);
  });
});

describe("a client that is iPXE", () => {
  const rule = { boot: [{ name: "script", script: "menu.ipxe" }] };

  it("with HTTP is given the script's URL, filled in for it; before that, the tree's iPXE", async () => {
    using client = await createBootClient();
    await using test = await running(client.port, rule);
    const http = test.port("http");
    await test.reload({ http: { ...test.first.http, port: http } });
    const rom = await client.ask(bootRequest({}), test.port("dhcp"));
    expect(fieldText(rom.packet.file)).toBe("undionly.kpxe");
    const { packet } = await client.ask(bootRequest(ipxe({ http: 1, tftp: 1 })), test.port("dhcp"));
    const url = new URL(fieldText(packet.file));
    expect(url.href).toBe(`http://127.0.0.1:${http}/menu.ipxe?mac=52:54:00:12:34:56`);
    using reader = httpReader(http);
    expect((await (await reader.ask(`${url.pathname}${url.search}`)).body()).toString()).toBe(
      `#!ipxe\nset mac 52:54:00:12:34:56\nchain http://127.0.0.1:${http}/next on 127.0.0.1\n`,
    );
    const done = await test.logged("http.done");
    expect(done.fields).toMatchObject({ mac: "52:54:00:12:34:56", file: "menu.ipxe" });
    // PXELINUX that it chains puts its own names in place of the last part.
    const core = await reader.ask("/menu.ipxe?mac=52%3A54%3A00%3A12%3A34%3A/boot/isolinux/ldlinux.c32");
    expect(core.status).toBe(404);
    expect((await test.logged("http.not-found")).fields).toMatchObject({
      file: "menu.ipxe?mac=52:54:00:12:34:/boot/isolinux/ldlinux.c32",
      reason: "missing",
    });
  });

  it("without HTTP is given it by TFTP", async () => {
    using client = await createBootClient();
    await using test = await running(client.port, rule);
    const { packet } = await client.ask(bootRequest(ipxe({ tftp: 1 })), test.port("dhcp"));
    const url = new URL(fieldText(packet.file));
    expect(url.href).toBe("tftp://127.0.0.1/menu.ipxe%3Fmac=52:54:00:12:34:56");
    using reader = await tftpReader(test.port("tftp"), decodeURIComponent(url.pathname.slice(1)));
    await reader.open();
    await reader.read();
    expect(reader.content().toString()).toBe(
      `#!ipxe\nset mac 52:54:00:12:34:56\nchain tftp://127.0.0.1:${test.port("tftp")}/next on 127.0.0.1\n`,
    );
  });

  it("is given another iPXE where a rule says so", async () => {
    using client = await createBootClient();
    await using test = await running(client.port, { boot: [{ name: "newer", file: "undionly.kpxe" }] });
    const { packet } = await client.ask(bootRequest(ipxe({ http: 1 })), test.port("dhcp"));
    expect([fieldText(packet.file), packet.siaddr]).toEqual(["undionly.kpxe", "127.0.0.1"]);
  });
});

describe("a reload", () => {
  it("lets ten HTTP transfers end byte for byte on the old root; new requests find the new one", async () => {
    const contents = Array.from({ length: 10 }, (_, i) => Buffer.alloc(12_000_000 + i * 777, `file ${i} `));
    for (const [i, content] of contents.entries()) writeFileSync(join(folder, `boot/f${i}`), content);
    mkdirSync(join(folder, "new"));
    writeFileSync(join(folder, "new/f0"), "the new one");
    using client = await createBootClient();
    await using test = await running(client.port, {});
    const before = test.port("http");
    await test.reload({ http: { ...test.first.http, port: before, maxConnectionsPerClient: 20 } });
    const answers = await Promise.all(contents.map((_, i) => httpReader(before).ask(`/f${i}`)));
    const result = await test.reload({
      root: join(folder, "new"),
      http: { ...test.first.http, port: 0, maxConnections: 1, maxConnectionsPerClient: 1 },
    });
    expect(result).toMatchObject({ ok: true, changed: expect.arrayContaining(["root", "http.port"]) });
    expect(test.port("http")).not.toBe(before);
    await expect(httpReader(before).ask("/f0")).rejects.toThrow("ECONNREFUSED");
    const bodies = await Promise.all(answers.map((answer) => answer.body()));
    for (const [i, body] of bodies.entries()) expect(body.equals(contents[i] ?? body)).toBe(true);
    // They count for the new limits until the server knows that their clients have everything.
    await Promise.all(answers.map((answer) => answer.closed()));
    using fresh = httpReader(test.port("http"));
    expect((await (await fresh.ask("/f0")).body()).toString()).toBe("the new one");
  });

  it("that switches HTTP off lets transfers end, and to a port in use goes back", async () => {
    writeFileSync(join(folder, "boot/f"), Buffer.alloc(12_000_000, "abc"));
    using client = await createBootClient();
    await using test = await running(client.port, {});
    const before = test.port("http");
    using reader = httpReader(before);
    const answer = await reader.ask("/f");
    expect(await test.reload({ http: { ...test.first.http, enabled: false } })).toMatchObject({ ok: true });
    expect(test.appliance.endpoints().map(({ service }) => service)).not.toContain("http");
    expect((await answer.body()).length).toBe(12_000_000);
    await answer.closed();

    await test.reload({});
    await using other = await running(client.port, {});
    const taken = other.port("http");
    const refused = await test.reload({ http: { ...test.first.http, port: taken } });
    expect(refused).toMatchObject({ ok: false, faults: [{ code: "E050" }] });
    expect(JSON.stringify(refused)).toContain(`TCP port ${taken} (http) on 127.0.0.1`);
    using again = httpReader(test.port("http"));
    expect((await (await again.ask("/undionly.kpxe")).body()).toString()).toBe("ipxe");
  });
});
