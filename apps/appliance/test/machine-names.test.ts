import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { askApi } from "../src/cli/api-request.ts";
import { completionCommand } from "../src/cli/completion.ts";
import { explain } from "../src/cli/explain.ts";
import { logs } from "../src/cli/logs.ts";
import { next } from "../src/cli/next.ts";
import { status } from "../src/cli/status.ts";
import { describedByHosts } from "../src/policy/described-by-hosts.ts";
import { machinesNamed } from "../src/policy/machine-names.ts";
import { apiDaemon } from "./helpers/api-daemon.ts";
import { bootRequest, createBootClient } from "./helpers/boot-client.ts";
import { commandLine } from "./helpers/command-line.ts";
import { loadedOf } from "./helpers/loopback.ts";
import { clientOf, configFrom, fileIn, policyFixture, ROUTER } from "./helpers/policy-fixture.ts";
import { tftpReader } from "./helpers/tftp-reader.ts";

const folder = mkdtempSync(join(tmpdir(), "bootlace-names-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "boot"));
writeFileSync(join(folder, "boot/pxelinux.0"), "x");

const mac = "52:54:00:12:34:56";
const hosts = { "bench-3": { mac: [mac] } };
const cli = commandLine(folder);

type Daemon = Awaited<ReturnType<typeof apiDaemon>>;

/** A machine that asks, takes the router's address, and fetches one file that is there and one that is not. */
async function boots(test: Daemon, client: Awaited<ReturnType<typeof createBootClient>>) {
  await client.ask(bootRequest({}), test.port("dhcp"));
  const lease = { messageType: 3, requestedAddress: "127.0.0.1", serverIdentifier: ROUTER } as const;
  client.send(bootRequest(lease), test.port("dhcp"));
  using reader = await tftpReader(test.port("tftp"), "pxelinux.0");
  await reader.open();
  await reader.read();
  using missing = await tftpReader(test.port("tftp"), "ldlinux.c32");
  await missing.open();
  await test.logged("tftp.done");
  await test.logged("tftp.not-found");
}

async function get(test: Daemon, path: string) {
  const response = await askApi(`http://127.0.0.1:${test.port("admin")}${path}`, {
    headers: {},
    signal: AbortSignal.timeout(5000),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe("what one machine does", () => {
  it("has its MAC address and its name in every record, and is found by either", async () => {
    using client = await createBootClient();
    await using test = await apiDaemon(join(folder, "boot"), client.port, 0, { hosts });
    await boots(test, client);
    for (const event of ["dhcp.offer", "tftp.done", "tftp.not-found"]) {
      const record = await test.logged(event);
      expect(record.fields).toMatchObject({ mac, host: "bench-3" });
      expect(record.message).toContain("bench-3");
    }
    for (const named of [mac, "bench-3", "52-54-00-12-34-56"]) {
      const { code, out } = await cli.run(logs, "--json", "--mac", named, ...test.url);
      const events = out
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as { event: string }).event);
      expect(code).toBe(0);
      expect(events).toEqual(expect.arrayContaining(["dhcp.offer", "tftp.done", "tftp.not-found"]));
    }
    expect((await cli.run(status, ...test.url)).out).toMatch(/^\d\d:\d\d:\d\d bench-3 {2}/m);
  });

  it("has no MAC address in a record before the address is known to be its", async () => {
    await using test = await apiDaemon(join(folder, "boot"), 68, 0, { hosts });
    using missing = await tftpReader(test.port("tftp"), "nothing");
    await missing.open();
    expect((await test.logged("tftp.not-found")).fields).not.toHaveProperty("mac");
  });
});

describe("an address", () => {
  const machine = (last: number) => ({ mac: `02:00:00:00:28:0${last}` });
  const address = "192.168.50.125";

  it("is that of the machine that has it by now, whatever packet says so", () => {
    const fixture = policyFixture('hosts: { a: { mac: "02:00:00:00:28:01" }, b: { mac: "02:00:00:00:28:02" } }');
    expect(fixture.policy.machineOf({ ip: address })).toEqual({});
    fixture.takes(address, machine(1));
    expect(fixture.policy.machineOf({ ip: address })).toEqual({ ...machine(1), host: "a" });
    fixture.leased(address, machine(2));
    expect(fixture.policy.machineOf({ ip: address })).toEqual({ ...machine(2), host: "b" });
    fixture.wait(3);
    fixture.takes(address, machine(1));
    expect(fixture.policy.machineOf({ ip: address })).toMatchObject(machine(1));
  });

  it("behind a relay is known by what the machine asks for, and the relay's own is nobody's", () => {
    const yaml = "dhcp: { relays: [192.168.60.1] }";
    const fixture = policyFixture(yaml);
    fixture.discover({ ...machine(3), relay: "192.168.60.1" });
    expect(fixture.policy.machineOf({ ip: "192.168.60.1" })).toEqual({});
    fixture.takes("192.168.60.77", { ...machine(3), relay: "192.168.60.1" });
    expect(fixture.policy.machineOf({ ip: "192.168.60.77" })).toMatchObject(machine(3));
  });

  it("that a DISCOVER requests is not yet that machine's", () => {
    const fixture = policyFixture("");
    fixture.discover({ ...machine(1), options: { requestedAddress: address } });
    expect(fixture.policy.machineOf({ ip: address })).toEqual({});
  });

  it("reports which DHCP server gave it", () => {
    const fixture = policyFixture("");
    fixture.takes(address, machine(1));
    expect(fixture.policy.dhcpServerOf(address)).toBe(ROUTER);
    expect(fixture.policy.dhcpServerOf("192.168.50.126")).toBeUndefined();
  });
});

describe("a name is taken wherever a MAC address is", () => {
  it("by next, explain and the API; an unknown one ends with 2 and the nearest", async () => {
    using client = await createBootClient();
    await using test = await apiDaemon(join(folder, "boot"), client.port, 0, { hosts });
    await boots(test, client);
    const answer = await cli.run(next, "bench-3", "--ignore", ...test.url);
    expect([answer.code, answer.out]).toEqual([0, expect.stringContaining("bench-3")]);
    expect(test.appliance.next.list()).toMatchObject([{ mac, host: "bench-3", action: { ignore: true } }]);
    expect((await cli.run(next, ...test.url)).out).toContain("bench-3");
    expect((await cli.run(next, "bench-3", "--clear", ...test.url)).code).toBe(0);
    expect(test.appliance.next.list()).toEqual([]);

    const { body } = await get(test, "/api/v1/boots?client=bench-3");
    expect(body.boots).toMatchObject([{ mac, host: "bench-3" }]);
    expect((await get(test, `/api/v1/boots?client=${mac}`)).body.boots).toHaveLength(1);
    expect((await get(test, "/api/v1/boots?client=bench-4")).status).toBe(422);
    expect(test.appliance.explain({ mac: "bench-3" })).toMatchObject({ ok: true, explanation: { host: "bench-3" } });
    expect(test.appliance.explain({ mac: "bench-4" })).toMatchObject({ ok: false, suggestion: '"bench-3"' });

    for (const [command, ...words] of [
      [next, "bench-4", "--ignore"],
      [logs, "--mac", "bench-4"],
    ] as const) {
      const refused = await cli.run(command, ...words, ...test.url);
      expect(refused.code).toBe(2);
      expect(refused.err).toContain('Did you mean "bench-3"?');
      expect(refused.err).not.toMatch(/\?[.?]/);
    }
  });

  it("of the config in force: after a reload records have the new name, and the lines of before are still found", async () => {
    using client = await createBootClient();
    await using test = await apiDaemon(join(folder, "boot"), client.port, 0, { hosts });
    await boots(test, client);
    test.willLoad({ ok: true, loaded: loadedOf({ ...test.first, hosts: { "office-9": { mac: [mac] } } }) });
    await test.appliance.reload();
    client.send(bootRequest({}), test.port("dhcp"));
    await test.logged("dhcp.offer", ({ fields }) => fields?.host === "office-9");
    expect((await cli.run(logs, "--mac", "bench-3", ...test.url)).code).toBe(2);
    const lines = (await cli.run(logs, "--json", "--mac", "office-9", ...test.url)).out;
    expect([lines.includes('"host":"bench-3"'), lines.includes('"host":"office-9"')]).toEqual([true, true]);
  });

  it("by explain without a daemon", async () => {
    writeFileSync(join(folder, "names.yaml"), `root: boot\nhosts:\n  bench-3: { mac: "${mac}" }\n`);
    const lo = {
      lo: [{ address: "127.0.0.1", netmask: "255.0.0.0", family: "IPv4", mac: "", internal: true, cidr: null }],
    };
    const offline = commandLine(folder, { networkInterfaces: () => lo as never });
    const words = ["--config", "names.yaml", "--interface", "lo"];
    const { code, out } = await offline.run(explain, "--mac", "bench-3", ...words);
    expect([code, out.startsWith(`bench-3 (${mac}) `)]).toEqual([0, true]);
    const unknown = await offline.run(explain, "--mac", "bench-4", ...words);
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('Did you mean "bench-3"?')]);
  });

  it("by completion, of the daemon or of the config file", async () => {
    writeFileSync(
      join(folder, "bootlace.yaml"),
      `root: boot\nadmin: { port: 9 }\nhosts: { "from file": {mac: "${mac}"}, f1: { uuid: "${"0".repeat(8)}-0000-0000-0000-000000000001" } }\n`,
    );
    const completion = completionCommand(() => [next, logs, explain]);
    expect(await cli.run(completion, "machines")).toMatchObject({ code: 0, out: "f1\n" });
    await using test = await apiDaemon(join(folder, "boot"), 68, 0, { hosts });
    writeFileSync(join(folder, "bootlace.yaml"), `root: boot\nadmin: { port: ${test.port("admin")} }\n`);
    expect((await cli.run(completion, "machines")).out).toBe("bench-3\n");
    rmSync(join(folder, "bootlace.yaml"));
    for (const shell of ["bash", "zsh", "fish"]) {
      expect((await cli.run(completion, shell)).out).toContain("bootlace completion machines");
    }
  });
});

describe("machinesNamed", () => {
  const rows = configFrom(
    `
hosts:
  two: { mac: ["52-54-00-00-00-01", 525400000002] }
  "52:54:00:00:00:09": { mac: "52:54:00:00:00:03" }
  deadbeef0001: { mac: "52:54:00:00:00:04" }
  by-uuid: { uuid: 00112233-4455-6677-8899-aabbccddeeff }
  by-serial: { serial: 9ffedfef }
`.replace("525400000002", '"525400000002"'),
  ).hosts;
  const named = (text: string, ...seen: Parameters<typeof clientOf>[0][]) =>
    machinesNamed(text, rows, seen.map(clientOf));

  it.each([
    ["two", ["52:54:00:00:00:01", "52:54:00:00:00:02"]],
    ["5254.0000.0007", ["52:54:00:00:00:07"]],
    ["52:54:00:00:00:09", ["52:54:00:00:00:03"]],
    ["deadbeef0001", ["52:54:00:00:00:04"]],
    ["FF-00-00-00-01-00-03-AA", ["ff:00:00:00:01:00:03:aa"]],
  ])("%s is %j", (text, machines) => expect(named(text)).toMatchObject({ ok: true, machines }));

  it.each([
    ["tow", "E034", '"two"'],
    ["52:54:00", "E022", undefined],
    ["52:54:00:00:00:0z", "E034", '"52:54:00:00:00:09"'],
    ["by-uuid", "E034", undefined],
  ])("%s is none", (text, code, suggestion) => {
    const result = named(text);
    expect(result).toMatchObject({ ok: false, fault: { code } });
    expect(result.ok ? "" : result.fault.suggestion).toBe(suggestion);
  });

  it("a machine known by its UUID has the address with which it asked", () => {
    const fixture = policyFixture("");
    const uuid = { clientMachineIdentifier: "00112233-4455-6677-8899-aabbccddeeff" };
    const seen = fixture.packetOf({ mac: "52:54:00:00:00:55", options: uuid });
    expect(named("by-uuid", seen)).toMatchObject({ ok: true, machines: ["52:54:00:00:00:55"] });
  });

  it("explain fills in what hosts says of a machine without an address", () => {
    expect(describedByHosts({ mac: "by-uuid" }, rows)).toMatchObject({ uuid: "00112233-4455-6677-8899-aabbccddeeff" });
    expect(describedByHosts({ mac: "by-serial" }, rows)).toMatchObject({ serial: "9ffedfef" });
    expect(describedByHosts({ mac: "two" }, rows)).toEqual({ mac: "52-54-00-00-00-01" });
  });
});

describe("a machine with several cards", () => {
  const yaml = 'hosts: { two: { mac: ["02:00:00:00:29:01", "02:00:00:00:29:02"] } }';

  it("boots once, from whichever of them", () => {
    const fixture = policyFixture(yaml);
    fixture.policy.next.set({ mac: "two", file: "once.0" });
    expect(fixture.policy.next.list().map(({ mac: card }) => card)).toEqual(["02:00:00:00:29:01", "02:00:00:00:29:02"]);
    expect(fileIn(fixture.discover({ mac: "02:00:00:00:29:02" }))).toBe("once.0");
    expect(fixture.policy.next.list().map(({ mac: card }) => card)).toEqual(["02:00:00:00:29:02"]);
    expect(fileIn(fixture.discover({ mac: "02:00:00:00:29:01" }))).not.toBe("once.0");
  });

  it("forgets it for all of them", () => {
    const fixture = policyFixture(yaml);
    fixture.policy.next.set({ mac: "two", ignore: true });
    expect(fixture.policy.next.remove("two")).toEqual({ ok: true, removed: true });
    expect(fixture.policy.next.list()).toEqual([]);
    expect(fixture.policy.next.remove("two")).toEqual({ ok: true, removed: false });
  });
});

it("the page of the command line says so", () => {
  const page = readFileSync(new URL("../../../docs/reference/cli.md", import.meta.url), "utf8");
  expect(page.match(/MAC\\?\|NAME/g)?.length).toBeGreaterThanOrEqual(3);
});
