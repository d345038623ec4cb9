import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTestAppliance, loopbackConfig } from "./helpers/loopback.ts";

// It fits into the send queue of the system here, and not into the receive queue of a client that reads nothing.
const size = 1_500_000;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bootlace-arrival-"));
  writeFileSync(join(folder, "vmlinuz"), Buffer.alloc(size, 7));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function running() {
  const base = loopbackConfig(folder, 68);
  const test = createTestAppliance({ ...base, http: { ...base.http, enabled: true, port: 0 } }, {}, "debug");
  await test.appliance.start();
  return test;
}

/** A client that asks for the file and reads nothing. */
async function silentClient(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1").pause();
  await once(socket, "connect");
  socket.write("GET /vmlinuz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  return socket;
}

describe("a file by HTTP", () => {
  it("that the system here has taken, and of which the client read nothing, broke off when it closes", async () => {
    await using test = await running();
    const client = await silentClient(test.port("http"));
    const { fields } = await test.logged("http.progress");
    const arrived = Number(fields?.bytes);
    expect(arrived).toBeLessThan(size / 2);
    client.resetAndDestroy();
    const aborted = await test.logged("http.aborted");
    expect(aborted.fields).toMatchObject({ file: "vmlinuz", reason: "client-closed", size, bytes: arrived });
  });

  it("is done when the client has read it", async () => {
    await using test = await running();
    const client = await silentClient(test.port("http"));
    await test.logged("http.progress");
    client.resume();
    expect((await test.logged("http.done")).fields).toMatchObject({ file: "vmlinuz", bytes: size, size });
    client.destroy();
  });
});
