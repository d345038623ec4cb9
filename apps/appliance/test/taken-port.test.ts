import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Config } from "../src/config/schema.ts";
import { bootRequest, createBootClient } from "./helpers/boot-client.ts";
import { createTestAppliance, loadedOf, loopbackConfig } from "./helpers/loopback.ts";
import { tftpReader } from "./helpers/tftp-reader.ts";

/** A TCP port of loopback that another program has. */
async function taken() {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  onTestFinished(() => void holder.close());
  const { port } = holder.address() as AddressInfo;
  return {
    port,
    async release() {
      holder.close();
      await once(holder, "close");
    },
  };
}

test("ports of HTTP and the API that somebody took first stop no machine, are reported, and are served once free", async () => {
  const root = mkdtempSync(join(tmpdir(), "bootlace-taken-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, "boot"));
  writeFileSync(join(root, "boot/pxelinux.0"), "a boot program");
  const [http, admin] = [await taken(), await taken()];
  using client = await createBootClient();
  const base = loopbackConfig(join(root, "boot"), client.port);
  const config: Config = {
    ...base,
    http: { ...base.http, enabled: true, port: http.port },
    admin: { ...base.admin, enabled: true, port: admin.port },
  };
  await using appliance = createTestAppliance(config, { load: () => ({ ok: true, loaded: loadedOf(config) }) });
  await appliance.appliance.start();

  const offer = await client.ask(bootRequest({}), appliance.port("dhcp"));
  expect(offer.packet.op).toBe(2);
  using reader = await tftpReader(appliance.port("tftp"), "pxelinux.0");
  expect((await reader.open()).length).toBeGreaterThan(0);

  const refused = await appliance.logged("admin.listen-failed");
  expect(refused.message).toMatch(
    /^the API cannot listen on 127\.0\.0\.1 port \d+: in use by .+ Bootlace keeps trying$/,
  );
  expect((await appliance.logged("http.listen-failed")).message).toMatch(/in use by .+ Bootlace keeps trying$/);
  // A reload that changes nothing of them is none that fails.
  expect(await appliance.appliance.reload()).toMatchObject({ ok: true });
  appliance.tick();

  await admin.release();
  await http.release();
  await appliance.logged("http.listening");
  appliance.tick();
  await appliance.logged("admin.listening");
  const ready = await fetch(`http://127.0.0.1:${admin.port}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([200, { ready: true, reasons: [] }]);
  expect(appliance.records.filter(({ event }) => event.endsWith(".listen-failed"))).toHaveLength(2);
});

test("an API that is switched off while its port is taken is tried no more", async () => {
  const root = mkdtempSync(join(tmpdir(), "bootlace-taken-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const admin = await taken();
  const base = loopbackConfig(join(root, "boot"), 6800);
  let config: Config = { ...base, admin: { ...base.admin, enabled: true, port: admin.port } };
  await using appliance = createTestAppliance(config, { load: () => ({ ok: true, loaded: loadedOf(config) }) });
  await appliance.appliance.start();
  await appliance.logged("admin.listen-failed");
  config = { ...config, admin: { ...config.admin, enabled: false } };
  expect(await appliance.appliance.reload()).toMatchObject({ ok: true });
  await admin.release();
  appliance.tick();
  const again = createServer().listen(admin.port, "127.0.0.1");
  await once(again, "listening");
  again.close();
  expect(appliance.appliance.endpoints().map(({ service }) => service)).not.toContain("admin");
});
