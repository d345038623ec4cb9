import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { importDnsmasq } from "../src/import/dnsmasq/dnsmasq.ts";

const networks = [{ name: "eth0", address: "192.168.11.109", netmask: "255.255.255.0" }];
const head = 'enable-tftp\ndhcp-range=192.168.11.0,proxy,255.255.255.0\npxe-prompt="x",0\n';
const importOf = (text: string) => importDnsmasq(head + text, "f", networks);
const remarksOn = (text: string) =>
  importOf(text).remarks.map(({ line, why }) => `${line - head.split("\n").length + 1} ${why}`);
/** The files of the rules with their conditions, without those that ignore. */
function filesOf(text: string) {
  const { boot } = parse(importOf(text).yaml) as { boot: { when?: unknown; file?: string }[] };
  return boot.flatMap(({ when = {}, file }) => (file === undefined ? [] : [[file, when]]));
}

describe("a tag that no line sets any more is reported at each line that hangs on it", () => {
  const lost = "dhcp-match=set:undi,94\n";
  const because = "is never set, because line 4 was not converted";

  it.each([
    ["tag:", "dhcp-boot=tag:undi,a.0\n", `2 no client gets it: tag "undi" ${because}`],
    ["net:", "dhcp-boot=net:undi,a.0\n", `2 no client gets it: tag "undi" ${because}`],
    ["in pxe-service", "pxe-service=tag:undi,x86PC,a,b\n", `2 no client gets it: tag "undi" ${because}`],
    ["in dhcp-ignore", "dhcp-ignore=undi\n", `2 it matches no client: tag "undi" ${because}`],
    ["in dhcp-reply-delay", "dhcp-reply-delay=tag:undi,2\n", `2 it matches no client: tag "undi" ${because}`],
    ["through tag-if", "tag-if=set:b,tag:undi\ndhcp-boot=tag:b,a.0\n", `3 no client gets it: tag "b" ${because}`],
    [
      "through two of them, one with a star",
      "tag-if=set:b-1,tag:un*\ntag-if=set:c,tag:b-*,tag:!d\ndhcp-boot=tag:c,a.0\n",
      `4 no client gets it: tag "c" ${because}`,
    ],
  ])("%s", (_how, lines, remark) => {
    const [first, ...more] = remarksOn(`${lost}dhcp-boot=usual.0\n${lines}`.replace("dhcp-boot=usual.0\n", ""));
    expect(first).toMatch(
      /^1 rules match options 60, 77, 93 and 97, .*; as a result, lines? [\d and]+ finds? no client with tag "undi"$/,
    );
    expect(more).toEqual([remark]);
  });

  it("a line for clients without it is for all of them, which the lost line says", () => {
    expect(filesOf(`${lost}dhcp-boot=tag:!undi,a.0\n`)).toEqual([["a.0", {}]]);
    expect(remarksOn(`${lost}dhcp-boot=tag:!undi,a.0\n`)).toEqual([
      expect.stringMatching(/; as a result, line 5 finds no client with tag "undi"$/),
    ]);
  });

  it("also one that every client has, tags that exclude each other, and a line that another hides", () => {
    const match = "dhcp-match=set:all,60\ndhcp-match=set:a,93,0\ndhcp-match=set:b,93,7\n";
    expect(
      remarksOn(`${match}dhcp-boot=tag:!all,a.0\ndhcp-boot=tag:a,tag:b,b.0\ndhcp-boot=c.0\ndhcp-boot=d.0\n`),
    ).toEqual([
      '4 no client gets it: every client has tag "all"',
      "5 no client gets it: no client has these tags at the same time",
      "6 no client gets it: another line takes precedence for every client that it names",
    ]);
  });
});

describe("tag-if", () => {
  it("is read once, in the order of the file", () => {
    const text = "dhcp-match=set:efi,93,7\ntag-if=set:b,tag:a\ntag-if=set:a,tag:efi\n";
    expect(filesOf(`${text}dhcp-boot=tag:b,b.efi\ndhcp-boot=tag:a,a.efi\n`)).toEqual([["a.efi", { arch: "x64-uefi" }]]);
    expect(remarksOn(`${text}dhcp-boot=tag:b,b.efi\n`)).toEqual(['4 no client gets it: no client can have tag "b"']);
  });

  it("knows a star, which elsewhere is a star", () => {
    const text = "dhcp-match=set:pc-efi,93,7\ntag-if=set:none,tag:!pc-*\n";
    expect(filesOf(`${text}dhcp-boot=tag:!none,a.efi\n`)).toEqual([["a.efi", { arch: "x64-uefi" }]]);
    expect(remarksOn("dhcp-match=set:pc-efi,93,7\ndhcp-boot=tag:pc-*,a.efi\n")).toEqual([
      '2 no client gets it: a star stands for other tags in tag-if only, and no line sets tag "pc-*" itself',
    ]);
  });
});

describe("ranges", () => {
  it.each([
    "set:lan,192.168.11.0,proxy",
    "lan,192.168.11.0,proxy",
    "set:lan,192.168.11.0,proxy,255.255.255.0,192.168.11.255",
  ])("dhcp-range=%s sets a tag, which every client of the one network has", (range) => {
    const { yaml, remarks } = importDnsmasq(
      `enable-tftp\npxe-prompt=x,0\ndhcp-range=${range}\ndhcp-boot=tag:lan,a.0\n`,
      "f",
      networks,
    );
    expect(parse(yaml)).toMatchObject({ subnets: "192.168.11.0/24", boot: [{}, {}, { file: "a.0" }] });
    expect(remarks).toEqual([]);
  });

  it("of several networks are distinguished by the client's", () => {
    const two = "dhcp-range=set:a,192.168.11.0,proxy\ndhcp-range=set:b,192.168.12.0,proxy,255.255.255.0\n";
    const { yaml } = importDnsmasq(
      `enable-tftp\npxe-prompt=x,0\n${two}dhcp-boot=tag:a,a.0\ndhcp-boot=tag:b,b.0\n`,
      "f",
    );
    expect(parse(yaml)).toMatchObject({ subnets: "192.168.12.0/24" });
    const known = importDnsmasq(
      `enable-tftp\npxe-prompt=x,0\n${two}dhcp-boot=tag:a,a.0\ndhcp-boot=tag:b,b.0\n`,
      "f",
      networks,
    );
    expect(parse(known.yaml)).toMatchObject({
      boot: [
        {},
        {},
        { when: { subnet: "192.168.11.0/24" }, file: "a.0" },
        { when: { subnet: "192.168.12.0/24" }, file: "b.0" },
        { ignore: true },
      ],
    });
  });

  it("may be for some clients only", () => {
    const text =
      "enable-tftp\npxe-prompt=x,0\ndhcp-match=set:efi,93,7\ndhcp-range=tag:efi,192.168.11.0,proxy\ndhcp-boot=a.efi\n";
    expect(parse(importDnsmasq(text, "f", networks).yaml)).toMatchObject({
      boot: [{ when: { arch: "x64-uefi" }, file: "a.efi" }, { ignore: true }],
    });
  });
});

describe("roots", () => {
  const rootOf = (text: string) => (parse(importDnsmasq(text, "f", networks).yaml) as { root?: string }).root;
  const whysOf = (text: string) => importDnsmasq(text, "f", networks).remarks.map(({ line, why }) => `${line} ${why}`);

  it("of two interfaces that are served: the first, and a remark at the other", () => {
    const text = "interface=eth0\ninterface=eth1\ntftp-root=/a,eth0\ntftp-root=/b,eth1\n";
    expect(rootOf(text)).toBe("/a");
    expect(whysOf(text)).toEqual([
      "4 Bootlace has one root for all interfaces, /a: clients on eth1 lose the files in /b",
    ]);
  });

  it("of an interface that is not served: none", () => {
    const text = "interface=eth1\ntftp-root=/a,eth0\n";
    expect(rootOf(text)).toBeUndefined();
    expect(whysOf(text)).toEqual(["2 no interface= line lists eth0, so no client uses this root"]);
  });

  it("of an interface, where none is chosen, and a common one beside it", () => {
    expect(rootOf("tftp-root=/a,eth0\n")).toBe("/a");
    expect(rootOf("interface=eth0\ntftp-root=/b\ntftp-root=/a,eth0\n")).toBe("/a");
    expect(rootOf("interface=eth0,eth1\ntftp-root=/b\ntftp-root=/a,eth0\n")).toBe("/b");
  });

  it("without any, whole paths give one", () => {
    const text = `${head}dhcp-match=set:efi,93,7\ndhcp-boot=/var/tftp/bios/a.0\ndhcp-boot=tag:efi,/var/tftp/efi/b.efi\n`;
    expect(rootOf(text)).toBe("/var/tftp");
    expect(whysOf(text)).toEqual([expect.stringMatching(/^5 without tftp-root .* \/var\/tftp$/)]);
    expect(rootOf(`${head}dhcp-boot=/a.0\n`)).toBeUndefined();
  });
});
