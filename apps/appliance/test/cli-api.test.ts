import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { logs } from "../src/cli/logs.ts";
import { next } from "../src/cli/next.ts";
import { reload } from "../src/cli/reload.ts";
import { status } from "../src/cli/status.ts";
import { loadAdmin } from "../src/config/load.ts";
import { parseConfig } from "../src/config/parse.ts";
import { apiDaemon } from "./helpers/api-daemon.ts";
import { commandLine } from "./helpers/command-line.ts";
import { loadedOf } from "./helpers/loopback.ts";

const folder = mkdtempSync(join(tmpdir(), "bootlace-api-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "boot"));
writeFileSync(join(folder, "boot/pxelinux.0"), "x");

/** A port of this machine on which nobody listens. */
const closed = createServer().listen(0, "127.0.0.1");
await once(closed, "listening");
const nowhere = `http://127.0.0.1:${(closed.address() as AddressInfo).port}`;
closed.close();

const mac = "52:54:00:12:34:56";
const cli = commandLine(folder);
const daemon = (clientPort?: number, port?: number) => apiDaemon(join(folder, "boot"), clientPort, port);

describe("status", () => {
  it("shows services, config and boots of the daemon", async () => {
    await using test = await daemon();
    const { code, out, err } = await cli.run(status, ...test.url);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^serving {2}\S+ 127\.0\.0\.1.* {2}up \d+ s {2}bootlace \d/);
    expect(out).toContain(`tftp ${test.port("tftp")}`);
    expect(out).toContain("config   defaults, since ");
    const json = await cli.run(status, ...test.url, "--json");
    expect(JSON.parse(json.out)).toMatchObject({ schema: 1, ready: true, transfers: { tftp: 0 } });
  });

  it("reports a reload that failed, and exits with 1 when something is missing", async () => {
    await using test = await daemon();
    const broken = parseConfig("rot: x\n", "a.yaml");
    if (broken.ok) throw new Error("expected faults");
    test.willLoad(broken);
    await test.appliance.reload();
    const { code, out } = await cli.run(status, ...test.url);
    expect(code).toBe(0);
    expect(out).toMatch(/reload {3}failed at .*, old config kept\n {9}a\.yaml:1:1: error\[E003\]/);
    test.setInterfaces({});
    await test.logged("net.interfaces", ({ message }) => message.startsWith("waiting for an interface"));
    const missing = await cli.run(status, ...test.url);
    expect([missing.code, missing.out]).toEqual([
      1,
      expect.stringMatching(/^not ready {2}no interface .*\n(?:.*\n)*missing {2}/),
    ]);
  });
});

describe("next", () => {
  it("warns of a file that is not there, of those that this host serves", async () => {
    await using test = await daemon();
    const root = join(folder, "boot");
    mkdirSync(join(root, "install"), { recursive: true });
    writeFileSync(join(root, "install/pxelinux.0"), "x");
    const report = async (...words: string[]) => {
      const { code, err } = await cli.run(next, mac, ...words, ...test.url);
      expect(code).toBe(0);
      return err.replaceAll(root, "ROOT");
    };
    expect(await report("--file", "nosuch")).toBe('bootlace next: warning: "nosuch" is not in the root ROOT\n');
    expect(await report("--script", "nosuch.ipxe")).toContain('"nosuch.ipxe" is not in the root');
    expect(await report("--file", "install")).toContain('"install" cannot be served: it is a folder');
    expect(await report("--file", "install/pxelinux.0")).toBe("");
    expect(await report("--file", "nosuch", "--server", "10.0.0.1")).toBe("");
    expect(await report("--file", "builtin:check")).toBe("");
    expect(await report("--script", "http://10.0.0.1/x.ipxe")).toBe("");
    expect(await report("--ignore")).toBe("");
    const json = await cli.run(next, mac, "--file", "nosuch", "--json", ...test.url);
    expect(JSON.parse(json.out)).toMatchObject({ warnings: [expect.stringContaining("nosuch")] });
  });

  it("sets a one-time boot, shows it, cancels it", async () => {
    await using test = await daemon();
    expect(await cli.run(next, ...test.url)).toMatchObject({ code: 0, out: "no one-time boots pending\n" });
    const reported = await cli.run(next, "52-54-00-12-34-56", "--file", "a b.0", "--server", "10.0.0.1", ...test.url);
    expect(reported).toMatchObject({ code: 0, err: "" });
    expect(reported.out).toMatch(
      /^52:54:00:12:34:56 gets "a b\.0" from "10\.0\.0\.1" once, at its next boot \(set \d\d:\d\d:\d\d\)\n$/,
    );
    expect((await cli.run(next, ...test.url)).out).toBe(reported.out);
    const json = await cli.run(next, ...test.url, "--json");
    expect(JSON.parse(json.out)).toMatchObject({ schema: 1, next: [{ mac, file: "a b.0" }] });
    expect(await cli.run(next, mac, "--clear", ...test.url)).toMatchObject({
      code: 0,
      out: `${mac} boots normally again\n`,
    });
    for (const written of ["525400123456", "5254.0012.3456", "52-54-00-12-34-56"]) {
      expect((await cli.run(next, written, "--ignore", ...test.url)).out).toContain(`${mac} will be ignored once`);
    }
    await cli.run(next, mac, "--clear", ...test.url);
    const again = await cli.run(next, mac, "--clear", ...test.url);
    expect(again).toMatchObject({ code: 1, err: "bootlace next: No one-time boot is pending for this machine\n" });
    await cli.run(next, mac, "--ignore", ...test.url);
    expect((await cli.run(next, mac, "--script", "x.ipxe", ...test.url)).out).toContain('script "x.ipxe"');
    expect(test.appliance.next.list()).toMatchObject([{ mac, action: { script: "x.ipxe" } }]);
  });

  it.each([
    [[mac], "no action given"],
    [[mac, "--file", "x", "--ignore"], "--ignore and --file exclude each other"],
    [[mac, "--clear", "--file", "x"], "--clear and --file exclude each other"],
    [["--file", "x"], "needs a MAC address"],
    [[mac, "--file", "../x"], "leaves the root"],
  ])("%j is refused before anybody is asked", async (words, problem) => {
    const { code, err } = await cli.run(next, ...words, "--api", nowhere);
    expect([code, err]).toEqual([2, expect.stringContaining(problem)]);
  });
});

describe("reload", () => {
  it("reports what changed, and what only the next start will use", async () => {
    await using test = await daemon();
    expect(await cli.run(reload, ...test.url)).toMatchObject({ code: 0, out: "reloaded, nothing changed\n" });
    const tftp = { ...test.first.tftp, maxTransfers: 7, singlePort: true };
    test.willLoad({ ok: true, loaded: loadedOf({ ...test.first, tftp }) });
    expect((await cli.run(reload, ...test.url)).out).toBe(
      "changed: tftp.maxTransfers, tftp.singlePort\nneeds a restart: tftp.singlePort\n",
    );
  });

  it("prints the faults of a broken file and exits with 1", async () => {
    await using test = await daemon();
    const broken = parseConfig("rot: x\n", "a.yaml");
    if (broken.ok) throw new Error("expected faults");
    test.willLoad(broken);
    const { code, out, err } = await cli.run(reload, ...test.url);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^a\.yaml:1:1: error\[E003\] rot: unknown key "rot"\. .*Did you mean "root"\?/);
    expect(err).toContain("keeping the current config");
    const json = await cli.run(reload, ...test.url, "--json");
    expect([json.code, JSON.parse(json.out)]).toMatchObject([1, { schema: 1, ok: false, faults: [{ code: "E003" }] }]);
  });
});

describe("a daemon that cannot be reached", () => {
  it.each([
    ["status", status, []],
    ["logs", logs, []],
    ["next", next, [mac, "--ignore"]],
    ["reload", reload, []],
  ])("%s exits with 5, also in JSON", async (_name, command, words) => {
    const url = ["--api", nowhere];
    const plain = await cli.run(command, ...words, ...url);
    expect([plain.code, plain.out]).toEqual([5, ""]);
    expect(plain.err).toContain(`no reply from the daemon at ${nowhere}`);
    const json = await cli.run(command, ...words, ...url, "--json");
    expect([json.code, json.err]).toEqual([5, ""]);
    expect(JSON.parse(json.out)).toMatchObject({ schema: 1, error: { code: "unreachable", hint: expect.any(String) } });
  });

  it("is one whose answer is no JSON, or none of Bootlace", async () => {
    const server: Server = createServer((request, response) => {
      if (request.url?.endsWith("/status")) response.end("<html>");
      else response.writeHead(418).end("\u001b[2J");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = ["--api", `http://127.0.0.1:${(server.address() as AddressInfo).port}/`];
    expect(await cli.run(status, ...url)).toMatchObject({ code: 5 });
    const { code, err } = await cli.run(reload, ...url);
    expect(code).toBe(5);
    expect(err).toContain("replies, but not as Bootlace does (HTTP status 418). ");
    server.close();
  });

  it("is distinguished from a wrong command line", async () => {
    expect((await cli.run(status, "--api", "ftp://x")).code).toBe(2);
    for (const [level, hint] of [
      ["inof", "Did you mean info? Allowed: fatal, error, warn, info, debug"],
      ["loud", "Allowed: fatal, error, warn, info, debug"],
    ] as const) {
      const err = `bootlace logs: --level "${level}" is not a level. ${hint}\n`;
      expect(await cli.run(logs, "--level", level)).toMatchObject({ code: 2, err });
    }
  });
});

describe("where the API is", () => {
  const of = (text: string, env: Record<string, string> = {}) => {
    writeFileSync(join(folder, "admin.yaml"), text);
    const { address, port, tokenFile } = loadAdmin({ cwd: folder, file: "admin.yaml", env });
    return [address, port, tokenFile];
  };

  it("says the config, also one with a fault elsewhere, and the environment", () => {
    expect(of("admin: { port: 9000, tokenFile: t }\n")).toEqual(["127.0.0.1", 9000, join(folder, "t")]);
    expect(of("rot: x\nadmin: { port: 9000, tokenFile: t }\n")).toEqual(["127.0.0.1", 9000, join(folder, "t")]);
    expect(of("rot: x\n", { BOOTLACE_ADMIN_PORT: "9001" })).toEqual(["127.0.0.1", 9001, undefined]);
    expect(of("admin: { port: many }\n")).toEqual(["127.0.0.1", 8067, undefined]);
    expect(of("admin: [\n")).toEqual(["127.0.0.1", 8067, undefined]);
    expect(loadAdmin({ cwd: folder, file: "none.yaml" }).port).toBe(8067);
  });
});
