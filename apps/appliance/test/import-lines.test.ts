import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readArguments } from "../src/cli/arguments.ts";
import type { Surroundings } from "../src/cli/command.ts";
import { importCommand } from "../src/cli/import.ts";
import { parseConfig } from "../src/config/parse.ts";
import { importDnsmasq } from "../src/import/dnsmasq/dnsmasq.ts";
import { readDirectives } from "../src/import/dnsmasq/lines.ts";

const networks = [{ address: "192.168.11.109", netmask: "255.255.255.0" }];
const imported = (text: string) => parse(importDnsmasq(text, "f", networks).yaml) as Record<string, unknown>;
const remarks = (text: string) =>
  importDnsmasq(text, "f", networks).remarks.map(({ line, text: of, why }) => `${line} ${of}: ${why}`);

describe("a line", () => {
  it.each([
    ["enable-tftp", "enable-tftp", []],
    ["  port = 0  # no DNS", "port", ["0"]],
    ["--log-dhcp", "log-dhcp", []],
    ['pxe-service=x86PC,"A, b # c",x', "pxe-service", ["x86PC", "A, b # c", "x"]],
    ['pxe-prompt="say \\"hi\\" \\\\",0', "pxe-prompt", ['say "hi" \\', "0"]],
    ["dhcp-boot=a#b,, c", "dhcp-boot", ["a#b", "", "c"]],
    ["tftp-root=", "tftp-root", [""]],
  ])("%j", (row, name, parts) => {
    expect(readDirectives(`\n${row}`)).toEqual([{ line: 2, name, parts, text: expect.any(String) }]);
  });

  it.each(["", "# comment", "   ", "\t# x"])("%j says nothing", (row) => expect(readDirectives(row)).toEqual([]));
});

describe("settings", () => {
  it("of TFTP, log and interfaces", () => {
    const text = readFileSync(join(import.meta.dirname, "fixtures/dnsmasq/11-everything-about-tftp.conf"), "utf8");
    expect(imported(text)).toEqual({
      interfaces: "eth0",
      subnets: "192.168.11.0/24",
      root: "/srv/tftp",
      tftp: { maxBlockSize: 1400, maxTransfers: 100, singlePort: true, ignoreOptions: "blksize" },
      http: { enabled: false },
      log: { file: "/var/log/netboot.log" },
      boot: [
        { name: "Network Boot", when: { arch: "x86-bios" }, file: "pxelinux.0", delay: 1, root: "{mac}" },
        { name: "all others", ignore: true },
      ],
    });
  });

  it("take the mask of a range from the interface in that network, and say so when there is none", () => {
    expect(imported("dhcp-range=192.168.11.1,proxy\n").subnets).toBe("192.168.11.0/24");
    expect(remarks("dhcp-range=10.0.0.1,proxy\n")).toEqual([
      "1 dhcp-range=10.0.0.1,proxy: this machine has no interface in that network, and the line has no mask; every interface is served. See subnets",
    ]);
    expect(remarks("dhcp-range=192.168.11.50,192.168.11.99,1h\n")[0]).toContain("assigns no addresses");
  });

  it("of vendor classes and the menus of a Raspberry Pi", () => {
    const text = 'dhcp-pxe-vendor=PXEClient,HW-Client:x\npxe-service=0,"Raspberry Pi Boot"\nenable-tftp\n';
    expect(imported(text)).toMatchObject({
      dhcp: { vendorClasses: "HW-Client" },
      boot: [{ name: "Raspberry Pi", when: { firmware: "raspberry-pi" }, file: "bootcode.bin" }, { ignore: true }],
    });
  });
});

describe("lines that are not carried over are told, each with its reason", () => {
  it.each([
    ["dhcp-boot=../x", "leaves the root"],
    ["dhcp-boot=x,server,server.example", "firmware makes no DNS queries"],
    ["pxe-service=x86PC,a,b,server", "firmware makes no DNS queries"],
    ["pxe-service=Commodore,a,b", "unknown client system"],
    ["pxe-prompt=tag:a,x", "cannot have conditions of its own"],
    ["dhcp-reply-delay=60", "0 to 10 seconds"],
    ["dhcp-vendorclass=set:a,enterprise:9,x", "DHCPv6"],
    ["dhcp-vendorclass=set:a,UNDI", "is not at its start"],
    ["dhcp-match=set:a,option:client-arch,200", "unknown architecture number 200"],
    ["dhcp-match=set:a,option:hostname,x", "rules match options 60, 77 and 93"],
    ["dhcp-mac=set:a,52:*:00:*:*:*", "whole MAC addresses or their first bytes"],
    ["dhcp-host=id:01,set:a", "it has no MAC address"],
    ['pxe-service=99,"u",u', "unknown architecture number 99"],
    ["dhcp-userclass=set:i,PX", "all of the user class"],
    ["dhcp-option=67,o.0", "names a boot file or its server"],
    ["dhcp-option=option:tftp-server,192.168.11.1", "names a boot file or its server"],
    ["dhcp-host=52:54:00:00:00:01,set:a,192.168.11.4", "is about addresses"],
    ["dhcp-ignore=a", "must begin with tag:"],
    ["tag-if=tag:a", "must consist of set: and tag:"],
    ["tftp-root=/x,eth0", "one root for all interfaces"],
    ["tftp-max=many", "must be 1 to 10000"],
    ["interface=eth*", "full interface name"],
    ["log-facility=local0", "stdout"],
    ["port=53", "not a DNS server"],
    ["conf-dir=/etc/dnsmasq.d", "import that file separately"],
    ["dhcp-script=/bin/x", "runs no scripts"],
    ["dhcp-lease-max=5", "assigns no addresses"],
    ["dnssec", "not a DNS server"],
    ["made-up=1", "unknown directive"],
    ["constructor=1", "unknown directive"],
  ])("%s", (line, why) => {
    const reported = remarks(`enable-tftp\n${line}\n`);
    expect(reported).toEqual([expect.stringContaining(why)]);
    expect(reported[0]).toMatch(/^2 /);
  });

  it("also tags that nothing sets, and dhcp-boot that dnsmasq would not use", () => {
    expect(remarks("enable-tftp\ndhcp-boot=tag:a,x\n")).toEqual([
      "2 tag:a: no converted line sets this tag",
      "2 dhcp-boot: as a proxy, dnsmasq ignores dhcp-boot without pxe-service or pxe-prompt; Bootlace uses it",
    ]);
    expect(imported("enable-tftp\ninterface=eth0\npxe-prompt=x,0\ndhcp-boot=tag:eth0,x\n")).toMatchObject({
      boot: [{ when: { firmware: "uefi-http" } }, { when: { interface: "eth0" }, file: "x" }, { ignore: true }],
    });
  });

  it("also files of another server on a machine whose address is not known", () => {
    const { yaml, remarks: reported } = importDnsmasq("pxe-service=0,a,b\n", "f", []);
    expect(parse(yaml)).not.toHaveProperty("tftp");
    expect(reported[0]?.why).toContain("another TFTP server on its machine");
  });
});

describe("whatever is imported", () => {
  const directive = fc.constantFrom(
    ...[
      "dhcp-boot",
      "pxe-service",
      "dhcp-match",
      "dhcp-mac",
      "dhcp-host",
      "dhcp-range",
      "tag-if",
      "dhcp-ignore",
      "interface",
    ],
    ...["tftp-root", "pxe-prompt", "dhcp-userclass", "dhcp-vendorclass", "log-facility", "odd"],
  );
  const part = fc.oneof(
    fc.constantFrom(
      "tag:a",
      "tag:!a",
      "set:a",
      "set:b",
      "x86PC",
      "7",
      "0",
      "proxy",
      "192.168.11.0",
      "iPXE",
      "52:54:00:*:*:*",
    ),
    fc.string({ maxLength: 12 }),
  );

  it("is YAML, and a config but for values that no config may have", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(directive, fc.array(part, { maxLength: 4 })), { maxLength: 8 }), (lines) => {
        const text = lines.map(([name, parts]) => `${name}=${parts.join(",")}`).join("\n");
        const parsed = parseConfig(importDnsmasq(text, "a\u001b[2J\nb", networks).yaml, "f");
        const codes = parsed.ok ? [] : parsed.faults.map(({ code }) => code);
        expect(codes.filter((code) => !["E023", "E025", "E035", "E013"].includes(code))).toEqual([]);
      }),
      { seed: 9, numRuns: 400 },
    );
  });
});

describe("bootlace import", () => {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-import-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "d.conf"), "pxe-service=x86PC,a,b\nenable-tftp\nserver=1.1.1.1\u001b[2J\n");

  async function run(...words: string[]) {
    const args = readArguments(words, importCommand.options, 2);
    if (!args.ok) throw new Error(args.problem);
    const said = { out: "", err: "" };
    const surroundings = {
      cwd: folder,
      env: {},
      networkInterfaces: () => ({}),
      out: (text: string) => (said.out += text),
      err: (text: string) => (said.err += text),
    } as unknown as Surroundings;
    return { code: await importCommand.run(args.args, surroundings), ...said };
  }

  it("prints the config and tells on the standard error what was left out", async () => {
    const { code, out, err } = await run("dnsmasq", "d.conf");
    expect([code, err]).toEqual([0, '"d.conf" line 3: "server=1.1.1.1\\x1b[2J": Bootlace is not a DNS server\n']);
    expect(parseConfig(out, "f").ok).toBe(true);
    expect(out).not.toContain("\u001b");
  });

  it("writes a file, but not over one", async () => {
    expect(await run("dnsmasq", "d.conf", "-o", "new.yaml")).toMatchObject({ code: 0, out: "" });
    expect(readFileSync(join(folder, "new.yaml"), "utf8")).toContain("file: b.0");
    expect(await run("dnsmasq", "d.conf", "-o", "new.yaml")).toMatchObject({
      code: 1,
      err: expect.stringContaining("already exists"),
    });
  });

  it("prints one JSON document, also about a failure", async () => {
    const { out } = await run("dnsmasq", "d.conf", "--json");
    expect(JSON.parse(out)).toMatchObject({ schema: 1, file: "d.conf", leftOut: [{ line: 3 }], faults: [] });
    const failed = await run("dnsmasq", "none.conf", "--json");
    expect([failed.code, JSON.parse(failed.out)]).toEqual([
      1,
      { schema: 1, error: { code: "unreadable", message: '"none.conf": no such file or folder (ENOENT)' } },
    ]);
    expect((await run("isc-dhcpd", "x")).code).toBe(2);
    expect((await run()).code).toBe(2);
  });
});
