import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { claimFolder } from "../src/os/claim-folder.ts";
import { loopbackName } from "./helpers/loopback.ts";

const brokenSystem = new URL("./helpers/broken-system.ts", import.meta.url).href;
const dropBeforeBind = new URL("./helpers/drop-before-bind.ts", import.meta.url).href;
const main = join(import.meta.dirname, "../dist/main.js");
const folder = mkdtempSync(join(tmpdir(), "bootlace-main-"));
afterAll(() => rmSync(folder, { recursive: true }));

function start(words: readonly string[], nodeOptions: readonly string[] = []) {
  const child: ChildProcess = spawn(process.execPath, [...nodeOptions, main, ...words], {
    cwd: folder,
    env: { ...process.env, STATE_DIRECTORY: join(folder, "state") },
  });
  const output = { out: "", err: "" };
  child.stdout?.on("data", (data: Buffer) => (output.out += data));
  child.stderr?.on("data", (data: Buffer) => (output.err += data));
  const closed = once(child, "close");
  return {
    child,
    async ended() {
      const [code, signal] = await closed;
      return { code, signal, ...output };
    },
    async printed(text: string) {
      while (!output.out.includes(text)) {
        if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${output.out}${output.err}`);
        await Promise.race([once(child.stdout as NodeJS.ReadableStream, "data"), closed]);
      }
    },
  };
}

const run = (words: readonly string[], nodeOptions: readonly string[] = []) => start(words, nodeOptions).ended();

/** Ports that are free on loopback, all different. */
async function freePorts(count: number): Promise<number[]> {
  const sockets = Array.from({ length: count }, () => createSocket("udp4"));
  for (const socket of sockets) {
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
  }
  const ports = sockets.map((socket) => socket.address().port);
  for (const socket of sockets) socket.close();
  return ports;
}

function writeConfig(name: string, lines: readonly string[]): string {
  const file = join(folder, name);
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

async function loopbackConfig(name: string, more: readonly string[] = []) {
  const [dhcp, pxe, client, tftp] = await freePorts(4);
  const file = writeConfig(name, [
    `interfaces: ${loopbackName}`,
    `dhcp: { port: ${dhcp}, pxePort: ${pxe}, clientPort: ${client} }`,
    `tftp: { port: ${tftp} }`,
    "http: { enabled: false }",
    "admin: { enabled: false }",
    ...more,
  ]);
  return { file, dhcp, pxe, tftp };
}

describe("the program", () => {
  it.each([
    [["--version"], 0, /^bootlace \d+\.\d+\.\d+ \(node \d+\.\d+\.\d+, \w+ \w+\)\n$/, /^$/],
    [[], 2, /^$/, /^bootlace: network boot/],
    [["serve", "--config", "missing.yaml"], 3, /^$/, /^missing\.yaml:1:1: error\[E001\] the file does not exist\.\n$/],
  ])("%j exits with %i", async (words, code, out, err) => {
    const result = await run(words);
    expect(result.code).toBe(code);
    expect(result.out).toMatch(out);
    expect(result.err).toMatch(err);
  });

  it.each([["schema"], ["help", "--markdown"], ["check", "--json"]])(
    "%s reports when its output cannot be written, and exits with 74",
    (...words) => {
      const full = openSync("/dev/full", "w");
      const { status, stderr } = spawnSync(process.execPath, [main, ...words], {
        cwd: folder,
        stdio: ["ignore", full, "pipe"],
        encoding: "utf8",
      });
      closeSync(full);
      expect([status, stderr]).toEqual([
        74,
        "bootlace: the output could not be written (ENOSPC); it is lost or cut off\n",
      ]);
    },
  );

  it("lists every fault of a config and exits with 3", async () => {
    const file = writeConfig("broken.yaml", ["rot: x", "tftp: { maxBlockSize: 70000 }"]);
    const { code, out, err } = await run(["serve", "--config", file]);
    expect([code, out]).toEqual([3, ""]);
    expect(err.trimEnd().split("\n")).toEqual([
      `${file}:1:1: error[E003] rot: unknown key "rot". Did you mean "root"? Known keys: interfaces, subnets, root, user, dhcp, tftp, http, bootCheck, images, admin, state, log, hosts, menus, boot.`,
      `${file}:2:23: error[E012] tftp.maxBlockSize: 70000 is above 65464. Allowed: 512 to 65464.`,
    ]);
  });

  it("exits with 70 and the trace when it is its own fault", async () => {
    const file = writeConfig("bug.yaml", ["tftp: { enabled: false }"]);
    const { code, err } = await start(
      ["explain", "--mac", "52:54:00:12:34:56", "--config", file],
      ["--import", brokenSystem],
    ).ended();
    expect(code).toBe(70);
    expect(err).toMatch(/TypeError: a bug\n {4}at /);
  });

  it("exits with 4 when the named interface is not there", async () => {
    const { code, err } = await run(["serve", "--interface", "nosuch0"]);
    expect(code).toBe(4);
    expect(err).toMatch(/^bootlace: no interface to serve: nosuch0 does not exist or is down\. Interfaces here: .*\n$/);
  });

  it("says it once where both outputs have one reader", () => {
    const words = [process.execPath, main, "serve", "--interface", "nosuch0", "--set", "log.format=json"];
    const ended = spawnSync("sh", ["-c", 'exec "$@" 2>&1', "sh", ...words], { cwd: folder, encoding: "utf8" });
    const reported = ended.stdout.split("\n").filter((line) => line.includes("nosuch0 does not exist"));
    expect([ended.status, ended.stderr, reported.map((line) => JSON.parse(line))]).toMatchObject([
      4,
      "",
      [{ level: "fatal", event: "bootlace.not-started" }],
    ]);
  });

  it("exits with 4 when the root cannot be made", async () => {
    const file = writeConfig("a-file", []);
    const { code, err } = await run(["serve", "--interface", loopbackName, "--root", file]);
    expect([code, err]).toEqual([4, `bootlace: the root folder ${file} cannot be created: it is not a folder\n`]);
  });

  it("exits with 4 when a port of TFTP is in use, and says by whom", async () => {
    const holder = createSocket("udp4");
    holder.bind(0, "127.0.0.1");
    await once(holder, "listening");
    const port = holder.address().port;
    const file = writeConfig("in-use.yaml", [
      `interfaces: ${loopbackName}`,
      "dhcp: { enabled: false }",
      `tftp: { port: ${port} }`,
      "http: { enabled: false }",
      "admin: { enabled: false }",
    ]);
    const { code, err } = await run(["serve", "--config", file]);
    holder.close();
    const advice = "Stop it, or set other interfaces or ports in the config";
    expect(code).toBe(4);
    const [before, after] = err.split(/in use by (?!MainThread).+ (?=\(pid \d)/);
    const what = `UDP port ${port} (tftp) on 127.0.0.1`;
    expect([before, after]).toEqual([`bootlace: cannot bind ${what}: `, `(pid ${process.pid}). ${advice}\n`]);
  });

  it("without privileges names every port and the three ways in one line, and exits with 4", async () => {
    const file = writeConfig("privileged.yaml", [
      `interfaces: ${loopbackName}`,
      "dhcp: { mode: pxe-port-only, pxePort: 68 }",
      "tftp: { port: 69 }",
      "http: { enabled: false }",
      "admin: { enabled: false }",
    ]);
    const running = start(["serve", "--config", file], ["--import", dropBeforeBind]);
    if (firstFreePort() <= 68) {
      await running.printed('"bootlace.ready"');
      running.child.kill("SIGTERM");
      expect((await running.ended()).code).toBe(0);
      return;
    }
    const { code, err } = await running.ended();
    expect([code, err]).toEqual([
      4,
      "bootlace: cannot bind UDP port 69 (tftp) on 127.0.0.1, UDP port 68 (dhcp) on 127.0.0.1: permission denied. " +
        "Either run as root, set AmbientCapabilities=CAP_NET_BIND_SERVICE in the systemd " +
        "unit, or set ports from 1024 up in the config (dhcp.port, dhcp.pxePort, tftp.port, http.port)\n",
    ]);
  });
});

/** Some containers let everybody bind every port. */
function firstFreePort(): number {
  const setting = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
  return existsSync(setting) ? Number(readFileSync(setting, "utf8")) : 1024;
}

describe("a daemon", () => {
  it("warns when another Bootlace uses its state folder", async () => {
    await using _other = await claimFolder(join(folder, "state"));
    const { file } = await loopbackConfig("shared.yaml");
    const running = start(["serve", "--config", file]);
    await running.printed('"bootlace.state-shared"');
    await running.printed('"bootlace.ready"');
    running.child.kill("SIGTERM");
    expect((await running.ended()).code).toBe(0);
  });

  it.each(["SIGTERM", "SIGINT"] as const)(
    "stops in good order on %s; its output is one JSON object a line",
    async (signal) => {
      const logFile = join(folder, `${signal}.log`);
      const { file, dhcp, pxe, tftp } = await loopbackConfig(`${signal}.yaml`, [
        `log: { file: ${logFile} }`,
        "root: new/root",
      ]);
      const running = start(["serve", "--config", file]);
      await running.printed('"bootlace.ready"');
      running.child.kill(signal);
      const { code, out, err } = await running.ended();
      expect([code, err]).toEqual([0, ""]);
      const records = out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      const events = records.map(({ event }) => event);
      expect(events[0]).toBe("bootlace.starting");
      expect(events.slice(-2)).toEqual(["bootlace.stopping", "bootlace.stopped"]);
      expect(records.filter(({ event }) => String(event).endsWith(".listening")).map(({ port }) => port)).toEqual([
        tftp,
        dhcp,
        pxe,
      ]);
      expect(records.find(({ event }) => event === "boot.root-made")).toMatchObject({ root: join(folder, "new/root") });
      expect(readFileSync(logFile, "utf8").trimEnd().split("\n")).toHaveLength(records.length);
      rmSync(join(folder, "new"), { recursive: true });
    },
  );

  it("takes its config over on SIGHUP, and keeps the old one when the file is broken", async () => {
    const { file } = await loopbackConfig("hangup.yaml", ["root: one"]);
    const text = readFileSync(file, "utf8");
    const running = start(["serve", "--config", file]);
    await running.printed('"bootlace.ready"');
    writeFileSync(file, text.replace("root: one", "root: two\nlog: { format: pretty }"));
    running.child.kill("SIGHUP");
    await running.printed("reloaded, changed: root, log.format");
    writeFileSync(file, "rot: x\n");
    running.child.kill("SIGHUP");
    await running.printed("hangup.yaml:1:1: error[E003]");
    running.child.kill("SIGTERM");
    const { code, out } = await running.ended();
    rmSync(join(folder, "one"), { recursive: true });
    rmSync(join(folder, "two"), { recursive: true });
    expect(code).toBe(0);
    expect(out).toContain("reload rejected, keeping the current config (1 error)");
    expect(out).toContain(`root ${join(folder, "two")}`);
  });

  it("finds bootlace.yaml in the working folder and says so; flags win over it", async () => {
    const { file } = await loopbackConfig("bootlace.yaml", ["log: { format: pretty }", "root: /nonexistent/root"]);
    const running = start(["serve", "--root", "by-flag"]);
    await running.printed(" ready\n");
    running.child.kill("SIGTERM");
    const { code, out } = await running.ended();
    rmSync(file);
    expect(code).toBe(0);
    expect(out).toContain("config bootlace.yaml (default path)");
    expect(out).toContain(`root ${join(folder, "by-flag")}: no boot files yet`);
  });
});
