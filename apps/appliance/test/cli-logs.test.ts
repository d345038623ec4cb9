import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { logs } from "../src/cli/logs.ts";
import { apiDaemon } from "./helpers/api-daemon.ts";
import { bootRequest, createBootClient } from "./helpers/boot-client.ts";
import { commandLine } from "./helpers/command-line.ts";
import { tftpReader } from "./helpers/tftp-reader.ts";

const folder = mkdtempSync(join(tmpdir(), "bootlace-logs-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "boot"));
writeFileSync(join(folder, "boot/pxelinux.0"), "x");

const mac = "52:54:00:12:34:56";
const cli = commandLine(folder);
const daemon = (clientPort?: number, port?: number) => apiDaemon(join(folder, "boot"), clientPort, port);

describe("logs", () => {
  const hostile = "PXEClient:Arch:00007\u001b[2J\u009b31m<script>";

  it("shows what is kept, of one machine or of all, for people or for programs; hostile names stay inert", async () => {
    using client = await createBootClient();
    await using test = await daemon(client.port);
    await client.ask(bootRequest({}), test.port("dhcp"));
    client.send(bootRequest({ clientArch: [7], vendorClassIdentifier: hostile }), test.port("dhcp"));
    await test.logged("dhcp.ignored");
    const all = await cli.run(logs, ...test.url);
    expect([all.code, all.err]).toEqual([0, ""]);
    expect(all.out).toContain("listening on");
    expect(all.out).not.toContain("<script>");
    expect(all.out).not.toContain("option 53");
    const whole = await cli.run(logs, "--level", "debug", ...test.url);
    expect(whole.out).toContain("<script>");
    expect(whole.out).toContain("option 53 messageType (1): OFFER");
    expect(whole.out.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    expect(all.out.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    const one = await cli.run(logs, "--mac", "52:54:00", ...test.url);
    expect(one.out).toContain("OFFER");
    expect(one.out).not.toContain("listening on");
    expect((await cli.run(logs, "--mac", "52:54:01", ...test.url)).out).toBe("");
    expect((await cli.run(logs, "--mac", "nobody", ...test.url)).code).toBe(2);
    const json = (await cli.run(logs, "--json", ...test.url)).out.trimEnd().split("\n");
    expect(json.join("")).not.toMatch(/[\p{Cc}<>]/u);
    const rows = json.map((line) => JSON.parse(line) as { schema: number; fields?: { vendorClass?: string } });
    expect(rows.every(({ schema }) => schema === 1)).toBe(true);
    expect(rows.some(({ fields }) => fields?.vendorClass === hostile)).toBe(true);
  });

  it("follows until a signal ends it", async () => {
    using client = await createBootClient();
    await using test = await daemon(client.port);
    let wake: () => void = () => {};
    let out = "";
    const watching = commandLine(folder, {
      out: (text) => {
        out += text;
        wake();
      },
    });
    const running = watching.run(logs, "-f", ...test.url);
    client.send(bootRequest({}), test.port("dhcp"));
    while (!out.includes("OFFER")) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    watching.signals.emit("SIGINT", "SIGINT");
    expect((await running).code).toBe(0);
  });

  it("reports once when the daemon it follows is gone, and goes on when it is back", async () => {
    const test = await daemon();
    const { url } = test;
    const said = { out: "", err: "" };
    let wake: () => void = () => {};
    const watching = commandLine(folder, {
      out: (text) => {
        said.out += text;
        wake();
      },
      err: (text) => {
        said.err += text;
        wake();
      },
    });
    const until = async (holds: () => boolean) => {
      while (!holds()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    const running = watching.run(logs, "-f", ...url);
    await until(() => said.out.includes("listening on"));
    await test.appliance.stop();
    await until(() => said.err !== "");
    said.out = "";
    await using again = await daemon(undefined, Number(new URL(url[1] ?? "").port));
    await until(() => said.out.includes("listening on"));
    expect(said.err).toMatch(/^bootlace logs: no reply from the daemon at \S+ \(.*\); waiting for it\n$/);
    expect(again.url).toEqual(url);
    watching.signals.emit("SIGINT", "SIGINT");
    expect((await running).code).toBe(0);
  });

  it("knows a machine by its name, also where it asked for a file", async () => {
    using client = await createBootClient();
    const hosts = { "bench-3": { mac: [mac] } };
    await using test = await apiDaemon(join(folder, "boot"), client.port, 0, { hosts }, { macOf: () => mac });
    await client.ask(bootRequest({}), test.port("dhcp"));
    using reader = await tftpReader(test.port("tftp"), "nosuch");
    await reader.open();
    const record = await test.logged("tftp.not-found");
    expect(record.fields).toMatchObject({ ip: "127.0.0.1", mac, host: "bench-3", file: "nosuch" });
    const { out } = await cli.run(logs, "--mac", "bench-3", ...test.url);
    expect(out.replaceAll(/^\S+ \S+ /gm, "")).toBe(
      "bench-3 x86-bios OFFER pxelinux.0\nbench-3 TFTP nosuch: not found\n",
    );
  });

  it("shows the lines that the daemon shows", async () => {
    using client = await createBootClient();
    await using test = await daemon(client.port);
    await client.ask(bootRequest({}), test.port("dhcp"));
    await test.logged("dhcp.offer");
    const terminal = commandLine(folder, { stdoutIsTerminal: true, columns: () => 200 });
    const { out } = await terminal.run(logs, ...test.url);
    const lines = (text: string) => text.replaceAll(/^\d\d:\d\d:\d\d/gm, "").split("\n");
    // What was logged before the API could keep it is in the log of the daemon alone.
    expect(lines(test.text()).slice(-lines(out).length)).toEqual(lines(out));
    expect(out).toContain("OFFER");
  });
});
