import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { z } from "zod";
import * as schemas from "../src/api-model/schemas.ts";
import type { Config } from "../src/config/schema.ts";
import { bootRequest, createBootClient } from "./helpers/boot-client.ts";
import { createTestAppliance, loadedOf, loopbackConfig } from "./helpers/loopback.ts";
import { tftpReader } from "./helpers/tftp-reader.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bootlace-administration-"));
  mkdirSync(join(folder, "boot"));
  writeFileSync(join(folder, "boot/pxelinux.0"), "a boot program\0");
});
afterEach(() => rmSync(folder, { recursive: true }));

const json = { "content-type": "application/json" };

/** An appliance with its API, and time in the test's hand. */
function administered(clientPort: number, more: Partial<Config> = {}) {
  const base = loopbackConfig(join(folder, "boot"), clientPort);
  let config: Config = {
    ...base,
    admin: { ...base.admin, enabled: true, port: 0 },
    state: { directory: join(folder, "state"), maxBoots: 10 },
    ...more,
  };
  // The TFTP server has a clock of its own.
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const timers = new Map<number, () => void>();
  const test = createTestAppliance(config, {
    now,
    every(milliseconds, work) {
      timers.set(milliseconds, work);
      return () => void timers.delete(milliseconds);
    },
    load: () => ({ ok: true, loaded: loadedOf(config) }),
  });
  const url = (path: string) => `http://127.0.0.1:${test.port("admin")}${path}`;
  return {
    ...test,
    [Symbol.asyncDispose]: () => test.appliance.stop(),
    tick(seconds: number) {
      for (let second = 0; second < seconds; second++) {
        ahead += 1000;
        timers.get(1000)?.();
      }
    },
    timers,
    change(next: Partial<Config>) {
      config = { ...config, ...next };
    },
    current: () => config,
    url,
    async get<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>> {
      return schema.parse(await (await fetch(url(path))).json());
    },
    post: (path: string, body: object) =>
      fetch(url(path), { method: "POST", headers: json, body: JSON.stringify(body) }),
  };
}

describe("the API of a running appliance", () => {
  it("knows what is in a file that a client fetched", async () => {
    writeFileSync(join(folder, "boot/pxelinux.0"), "<!DOCTYPE html>\n<title>404 Not Found</title>");
    using client = await createBootClient();
    await using test = administered(client.port);
    await test.appliance.start();
    await client.ask(bootRequest({}), test.port("dhcp"));
    await client.ask(bootRequest({ messageType: 3 }, { ciaddr: "127.0.0.1" }), test.port("pxe"));
    using reader = await tftpReader(test.port("tftp"), "pxelinux.0");
    await reader.open();
    await reader.read();
    await test.logged("tftp.done");
    test.tick(61);
    const { message } = await test.logged("boot.verdict");
    expect(message).toMatch(/"pxelinux\.0".*web page/);
  });

  it("reports a boot from DISCOVER to verdict, and keeps it across a restart", async () => {
    using client = await createBootClient();
    {
      const hosts = { "build-01": { mac: ["52:54:00:12:34:56"] } };
      await using test = administered(client.port, { hosts });
      await test.appliance.start();
      await client.ask(bootRequest({}), test.port("dhcp"));
      await client.ask(bootRequest({ messageType: 3 }, { ciaddr: "127.0.0.1" }), test.port("pxe"));
      using reader = await tftpReader(test.port("tftp"), "pxelinux.0");
      await reader.open();
      await reader.read();
      expect(reader.content().toString()).toBe("a boot program\0");
      await test.logged("tftp.done");
      using missing = await tftpReader(test.port("tftp"), "ldlinux.c32");
      expect(await missing.open()).toContain("not found");
      await test.logged("tftp.not-found");
      const running = await test.get("/api/v1/boots", schemas.bootsSchema);
      expect(running.boots).toMatchObject([
        { mac: "52:54:00:12:34:56", host: "build-01", outcome: "running", bytes: 15 },
      ]);
      test.tick(11);
      const record = await test.logged("boot.verdict");
      expect([record.level, record.message]).toEqual([
        "warn",
        expect.stringMatching(
          /x86-bios: failed, B10 \(certain\): .*"ldlinux\.c32".* Fix: put it next to the boot loader/,
        ),
      ]);
      const status = await test.get("/api/v1/status", schemas.statusSchema);
      expect(status).toMatchObject({ ready: true, boots: [{ verdict: { id: "B10" } }], history: { writable: true } });
      expect(status.endpoints.map(({ service }) => service)).toEqual(["dhcp", "pxe", "tftp", "admin"]);
    }
    await using again = administered(client.port);
    await again.appliance.start();
    const { boots } = await again.get("/api/v1/boots", schemas.bootsSchema);
    const boot = await again.get(`/api/v1/boots/${boots[0]?.id}`, schemas.bootSchema);
    expect(boot).toMatchObject({ outcome: "failed", verdict: { id: "B10" } });
    expect(boot.steps.map(({ kind }) => kind)).toEqual(["discover", "offer", "pxe-request", "ack", "file", "file"]);
    expect((await again.get("/api/v1/clients", schemas.clientsSchema)).clients).toMatchObject([{ boots: 1 }]);
  });

  it("names the configuration as the cause when TFTP is switched off, though the boot file is there", async () => {
    using client = await createBootClient();
    const base = loopbackConfig(join(folder, "boot"), client.port);
    await using test = administered(client.port, { tftp: { ...base.tftp, enabled: false } });
    await test.appliance.start();
    client.send(bootRequest({}), test.port("dhcp"));
    expect((await test.logged("dhcp.ignored")).fields).toMatchObject({ reason: "no-plan", code: "tftp-off" });
    test.tick(2);
    expect((await test.logged("boot.verdict")).message).toMatch(
      /failed, B17 \(certain\): .*tftp is switched off.* Fix: set tftp\.enabled/,
    );
  });

  it("shows files and config, explains, and sets and clears one-time boots", async () => {
    await using test = administered(6800);
    await test.appliance.start();
    const files = await test.get("/api/v1/files", schemas.filesSchema);
    expect(files.architectures[0]).toEqual({ code: 0, name: "x86-bios", file: "pxelinux.0", lookedFor: [] });
    const config = await test.get("/api/v1/config", schemas.configSchema);
    expect(config.effective).toMatchObject({ root: join(folder, "boot") });
    expect(config.origins["tftp.port"]).toBe("default");

    const explained = await test.post("/api/v1/explain", { mac: "52:54:00:00:00:01" });
    expect(schemas.explanationSchema.parse(await explained.json())).toMatchObject({
      decision: "offer",
      bootFile: "pxelinux.0",
    });
    const wrong = await test.post("/api/v1/explain", { mac: "nonsense" });
    expect([wrong.status, schemas.problemSchema.parse(await wrong.json()).code]).toEqual([422, "cannot-explain"]);

    const mac = "52:54:00:00:00:02";
    const set = await test.post("/api/v1/next", { mac, file: "other.0" });
    expect(schemas.oneTimeBootSchema.parse(await set.json())).toMatchObject({ mac, file: "other.0" });
    expect((await test.post("/api/v1/next", { mac })).status).toBe(422);
    expect((await test.get("/api/v1/next", schemas.oneTimeBootsSchema)).next).toMatchObject([{ mac }]);
    const clear = () => fetch(test.url(`/api/v1/next/${mac}`), { method: "DELETE" });
    expect([(await clear()).status, (await clear()).status]).toEqual([204, 404]);
    for (const reply of [
      await test.post("/api/v1/next", { mac: "zz", ignore: true }),
      await fetch(test.url("/api/v1/next/zz"), { method: "DELETE" }),
    ]) {
      const { code, detail } = schemas.problemSchema.parse(await reply.json());
      expect([reply.status, code, detail]).toEqual([422, "E022", expect.stringContaining('"zz"')]);
    }
  });

  it("is not ready without what the config wants, and says what", async () => {
    await using test = administered(6800);
    await test.appliance.start();
    expect((await fetch(test.url("/readyz"))).status).toBe(200);
    test.setInterfaces({});
    test.timers.get(2000)?.();
    await test.logged("net.interfaces", ({ message }) => message.startsWith("waiting for an interface"));
    const reply = await fetch(test.url("/readyz"));
    const { reasons } = (await reply.json()) as { reasons: string[] };
    expect([reply.status, reasons.some((reason) => reason.includes("no interface to serve"))]).toEqual([503, true]);
  });

  it("takes another token over at a reload without losing the listener, and another port with it", async () => {
    await using test = administered(6800);
    await test.appliance.start();
    const port = test.port("admin");
    const tokenFile = join(folder, "token");
    writeFileSync(tokenFile, "0123456789abcdef-one\n");
    test.change({ admin: { ...test.current().admin, tokenFile } });
    expect(schemas.reloadSchema.parse(await (await test.post("/api/v1/reload", {})).json())).toMatchObject({
      ok: true,
    });
    expect([test.port("admin"), (await fetch(test.url("/api/v1/status"))).status]).toEqual([port, 401]);
    const authorization = "Bearer 0123456789abcdef-one";
    expect((await fetch(test.url("/api/v1/status"), { headers: { authorization } })).status).toBe(200);

    const holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const address = holder.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    test.change({ admin: { ...test.current().admin, port: address.port } });
    const refused = await fetch(test.url("/api/v1/reload"), {
      method: "POST",
      headers: { ...json, authorization },
      body: "{}",
    });
    expect(schemas.reloadSchema.parse(await refused.json())).toMatchObject({
      ok: false,
      faults: [
        {
          message: expect.stringMatching(
            /^the API cannot listen on 127\.0\.0\.1 port \d+: in use by .+ \(pid \d+\)\. Set admin\.port/,
          ),
        },
      ],
    });
    expect((await fetch(test.url("/readyz"))).status).toBe(200);
    holder.close();
    await once(holder, "close");
    const moved = await fetch(test.url("/api/v1/reload"), {
      method: "POST",
      headers: { ...json, authorization },
      body: "{}",
    });
    expect(schemas.reloadSchema.parse(await moved.json())).toMatchObject({ ok: true, changed: ["admin.port"] });
    expect(test.port("admin")).toBe(address.port);
    expect((await fetch(test.url("/readyz"))).status).toBe(200);
  });

  it("does not start without a readable token, and a history that cannot be written does not keep it", async () => {
    writeFileSync(join(folder, "state"), "a file in the way");
    await using test = administered(6800);
    await test.appliance.start();
    expect((await test.logged("history.unavailable")).message).toContain("kept in memory only");
    const { history } = await test.get("/api/v1/status", schemas.statusSchema);
    expect(history).toMatchObject({ writable: false });

    const tokenFile = join(folder, "missing");
    const base = loopbackConfig(join(folder, "boot"), 6800);
    await using other = administered(6800, { admin: { ...base.admin, enabled: true, port: 0, tokenFile } });
    await expect(other.appliance.start()).rejects.toThrow(/token file .* is not readable \(ENOENT\)/);
    expect(other.appliance.endpoints()).toEqual([]);
  });
});
