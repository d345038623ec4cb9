import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { NetworkInterfaceInfo } from "node:os";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { explain } from "../src/cli/explain.ts";
import { commandLine } from "./helpers/command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "bootlace-explain-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "boot"));
writeFileSync(join(folder, "boot/pxelinux.0"), "x");
writeFileSync(
  join(folder, "bootlace.yaml"),
  "boot:\n  - { name: lab, when: { mac: 52:54:00 }, file: lab.0, server: 192.168.11.17 }\nstate: { directory: state }\n",
);

const eth0 = { family: "IPv4", address: "192.168.11.109", netmask: "255.255.255.0", internal: false };
const networkInterfaces = () => ({ eth0: [eth0 as NetworkInterfaceInfo] });
const cli = commandLine(folder, { networkInterfaces });
const run = (...words: string[]) => cli.run(explain, ...words);

describe("bootlace explain", () => {
  it("prints the decision, the rules on the way, and the reply readable and in hexadecimal", async () => {
    const { code, out, err } = await run("--mac", "52:54:00:12:34:56");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(
      /^52:54:00:12:34:56 gets OFFER with "lab\.0" from 192\.168\.11\.17, form direct, rule "lab"\n {2}yes {2}"lab": mac is /,
    );
    expect(out).toContain("reply on eth0 from 192.168.11.109:67 to 255.255.255.255:68\n  BOOTREPLY OFFER");
    expect(out).toMatch(/\n {2}0201060/);
  });

  it("explains the boot folder, iPXE, relays and the PXE port", async () => {
    const mac = "00:16:3e:00:00:01";
    expect((await run("-m", mac)).out).toContain('yes  "boot tree": no rule matched');
    expect((await run("-m", mac, "-a", "x64-uefi")).out).toContain("no boot file for x64-uefi in the root");
    expect((await run("-m", mac, "-a", "7")).out).toContain("no boot file for x64-uefi in the root");
    expect((await run("-m", mac, "-a", "0x0007")).out).toContain("no boot file for x64-uefi in the root");
    expect((await run("-m", mac.replaceAll(":", ""))).out).toContain(`${mac} gets OFFER`);
    expect((await run("-m", mac, "--user-class", "iPXE")).out).toContain("gets OFFER");
    expect((await run("-m", mac, "--relay", "10.0.0.1")).out).toContain("the relay (giaddr) is not allowed");
    expect((await run("-m", mac, "--port", "4011")).out).toContain("gets ACK");
    expect((await run("-m", mac, "--port", "4011", "--item", "9")).out).toContain("unknown boot server type");
  });

  it("knows the one-time boot of a machine", async () => {
    mkdirSync(join(folder, "state"));
    const entry = { mac: "00:16:3e:00:00:02", action: { file: "once.0" }, setAt: 1 };
    writeFileSync(join(folder, "state/next.json"), JSON.stringify({ schema: 1, next: [entry] }));
    expect((await run("-m", "00:16:3e:00:00:02")).out).toContain('"once.0"');
  });

  it("prints one JSON document, also about a failure", async () => {
    const { out } = await run("--mac", "52:54:00:12:34:56", "--json");
    expect(JSON.parse(out)).toMatchObject({
      schema: 1,
      decision: "offer",
      rule: "lab",
      rules: [{ name: "lab", matched: true }],
      replies: [{ interface: "eth0", hex: expect.stringMatching(/^0201/) }],
      request: { hex: expect.stringMatching(/^0101/) },
    });
    const failed = await run("--mac", "x", "--json");
    expect([failed.code, failed.err, JSON.parse(failed.out)]).toMatchObject([
      2,
      "",
      { schema: 1, error: { code: "request" } },
    ]);
    const wrong = await run("--mac", "52:54:00:12:34:56", "--set", "tftp.port=0", "--json");
    expect([wrong.code, JSON.parse(wrong.out)]).toMatchObject([
      3,
      { error: { code: "config" }, faults: [{ code: "E012" }] },
    ]);
  });

  it.each([
    [[], "--mac is missing"],
    [["--mac", "52:54:00:12:34:56", "--port", "68"], "--port is 67 or 4011"],
    [["--mac", "52:54:00:12:34:56", "--item", "many"], "--item is a number"],
    [["--mac", "52:54:00:12:34:56", "--set", "x"], "is not KEY=VALUE"],
    [["--mac", "52:54:00:12:34:56", "--on", "eth9"], 'explain: --on "eth9" is not served. Served: eth0\n'],
    [["--mac", "52:54:00:12:34:56", "--item", "5"], "--item needs --port 4011"],
    [
      ["--mac", "zz"],
      'explain: --mac "zz" is neither a MAC address nor a name under hosts. Allowed: six bytes, such as 52:54:00:12:34:56\n',
    ],
    [["--mac", "52:54:00:12:34"], '--mac "52:54:00:12:34" is only a prefix of a MAC address. Allowed'],
    [
      ["--mac", "52:54:00:12:34:56", "-a", "x64-uef"],
      'explain: --arch "x64-uef" is not an architecture. Did you mean x64-uefi? Allowed: a number from 0 to 65535, or x86-bios, ',
    ],
    [["--mac", "52:54:00:12:34:56", "-a", "99999"], "--arch 99999 is above 65535. Allowed: 0 to 65535, or a name"],
    [["--mac", "52:54:00:12:34:56", "--relay", "x"], '--relay "x" is not an IPv4 address. Allowed: '],
  ])("%j is a wrong command line", async (words, problem) => {
    expect(await run(...words)).toMatchObject({ code: 2, out: "", err: expect.stringContaining(problem) });
  });

  it("says of an interface that is not there what serve says, with the same exit code", async () => {
    expect(await run("-m", "52:54:00:12:34:56", "-i", "nope")).toEqual({
      code: 4,
      out: "",
      err: "bootlace explain: no interface to serve: nope does not exist or is down. Interfaces here: eth0\n",
    });
    expect(await run("-m", "zz", "-i", "nope")).toMatchObject({ code: 2, err: expect.stringContaining('--mac "zz"') });
  });

  it("keeps hostile texts inert", async () => {
    const { out } = await run("-m", "52:54:01:12:34:56", "--user-class", `\u001b[2J\u009b<script>${"x".repeat(230)}`);
    expect(out.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    const vendor = await run("-m", "52:54:01:12:34:56", "--vendor-class", "PXEClient\u001b]0;x\u0007");
    expect(vendor.out.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
  });
});
