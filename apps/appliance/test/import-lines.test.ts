import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
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
        { name: "no Raspberry Pi", when: { firmware: "raspberry-pi" }, ignore: true },
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
      dhcp: { vendorClasses: "HW-Client:x" },
      boot: [{ name: "Raspberry Pi", when: { firmware: "raspberry-pi" }, file: "bootcode.bin" }, { ignore: true }],
    });
  });
});

describe("lines that are not converted are reported, each with its reason", () => {
  it.each([
    ["dhcp-boot=../x", "leaves the root"],
    ["dhcp-boot=x,server,server.example", "firmware makes no DNS queries"],
    ["pxe-service=x86PC,a,b,server", "firmware makes no DNS queries"],
    ["pxe-service=Commodore,a,b", "unknown client system"],
    ["pxe-prompt=tag:a,x", 'it matches no client: no converted line sets tag "a"'],
    ["dhcp-reply-delay=60", "0 to 10 seconds"],
    ["dhcp-vendorclass=set:a,enterprise:9,x", "DHCPv6"],
    ["dhcp-vendorclass=set:a,UNDI:003", "is not at its start"],
    ["dhcp-match=set:a,option:client-arch,200", "unknown architecture number 200"],
    ["dhcp-match=set:a,option:hostname,x", "rules match options 60, 77, 93 and 97, and iPXE by its option 175"],
    ["dhcp-match=set:a,175,19", "every iPXE is treated as one with HTTP, including builds without it"],
    ["dhcp-match=set:a,175,b1:05", "rules do not compare the bytes of option 175"],
    ["dhcp-match=set:a,97", "cannot test whether there is one"],
    ["dhcp-match=set:a,97,00:01:02", "the whole UUID: 2 of 16 bytes are given"],
    ["dhcp-match=set:a,97,00:01:*", "stars cannot be converted"],
    ["dhcp-match=set:a,97,01:02:03", "begins with the byte 00, and this value does not"],
    ["dhcp-match=set:a,97,text", "option 97 is 17 bytes, 00 and the UUID"],
    ["dhcp-match=set:a,93,0x7", "dnsmasq takes anything else for text"],
    ["dhcp-circuitid=set:a,00:01", "cannot match relay options"],
    ["dhcp-name-match=set:a,pc*", "rules cannot match host names"],
    ["dhcp-mac=set:a,52:*:00:*:*:*", "whole MAC addresses or their first bytes"],
    ["dhcp-host=id:01,set:a", "it has no MAC address"],
    ['pxe-service=99,"u",u', "unknown architecture number 99"],
    ["dhcp-userclass=set:i,PX", "searches all of the user class"],
    ["dhcp-option=67,o.0", "names a boot file or its server"],
    ["dhcp-option=option:tftp-server,192.168.11.1", "names a boot file or its server"],
    ["dhcp-host=52:54:00:00:00:01,set:a,192.168.11.4", "is about addresses"],
    ["dhcp-ignore=a", 'no converted line sets tag "a"'],
    ["dhcp-ignore=tag:", "it names no tag"],
    ["tag-if=tag:a", "must consist of set: and tag:"],
    ["enable-tftp=eth9", "dnsmasq serves files on eth9 only"],
    ["tftp-root=", "it names no folder"],
    ["listen-address=10.9.9.9", "no interface here has the address 10.9.9.9"],
    ["except-interface=eth1", "list the other interfaces in interfaces"],
    ["dhcp-alternate-port=0", "the numbers must be ports"],
    ["dhcp-pxe-vendor=PXE", "dnsmasq replies with PXE, which firmware rejects"],
    ["conf-script=/bin/x", "runs no scripts"],
    ["dhcp-option=vendor:PXEClient,6,2b", "builds option 43 itself"],
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
      '2 dhcp-boot=tag:a,x: no client gets it: no converted line sets tag "a"',
      "2 dhcp-boot=tag:a,x: as a proxy, dnsmasq ignores dhcp-boot without pxe-service or pxe-prompt; Bootlace uses it",
    ]);
    const two = "enable-tftp\ninterface=eth0,eth1\npxe-prompt=x,0\ndhcp-boot=tag:eth0,x\n";
    expect(imported(two)).toMatchObject({
      boot: [
        { when: { firmware: "uefi-http" } },
        { when: { firmware: "raspberry-pi" }, ignore: true },
        { when: { interface: "eth0" }, file: "x" },
        { ignore: true },
      ],
    });
    expect(imported(two.replace(",eth1", ""))).toMatchObject({
      boot: [{ when: { firmware: "uefi-http" } }, { when: { firmware: "raspberry-pi" } }, { file: "x" }],
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
