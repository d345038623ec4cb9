import { architectureByCode } from "@bootlace/dhcp-core";
import type { BootClient, ServedInterface } from "@bootlace/proxy-dhcp";
import { describe, expect, it } from "vitest";
import { type BootTree, growTree } from "../src/catalogue/tree.ts";
import { parseConfig } from "../src/config/parse.ts";
import type { BootRule } from "../src/config/schema.ts";
import { conditionsOf } from "../src/policy/conditions.ts";
import { ruleBook } from "../src/policy/rules.ts";
import type { BootConfig } from "../src/policy/tree-plan.ts";

const served = { enabled: true, port: 8069, maxConnections: 1, maxConnectionsPerClient: 1, allowedHosts: [] };
const iface: ServedInterface = { name: "eth0", address: "192.168.11.109", netmask: "255.255.255.0" };

function client(fields: Partial<BootClient> & { code?: number } = {}): BootClient {
  const { code = 0, ...rest } = fields;
  const arch = architectureByCode(code);
  return {
    mac: "52:54:00:12:34:56",
    hardwareType: 1,
    ...(arch === undefined ? {} : { arch }),
    archCodes: [code],
    firmware: "bios",
    vendorClass: "PXEClient:Arch:00000:UNDI:002001",
    matchedClass: "PXEClient",
    http: false,
    userClasses: [],
    ...rest,
  };
}

function chooser(boot: readonly BootRule[], tree: () => BootTree, more: Partial<BootConfig> = {}) {
  const defaults = parseConfig("", "test");
  if (!defaults.ok) throw new Error("expected the defaults");
  const { config } = defaults;
  return ruleBook(
    { ...config, http: { ...config.http, enabled: false }, bootCheck: { enabled: false }, ...more, boot },
    tree,
  ).choose;
}

const withoutTftp = { tftp: { enabled: false } } as Partial<BootConfig>;
const hosts = {
  "build-01": { mac: ["52:54:00:12:34:56", "52:54:00:12:34:57"] },
  pi: { serial: ["9ffefdef"] },
  server: { uuid: ["00112233-4455-6677-8899-aabbccddeeff"], mac: ["00:00:00:00:00:01"] },
};

describe("conditions", () => {
  it.each([
    ["none", undefined, {}, true],
    ["an empty mapping", {}, {}, true],
    ["the architecture", { arch: ["x86-bios"] }, {}, true],
    ["one architecture of a list", { arch: ["x64-uefi", "x86-bios"] }, {}, true],
    ["another architecture", { arch: ["x64-uefi"] }, {}, false],
    ["x64, when the firmware calls itself EBC", { arch: ["x64-uefi"] }, { code: 9 }, true],
    ["EBC, when the firmware calls itself x64", { arch: ["ebc"] }, { code: 7 }, false],
    ["an architecture, when the client names none", { arch: ["x86-bios"] }, { code: 999 }, false],
    ["the firmware", { firmware: ["ipxe"] }, { firmware: "ipxe" }, true],
    ["another firmware", { firmware: ["ipxe"] }, {}, false],
    ["the MAC address", { mac: ["52:54:00:12:34:56"] }, {}, true],
    ["the MAC address with dashes and capitals", { mac: ["52-54-00-12-34-56".toUpperCase()] }, {}, true],
    ["the first bytes", { mac: ["b8:27:eb", "52:54:00"] }, {}, true],
    ["the first bytes with a star", { mac: ["52:54:00:*"] }, {}, true],
    ["other first bytes", { mac: ["52:54:01"] }, {}, false],
    ["a MAC address, when the client has none", { mac: ["52:54:00"] }, { mac: undefined }, false],
    ["the user class", { userClass: ["iPXE"] }, { userClasses: ["x", "iPXE"] }, true],
    ["a part of the user class", { userClass: ["iPX"] }, { userClasses: ["iPXE"] }, false],
    ["the beginning of the vendor class", { vendorClass: ["PXEClient:Arch:00000"] }, {}, true],
    ["another vendor class", { vendorClass: ["HTTPClient"] }, {}, false],
    [
      "the UUID",
      { uuid: ["00112233-4455-6677-8899-AABBCCDDEEFF"] },
      { uuid: "00112233-4455-6677-8899-aabbccddeeff" },
      true,
    ],
    [
      "the UUID in the other byte order",
      { uuid: ["33221100-5544-7766-8899-aabbccddeeff"] },
      { uuidBigEndian: "33221100-5544-7766-8899-aabbccddeeff" },
      true,
    ],
    ["a UUID, when the client has none", { uuid: ["00112233-4455-6677-8899-aabbccddeeff"] }, {}, false],
    ["the serial number", { serial: ["9FFEFDEF"] }, { serial: "9ffefdef" }, true],
    ["another serial number", { serial: ["0"] }, { serial: "9ffefdef" }, false],
    ["the host by one of its MAC addresses", { host: ["build-01"] }, { mac: "52:54:00:12:34:57" }, true],
    [
      "one host of a list, by its UUID",
      { host: ["pi", "server"] },
      { uuid: "00112233-4455-6677-8899-aabbccddeeff" },
      true,
    ],
    ["another host", { host: ["pi", "server"] }, {}, false],
    ["the interface", { interface: ["eth1", "eth0"] }, {}, true],
    ["another interface", { interface: ["eth1"] }, {}, false],
    ["the subnet by the interface", { subnet: ["192.168.11.0/24"] }, {}, true],
    ["the subnet by the relay, not the interface", { subnet: ["192.168.11.0/24"] }, { relay: "10.1.0.1" }, false],
    ["the subnet by the relay", { subnet: ["10.1.0.0/16"] }, { relay: "10.1.0.1" }, true],
    ["the subnet by its own address", { subnet: ["10.2.0.0/16"] }, { relay: "10.1.0.1", address: "10.2.3.4" }, true],
    ["the relay", { relay: ["10.1.0.1"] }, { relay: "10.1.0.1" }, true],
    ["another relay", { relay: ["10.1.0.1"] }, { relay: "10.1.0.2" }, false],
    ["a relay, when there is none", { relay: ["10.1.0.1"] }, {}, false],
    ["two that hold", { arch: ["x86-bios"], mac: ["52:54:00"] }, {}, true],
    ["two of which one holds", { arch: ["x86-bios"], mac: ["52:54:01"] }, {}, false],
  ] as const)("%s", (_name, when, fields, expected) => {
    const { mac, ...rest } = client(fields as Partial<BootClient>);
    const asking = mac === undefined ? rest : { ...rest, mac };
    const conditions = conditionsOf(when as BootRule["when"], hosts);
    expect(conditions.every((condition) => condition.holds(asking, iface))).toBe(expected);
  });
});

describe("the chooser", () => {
  const tree = growTree([{ path: "pxelinux/pxelinux.0" }, { path: "efi/bootx64.efi", machine: "x64" }]);
  const withScript = growTree([{ path: "undionly.kpxe" }, { path: "boot.ipxe" }]);

  it("takes the first rule that matches", () => {
    const choose = chooser(
      [
        { name: "other", when: { mac: ["00:00:00"] }, file: "a" },
        { name: "this", when: { arch: ["x86-bios"] }, file: "b", server: "192.168.11.17", form: "server" },
        { name: "late", file: "c" },
      ],
      () => tree,
    );
    expect(choose(client(), iface)).toEqual({
      kind: "boot",
      rule: "this",
      file: "b",
      server: "192.168.11.17",
      form: "server",
    });
    expect(choose(client({ code: 7 }), iface)).toEqual({ kind: "boot", rule: "late", file: "c" });
  });

  it("takes the boot tree when no rule matches, and x64 for EBC", () => {
    const choose = chooser([], () => tree);
    expect(choose(client(), iface)).toEqual({ kind: "boot", file: "pxelinux/pxelinux.0" });
    expect(choose(client({ code: 7 }), iface)).toEqual({ kind: "boot", file: "efi/bootx64.efi" });
    expect(choose(client({ code: 9 }), iface)).toEqual({ kind: "boot", file: "efi/bootx64.efi" });
  });

  it("follows a tree that changes", () => {
    let current = growTree([]);
    const choose = chooser([], () => current);
    expect(choose(client(), iface)).toMatchObject({ kind: "ignore", code: "no-file-for-architecture" });
    current = tree;
    expect(choose(client(), iface)).toEqual({ kind: "boot", file: "pxelinux/pxelinux.0" });
  });

  it("keeps the file of the tree when a rule only names the form", () => {
    const choose = chooser([{ form: "server" }], () => tree);
    expect(choose(client({ code: 7 }), iface)).toEqual({
      kind: "boot",
      rule: "rule 1",
      file: "efi/bootx64.efi",
      form: "server",
    });
    expect(choose(client({ code: 11 }), iface)).toMatchObject({ kind: "ignore", rule: "rule 1" });
  });

  it("says ignore when the rule says so", () => {
    const choose = chooser([{ name: "not these", ignore: true, when: { mac: ["52:54:00"] } }], () => tree);
    expect(choose(client(), iface)).toMatchObject({ kind: "ignore", code: "rule-ignores", rule: "not these" });
  });

  it("ignores clients that boot by HTTP when HTTP is switched off and the rule has no URL", () => {
    const http = client({ code: 16, http: true, firmware: "uefi-http", vendorClass: "HTTPClient:Arch:00016" });
    const ignored = { kind: "ignore", code: "http-off" };
    expect(chooser([], () => tree)(http, iface)).toMatchObject(ignored);
    expect(chooser([{ name: "r", file: "x" }], () => tree)(http, iface)).toMatchObject({ ...ignored, rule: "r" });
    const url = "http://192.168.11.17/shimx64.efi";
    expect(chooser([{ name: "r", url }], () => tree)(http, iface)).toEqual({ kind: "boot", url, rule: "r" });
  });

  it("gives clients that boot by HTTP the URL of the file of the rule", () => {
    const http = client({ code: 16, http: true, firmware: "uefi-http", vendorClass: "HTTPClient:Arch:00016" });
    const more = { http: served };
    const of = (rule: BootRule) => chooser([rule], () => tree, more)(http, iface);
    expect(of({ file: "\\efi\\b c#.efi" })).toMatchObject({ url: "http://{address}:8069/efi/b%20c%23.efi" });
    expect(of({ file: "x", server: "192.168.11.17" })).toMatchObject({ kind: "ignore" });
  });

  it("gives a menu, a script and a delay", () => {
    const menus = {
      m: {
        prompt: "now",
        timeout: 3,
        items: [
          { text: "a", file: "a.0" },
          { text: "b", local: true },
        ],
      },
    };
    const of = (rule: BootRule, asking = client()) => chooser([rule], () => tree, { menus })(asking, iface);
    expect(of({ menu: "m", delay: 0.25 })).toEqual({
      kind: "boot",
      rule: "rule 1",
      file: "pxelinux/pxelinux.0",
      delayMilliseconds: 250,
      menu: {
        prompt: { text: "now", timeoutSeconds: 3 },
        items: [
          { kind: "file", text: "a", file: "a.0" },
          { kind: "local", text: "b" },
        ],
      },
    });
    expect(of({ menu: "m" }, client({ code: 11 }))).toMatchObject({ kind: "boot", menu: {} });
    expect(of({ script: "a.ipxe" })).toMatchObject({
      file: "pxelinux/pxelinux.0",
      script: { file: "a.ipxe?mac=52:54:00:12:34:56" },
    });
    expect(of({ script: "https://h/a.ipxe" }, client({ code: 11 }))).toEqual({
      kind: "boot",
      rule: "rule 1",
      script: { url: "https://h/a.ipxe" },
    });
    expect(of({ delay: 1 }, client({ code: 11 }))).toMatchObject({ kind: "ignore", rule: "rule 1" });
  });

  it("gives iPXE the script beside the file, also where there is no file", () => {
    const choose = chooser([], () => withScript);
    const ipxe = client({ firmware: "ipxe", userClasses: ["iPXE"] });
    const script = { file: "boot.ipxe?mac=52:54:00:12:34:56" };
    expect(choose(ipxe, iface)).toEqual({ kind: "boot", file: "undionly.kpxe", script });
    expect(choose({ ...ipxe, ...client({ code: 7, firmware: "ipxe" }) }, iface)).toEqual({ kind: "boot", script });
    expect(choose(client({ code: 7 }), iface)).toMatchObject({ kind: "ignore" });
  });

  it("gives iPXE the URL of a rule before the file of the tree, when it can fetch it", () => {
    const url = "http://{address}:8069/lpxelinux.0";
    const of = (asks: BootClient, rule: BootRule = { url }, grown = tree) => chooser([rule], () => grown)(asks, iface);
    const ipxe = (features: readonly string[]) =>
      client({ firmware: "ipxe", userClasses: ["iPXE"], ipxe: { features } as NonNullable<BootClient["ipxe"]> });
    expect(of(ipxe(["http"]))).toEqual({ kind: "boot", ipxeLoops: [], rule: "rule 1", url });
    expect(of(ipxe(["https"]))).toMatchObject({ file: "pxelinux/pxelinux.0", url });
    expect(of(ipxe([]))).toMatchObject({ file: "pxelinux/pxelinux.0", url });
    expect(of(ipxe(["http"]), { url, file: "x.0" })).toMatchObject({ file: "x.0", url });
    expect(of(ipxe(["http"]), { url }, withScript)).toMatchObject({ script: {}, url });
    expect(of(client())).toMatchObject({ file: "pxelinux/pxelinux.0", url });
  });

  it("gives iPXE on UEFI machines the script of init, where there is no other", () => {
    const ofTree = (tree: BootTree, code: number) => chooser([], () => tree)(client({ code, firmware: "ipxe" }), iface);
    const files = [{ path: "pxelinux.0" }, { path: "ipxe/ipxe.efi", machine: "x64" } as const];
    const made = growTree([...files, { path: "ipxe/uefi.ipxe" }]);
    expect(ofTree(made, 7)).toMatchObject({ script: { file: "ipxe/uefi.ipxe?mac=52:54:00:12:34:56" } });
    expect(ofTree(made, 11)).toMatchObject({ script: { file: "ipxe/uefi.ipxe?mac=52:54:00:12:34:56" } });
    expect(ofTree(made, 0)).toEqual({ kind: "boot", file: "pxelinux.0" });
    const other = growTree([...files, { path: "ipxe/uefi.ipxe" }, { path: "boot.ipxe" }]);
    expect(ofTree(other, 7)).toMatchObject({ script: { file: "boot.ipxe?mac=52:54:00:12:34:56" } });
  });

  it("leads firmware to the script of a rule by the iPXE of the tree, over TFTP and HTTP", () => {
    const full = growTree([
      { path: "pxelinux.0" },
      { path: "ipxe/undionly.kpxe" },
      { path: "shimx64.efi", machine: "x64" },
      { path: "ipxe/ipxe.efi", machine: "x64" },
    ]);
    const more = { http: served };
    const rule: BootRule = { script: "menus/my menu.ipxe" };
    const of = (asks: BootClient) => chooser([rule], () => full, more)(asks, iface);
    const script = {
      file: "menus/my menu.ipxe?mac=52:54:00:12:34:56",
      url: "http://{address}:8069/menus/my%20menu.ipxe?mac=52:54:00:12:34:56",
    };
    expect(of(client({}))).toEqual({ kind: "boot", rule: "rule 1", file: "ipxe/undionly.kpxe", script });
    expect(of(client({ code: 7 }))).toMatchObject({ file: "ipxe/ipxe.efi", script });
    const http = client({ code: 16, http: true, firmware: "uefi-http" });
    expect(of(http)).toEqual({ kind: "boot", rule: "rule 1", url: "http://{address}:8069/ipxe/ipxe.efi" });
    expect(of(client({ code: 11 }))).toMatchObject({ kind: "boot", script });
    const external = chooser([{ ...rule, server: "192.168.11.17" }], () => full, more)(client({}), iface);
    expect(external).toMatchObject({ file: "pxelinux.0", script: { file: "menus/my menu.ipxe" } });
  });

  it("serves a Raspberry Pi only where its files are", () => {
    const pi = client({ firmware: "raspberry-pi" });
    expect(chooser([], () => tree)(pi, iface)).toMatchObject({ kind: "ignore" });
    expect(chooser([], () => growTree([{ path: "bootcode.bin" }]))(pi, iface)).toEqual({
      kind: "boot",
      file: "bootcode.bin",
    });
  });

  it("without TFTP boots only what a rule finds on another server", () => {
    const rules: BootRule[] = [
      { when: { arch: ["x86-bios"] }, file: "a", server: "192.168.11.17" },
      { when: { arch: ["ia32-uefi"] }, file: "tftp://192.168.11.17/b" },
      { when: { arch: ["x64-uefi"] }, file: "c" },
    ];
    const choose = chooser(rules, () => tree, withoutTftp);
    expect([0, 6, 7, 11].map((code) => choose(client({ code }), iface).kind)).toEqual([
      "boot",
      "boot",
      "ignore",
      "ignore",
    ]);
  });
});
