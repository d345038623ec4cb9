import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { closedSocketHint, isStrangers, socketOf } from "../src/cli/api-target.ts";
import { logs } from "../src/cli/logs.ts";
import { next } from "../src/cli/next.ts";
import { reload } from "../src/cli/reload.ts";
import { status } from "../src/cli/status.ts";
import { loadAdmin, loadConfig } from "../src/config/load.ts";
import { originText } from "../src/config/overlay.ts";
import type { Config } from "../src/config/schema.ts";
import { commandLine } from "./helpers/command-line.ts";
import { createTestAppliance, loadedOf, loopbackConfig } from "./helpers/loopback.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bootlace-cli-socket-"));
  mkdirSync(join(folder, "boot"));
  mkdirSync(join(folder, "run"));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true }));
});

const mac = "52:54:00:12:34:56";
const token = "a-token-that-is-long-enough";
const socketPath = () => join(folder, "run/bootlace.sock");

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text, { mode: 0o600 });
  return name;
}

/** A daemon with a socket, and a token for whoever comes by TCP. */
async function daemon(more: Partial<Config["admin"]> = {}) {
  const base = loopbackConfig(join(folder, "boot"), 68);
  const tokenFile = join(folder, write("token", `${token}\n`));
  const config: Config = {
    ...base,
    admin: { ...base.admin, enabled: true, port: 0, socket: socketPath(), tokenFile, ...more },
  };
  const test = createTestAppliance(config, { load: () => ({ ok: true, loaded: loadedOf(config) }), now: Date.now });
  await test.appliance.start();
  return test;
}

const commands = [
  ["status", status, []],
  ["logs", logs, []],
  ["next", next, [mac, "--ignore"]],
  ["reload", reload, []],
] as const;

describe.each(commands)("bootlace %s", (name, command, words) => {
  const run = (...more: string[]) => commandLine(folder).run(command, ...words, ...more);

  it("comes by the socket of the config, and needs no token", async () => {
    await using _running = await daemon();
    // A port at which nobody listens, and a token file that cannot be read, as for an ordinary administrator.
    const admin = "admin: { port: 1, socket: run/bootlace.sock, tokenFile: none }\n";
    expect(await run("--config", write("a.yaml", admin))).toMatchObject({ code: 0, err: "" });
    expect(await run("--api", `unix:${socketPath()}`)).toMatchObject({ code: 0, err: "" });
    expect(await run("--api", "unix:run/bootlace.sock")).toMatchObject({ code: 0, err: "" });
  });

  it("goes by TCP, with the token, where no socket is served, and where a token is named", async () => {
    await using test = await daemon({ socket: undefined });
    const admin = `admin: { port: ${test.port("admin")}, socket: run/bootlace.sock`;
    expect(await run("--config", write("a.yaml", `${admin}, tokenFile: token }\n`))).toMatchObject({
      code: 0,
      err: "",
    });
    const own = await run("--config", write("b.yaml", `${admin} }\n`), "--token-file", "token");
    expect(own).toMatchObject({ code: 0, err: "" });
  });

  it("says which socket does not answer, and where it knows it from", async () => {
    const only = write("a.yaml", "admin: { tcp: false, socket: run/bootlace.sock }\n");
    const absent = await run("--config", only);
    expect([absent.code, absent.err]).toEqual([
      5,
      `bootlace ${name}: no reply from the daemon at unix:${socketPath()} (ENOENT). Check that bootlace serve runs. The socket is set in "a.yaml"; name another config with --config, another socket with --api\n`,
    ]);
    const named = await run("--api", `unix:${socketPath()}`);
    expect([named.code, named.err]).toEqual([5, expect.stringContaining("with that path as admin.socket")]);
    const wrong = await run("--api", "unix:");
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("needs the path of a socket")]);
  });
});

describe("without a token", () => {
  it("whoever cannot open the socket sees, changes nothing, and is told how to get in", async () => {
    await using test = await daemon({ tokenFile: undefined });
    const config = write("a.yaml", `admin: { port: ${test.port("admin")}, socket: run/gone.sock }\n`);
    const cli = commandLine(folder);
    expect((await cli.run(status, "--config", config)).code).toBe(0);
    const refused = await cli.run(next, mac, "--ignore", "--config", config);
    expect(refused).toMatchObject({ code: 5, out: "" });
    expect(refused.err).toBe(
      `bootlace next: Without a token, changes need the API's socket. Use ${socketPath()} as a member of its group, or set admin.tokenFile\n`,
    );
    const json = await cli.run(reload, "--config", config, "--json");
    expect(JSON.parse(json.out)).toMatchObject({ error: { code: "socket-required" } });
  });
});

describe("another user of the machine", () => {
  /** Runs a program as nobody in particular; only root can become somebody else, others close the socket to themselves. */
  async function asStranger(words: readonly string[]) {
    const identity = process.geteuid?.() === 0 ? { uid: 64_066, gid: 64_066 } : {};
    if (identity.uid === undefined) chmodSync(socketPath(), 0);
    const program = `
      const { request } = require("node:http");
      const [socketPath, port] = process.argv.slice(1);
      const go = (options) => request({ path: "/api/v1/next", method: "POST", headers: { "content-type": "application/json" }, ...options },
        (answer) => { console.log(answer.statusCode); answer.resume(); if (options.port) process.exit(); else go({ port }); })
        .on("error", ({ code }) => { console.log(code); go({ port }); }).end('{"mac":"${mac}","ignore":true}');
      go({ socketPath });`;
    const child = spawn("/proc/self/exe", ["-e", program, ...words], {
      ...identity,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    await once(child, "close");
    return out.trim().split("\n");
  }

  it("sets no one-time boot, neither by the socket nor by TCP; a member of the group does", async () => {
    chmodSync(folder, 0o755);
    await using test = await daemon({ tokenFile: undefined });
    const port = String(test.port("admin"));
    expect(await asStranger([socketPath(), port])).toEqual(["EACCES", "403"]);
    expect(test.appliance.next.list()).toEqual([]);
    if (process.geteuid?.() === 0) chownSync(socketPath(), 0, 64_066);
    else chmodSync(socketPath(), 0o660);
    expect((await commandLine(folder).run(next, mac, "--ignore", "--api", `unix:${socketPath()}`)).code).toBe(0);
    expect(test.appliance.next.list()).toMatchObject([{ mac }]);
    expect(closedSocketHint(socketPath())).toContain("become a member (sudo usermod --append --groups ");
  });

  it("is not asked in the daemon's place: a socket belongs to root, to the caller, or to whose the folder is", () => {
    expect(isStrangers(0, 0, 1000)).toBe(false);
    expect(isStrangers(1000, 0, 1000)).toBe(false);
    expect(isStrangers(998, 998, 1000)).toBe(false);
    expect(isStrangers(64_066, 0, 1000)).toBe(true);
    expect(isStrangers(64_066, undefined, 0)).toBe(true);
  });
});

describe("the socket of the API", () => {
  const admin = (text: string, env: Record<string, string> = {}) =>
    loadAdmin({ cwd: folder, file: write("a.yaml", text), env });

  it("is what the config says, else bootlace.sock in the folder of a service, also with a fault elsewhere", () => {
    const env = { RUNTIME_DIRECTORY: "/run/bootlace:/run/more" };
    expect(admin("admin: { socket: s }\n", env).socket).toBe(join(folder, "s"));
    expect(admin("root: boot\n", env).socket).toBe("/run/bootlace/bootlace.sock");
    expect(admin("rot: boot\n", env).socket).toBe("/run/bootlace/bootlace.sock");
    expect(admin("root: boot\n", { RUNTIME_DIRECTORY: "relative" }).socket).toBeUndefined();
    expect(admin("root: boot\n", { BOOTLACE_ADMIN_SOCKET: "own" }).socket).toBe(join(folder, "own"));
    const loaded = loadConfig({ cwd: folder, file: "a.yaml", env });
    if (!loaded.ok) throw new Error("no config");
    expect(originText(loaded.loaded.originOf(["admin", "socket"]))).toBe("environment RUNTIME_DIRECTORY");
  });

  it("is that of the service where the config is the service's, or where there is none", () => {
    const service = { config: join(folder, "service.yaml"), socket: socketPath() };
    const none = { cwd: folder, env: {} };
    const of = (request: Parameters<typeof socketOf>[1]) => socketOf(loadAdmin(request), request, service);
    write("service.yaml", "admin: { port: 9000, tokenFile: none }\n");
    write("other.yaml", "root: boot\n");
    expect(of({ ...none, file: "service.yaml" })).toBeUndefined();
    write("run/bootlace.sock", "");
    expect(of({ ...none, file: "service.yaml" })).toBe(socketPath());
    expect(of({ ...none, file: "other.yaml" })).toBeUndefined();
    const usual = { ...loadAdmin(none), socket: undefined };
    expect(socketOf(usual, { ...none, file: "" }, service)).toBe(socketPath());
    expect(socketOf({ ...usual, port: 9000 }, { ...none, file: "" }, service)).toBeUndefined();
  });
});
