import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { askApi } from "../src/cli/api-request.ts";
import { parseConfig } from "../src/config/parse.ts";
import type { Config } from "../src/config/schema.ts";
import { admin } from "./helpers/admin.ts";
import { bootRequest, createBootClient } from "./helpers/boot-client.ts";
import { createTestAppliance, loadedOf, loopbackConfig } from "./helpers/loopback.ts";

let folder = "";
let socket = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bootlace-admin-socket-"));
  socket = join(folder, "run/bootlace.sock");
  mkdirSync(join(folder, "boot"));
  writeFileSync(join(folder, "boot/pxelinux.0"), "a boot program");
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true }));
});

const json = { "content-type": "application/json" };
const wish = JSON.stringify({ mac: "52:54:00:12:34:56", file: "x" });

/** A request on the socket. */
async function ask(path: string, body?: string, headers: Record<string, string> = {}) {
  const request = { method: body === undefined ? "GET" : "POST", headers: { ...json, ...headers } };
  const signal = AbortSignal.timeout(5_000);
  const answer = await askApi(`http://localhost${path}`, {
    ...request,
    signal,
    socketPath: socket,
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, value: await answer.json().catch(() => undefined) };
}

describe("the socket of the API", () => {
  it("needs no token, lets everything be done, and still hears no web page", async () => {
    const { server } = admin({ place: { path: socket } });
    onTestFinished(() => server.stop());
    await server.start();
    expect(server.endpoint()).toBeUndefined();
    expect(await ask("/api/v1/status")).toMatchObject({ status: 200, value: { schema: 1 } });
    expect((await ask("/api/v1/next", wish)).status).toBe(200);
    expect((await ask("/api/v1/next", wish, { origin: "http://evil.example" })).status).toBe(403);
    expect((await ask("/api/v1/status", undefined, { host: "evil.example" })).status).toBe(421);
  });

  it("is where changes come from if there is no token: TCP shows, and changes nothing", async () => {
    const { server } = admin({ socket });
    const post = (url: string, payload: string) => server.inject({ method: "POST", url, headers: json, payload });
    const refused = await post("/api/v1/next", wish);
    expect([refused.statusCode, refused.json()]).toMatchObject([
      403,
      { code: "socket-required", detail: `Use ${socket} as a member of its group, or set admin.tokenFile` },
    ]);
    expect((await post("/api/v1/reload", "{}")).statusCode).toBe(403);
    expect((await server.inject({ method: "DELETE", url: "/api/v1/next/52:54:00:12:34:56" })).statusCode).toBe(403);
    expect((await server.inject("/api/v1/next")).json()).toMatchObject({ next: [] });
    expect((await server.inject("/api/v1/status")).statusCode).toBe(200);
    expect((await post("/api/v1/explain", '{"mac":"52:54:00:12:34:56"}')).statusCode).toBe(200);
  });

  it("leaves the token to those who come by TCP", async () => {
    const token = "0123456789abcdef";
    const { server } = admin({ socket, token });
    const headers = { ...json, authorization: `Bearer ${token}` };
    const next = { method: "POST", url: "/api/v1/next", payload: wish } as const;
    expect((await server.inject({ ...next, headers: json })).statusCode).toBe(401);
    expect((await server.inject({ ...next, headers })).statusCode).toBe(200);
  });
});

/** A running appliance with the socket. */
function administered(clientPort: number, more: Partial<Config["admin"]> = {}) {
  const base = loopbackConfig(join(folder, "boot"), clientPort);
  let config: Config = { ...base, admin: { ...base.admin, enabled: true, port: 0, socket, ...more } };
  const test = createTestAppliance(config, { load: () => ({ ok: true, loaded: loadedOf(config) }) });
  return {
    ...test,
    change(next: Partial<Config["admin"]>) {
      config = { ...config, admin: { ...config.admin, ...next } };
    },
  };
}

describe("an appliance with a socket", () => {
  it("serves both, and the socket alone where TCP is off", async () => {
    await using test = administered(6800);
    await test.appliance.start();
    expect((await ask("/readyz")).value).toEqual({ ready: true, reasons: [] });
    expect((await fetch(`http://127.0.0.1:${test.port("admin")}/readyz`)).status).toBe(200);
    test.change({ tcp: false });
    expect(await ask("/api/v1/reload", "{}")).toMatchObject({
      status: 200,
      value: { ok: true, changed: ["admin.tcp"] },
    });
    expect(test.port("admin")).toBe(0);
    expect((await ask("/readyz")).value).toEqual({ ready: true, reasons: [] });
    await test.appliance.stop();
    expect(existsSync(socket)).toBe(false);
  });

  it("moves the socket at a reload, and keeps the old one if the new one cannot be had", async () => {
    await using test = administered(6800);
    await test.appliance.start();
    const first = socket;
    const file = join(folder, "boot/pxelinux.0");
    test.change({ socket: file });
    const refused = await ask("/api/v1/reload", "{}");
    expect(refused.value).toMatchObject({
      ok: false,
      faults: [{ message: expect.stringContaining("is not a socket") }],
    });
    expect([(await ask("/readyz")).status, readFileSync(file, "utf8")]).toEqual([200, "a boot program"]);
    socket = join(folder, "run/other.sock");
    test.change({ socket });
    expect(await test.appliance.reload()).toMatchObject({ ok: true, changed: ["admin.socket"] });
    expect((await ask("/readyz")).status).toBe(200);
    socket = first;
  });

  it("boots machines beside a socket that somebody has, reports it, and serves it once free", async () => {
    mkdirSync(join(folder, "run"));
    const holder = createServer().listen(socket);
    await once(holder, "listening");
    using client = await createBootClient();
    await using test = administered(client.port);
    await test.appliance.start();
    expect((await client.ask(bootRequest({}), test.port("dhcp"))).packet.op).toBe(2);
    const { message } = await test.logged("admin.listen-failed");
    expect(message).toContain(`its socket ${socket}: another process listens there. Set admin.socket to`);
    expect(message).toMatch(/ Bootlace keeps trying$/);
    const url = `http://127.0.0.1:${test.port("admin")}`;
    const ready = await fetch(`${url}/readyz`);
    const reasons = [`admin: the socket ${socket} is not bound`];
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false, reasons }]);
    // The place of changes is taken, and no other is opened instead.
    const next = await fetch(`${url}/api/v1/next`, { method: "POST", headers: json, body: wish });
    expect(next.status).toBe(403);
    holder.close();
    await once(holder, "close");
    test.tick();
    await test.logged("admin.listening", ({ fields }) => fields?.socket === socket);
    expect((await ask("/readyz")).status).toBe(200);
  });

  it("has none in a folder that others can write", async () => {
    mkdirSync(join(folder, "run"));
    chmodSync(join(folder, "run"), 0o1777);
    await using test = administered(6800);
    await test.appliance.start();
    expect((await test.logged("admin.listen-failed")).message).toContain("others could put their own socket there");
    expect(existsSync(socket)).toBe(false);
  });
});

it("TCP that is off needs neither a port nor a token", () => {
  const codes = (text: string) => {
    const parsed = parseConfig(text, "a.yaml");
    return parsed.ok ? [] : parsed.faults.map(({ code }) => code);
  };
  expect(codes("admin: { address: 10.0.0.1, port: 8069 }")).toEqual(["E037", "E033"]);
  expect(codes("admin: { address: 10.0.0.1, port: 8069, tcp: false }")).toEqual([]);
});
