import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { logs } from "../src/cli/logs.ts";
import { next } from "../src/cli/next.ts";
import { reload } from "../src/cli/reload.ts";
import { status } from "../src/cli/status.ts";
import { commandLine } from "./helpers/command-line.ts";
import { createTestAppliance, loadedOf, loopbackConfig } from "./helpers/loopback.ts";

const folder = mkdtempSync(join(tmpdir(), "bootlace-unreachable-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "boot"));
const cli = commandLine(folder);

/** A port of this machine on which nobody listens. */
const closed = createServer().listen(0, "127.0.0.1");
await new Promise((resolve) => closed.once("listening", resolve));
const { port: nobody } = closed.address() as AddressInfo;
closed.close();

const commands = [
  ["status", status, []],
  ["logs", logs, []],
  ["next", next, ["52:54:00:12:34:56", "--ignore"]],
  ["reload", reload, []],
] as const;

it("bootlace reload --pid ends no process that is no daemon", async () => {
  const reported = await cli.run(
    reload,
    "--config",
    write("far.yaml", `admin: { port: ${nobody} }\n`),
    "--pid",
    `${process.pid}`,
  );
  expect(reported).toMatchObject({ code: 5, out: "" });
  expect(reported.err).toContain(`--pid ${process.pid} is not a running bootlace serve`);
});

/** A file of the folder, by its name. */
function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text, { mode: 0o600 });
  return name;
}

describe.each(commands)("bootlace %s", (name, command, words) => {
  const off = "admin: { enabled: false }\n";
  const report = async (...more: readonly string[]) => {
    const { code, out, err } = await cli.run(command, ...words, ...more);
    return { code, out, err };
  };

  it("says that the config it read switches the API off, and what is left to do", async () => {
    const text = `admin: { enabled: false, port: ${nobody} }\n`;
    const reported = await report("--config", write("off.yaml", text));
    expect(reported).toMatchObject({ code: 5, out: "" });
    expect(reported.err).toBe(
      `bootlace ${name}: no reply from the daemon at http://127.0.0.1:${nobody} (ECONNREFUSED). admin.enabled is false (set in "off.yaml"), so the daemon has no API. Set it to true and restart the daemon; to reload only, send it a SIGHUP\n`,
    );
  });

  it("says where it knows the address from, and how to name another", async () => {
    const elsewhere = await report("--config", write("port.yaml", `admin: { port: ${nobody} }\n`));
    expect(elsewhere.code).toBe(5);
    expect(elsewhere.err).toContain('The address is set in "port.yaml"; name another config with --config, another');
    const named = await report("--config", write("off.yaml", off), "--api", `http://127.0.0.1:${nobody}`);
    expect(named.code).toBe(5);
    expect(named.err).toContain("bootlace serve runs there, with that port as admin.port");
  });

  it("reaches for every port, also those that browsers refuse", async () => {
    const reported = await report("--api", "http://127.0.0.1:1");
    expect(reported.err).toContain("no reply from the daemon at http://127.0.0.1:1 (ECONNREFUSED)");
  });

  it("names a token file that is not there", async () => {
    const reported = await report("--config", write("token.yaml", `admin: { port: ${nobody}, tokenFile: gone }\n`));
    expect(reported).toMatchObject({ code: 5, out: "" });
    expect(reported.err).toBe(
      `bootlace ${name}: the token file "${join(folder, "gone")}" is not readable (ENOENT). It must hold the daemon's token, or name another file with --token-file\n`,
    );
  });

  it("is let in with the token and the port of the config, and says what is wanted without", async () => {
    const secret = "a-token-that-is-long-enough-to-be-one";
    const config = loopbackConfig(join(folder, "boot"), 68);
    const tokenFile = join(folder, write("token", `${secret}\n`));
    const first = { ...config, admin: { ...config.admin, enabled: true, port: 0, tokenFile } };
    const test = createTestAppliance(first, { load: () => ({ ok: true, loaded: loadedOf(first) }) });
    await using _running = test;
    await test.appliance.start();
    const admin = (more: string) => `admin: { port: ${test.port("admin")}${more} }\n`;

    const stranger = await report("--config", write("stranger.yaml", admin("")), "--json");
    expect(stranger).toMatchObject({ code: 5, err: "" });
    expect(JSON.parse(stranger.out)).toMatchObject({
      error: {
        code: "token-required",
        message: `the daemon at http://127.0.0.1:${test.port("admin")} requires its token (A valid token is required)`,
        hint: expect.stringContaining("--token-file"),
      },
    });
    const wrong = await report(
      "--config",
      "stranger.yaml",
      "--token-file",
      write("wrong", "another-token-of-some-length\n"),
    );
    expect(wrong.code).toBe(5);
    expect(wrong.err).toContain(
      "If the file changed since the daemon read it, make the daemon read it again: bootlace reload --pid PID",
    );
    const known = await report("--config", write("known.yaml", admin(", tokenFile: token")));
    expect([known.err, known.code]).toEqual(["", 0]);
  });
});

it.each(commands)("bootlace %s refuses an --api with a password, and does not repeat it", async (_, command, words) => {
  const { code, err } = await cli.run(command, "--api", `http://user:hunter2@127.0.0.1:${nobody}/`, ...words);
  expect(code).toBe(2);
  expect(err).toContain("--token-file");
  expect(err).not.toContain("hunter2");
});

it.each(commands)("bootlace %s names a port of --api that is none", async (_, command, words) => {
  for (const [url, port] of [
    ["http://127.0.0.1:99999", "99999"],
    ["https://[::1]:0/", "0"],
  ] as const) {
    const { code, err } = await cli.run(command, "--api", url, ...words);
    expect(code).toBe(2);
    expect(err).toContain(`--api "${url}": ${port} is not a port; ports are 1 to 65535\n`);
  }
});

it("bootlace reload --pid names a process that does not exist", async () => {
  const { code, out, err } = await cli.run(reload, "--api", `http://127.0.0.1:${nobody}`, "--pid", "2147483646");
  expect([code, out]).toEqual([5, ""]);
  expect(err).toContain(`http://127.0.0.1:${nobody} (ECONNREFUSED); no process has the ID 2147483646. `);
});

it.each([...commands, ["logs -f", logs, ["-f"]] as const])(
  "bootlace %s says that another server replies at that address",
  async (_, command, words) => {
    for (const status of [200, 404]) {
      const other = createServer((_, response) => response.writeHead(status).end("<html>hi")).listen(0, "127.0.0.1");
      await new Promise((resolve) => other.once("listening", resolve));
      const { port } = other.address() as AddressInfo;
      const { code, out, err } = await cli.run(command, "--api", `http://127.0.0.1:${port}`, ...words);
      other.close();
      expect([code, out]).toEqual([5, ""]);
      expect(err).toContain(`http://127.0.0.1:${port} replies, but not as Bootlace does (`);
    }
  },
);
