import { describe, expect, it } from "vitest";
import { OptionError } from "../src/index.ts";
import type { ProxyDhcpOptions } from "../src/options.ts";
import { createProxyDhcp } from "../src/serve.ts";
import { loopback } from "./loopback.ts";

const choose = () => ({ kind: "boot", file: "a" }) as const;
const one = loopback("one");

describe("options", () => {
  const rate = { replies: 1, seconds: 1 };

  it.each<[string, object]>([
    ["choose", { choose: undefined }],
    ["choose", { choose: "pxelinux.0" }],
    ["colour", { colour: "red" }],
    ["onEvent", { onEvent: {} }],
    ["now", { now: 5 }],
    ["holderOf", { holderOf: "nobody" }],
    ["mode", { mode: "half" }],
    ["ports", { ports: 67 }],
    ["ports.dhcp", { ports: { dhcp: 70_000 } }],
    ["ports.dhcp", { ports: { dhcp: -1 } }],
    ["ports.pxe", { ports: { pxe: 4011.5 } }],
    ["ports.pxe", { ports: { dhcp: 6767, pxe: 6767 } }],
    ["ports.pxe", { ports: { pxe: 67 } }],
    ["ports.client", { ports: { client: 0 } }],
    ["ports.client", { ports: { client: "68" } }],
    ["ports.relay", { ports: { relay: 65_536 } }],
    ["ports.tftp", { ports: { tftp: 69 } }],
    ["pollMilliseconds", { pollMilliseconds: 0 }],
    ["pollMilliseconds", { pollMilliseconds: 2 ** 31 }],
    ["interfaces", { interfaces: "eth0" }],
    ["interfaces[1].address", { interfaces: [one, { name: "two", address: "::1", netmask: "255.0.0.0" }] }],
    ["interfaces[0].broadcast", { interfaces: [{ ...one, broadcast: "all" }] }],
    ["interfaces[0].netmask", { interfaces: [{ ...one, netmask: "255.0.255.0" }] }],
    ["interfaces[0].netmask", { interfaces: [{ name: "lo", address: "127.0.0.1" }] }],
    ["interfaces[0]", { interfaces: [null] }],
    ["relays", { relays: "10.0.0.1" }],
    ["relays[0]", { relays: ["10.0.0.0/8"] }],
    ["clientSubnets[0]", { clientSubnets: ["10.0.0.0/99"] }],
    ["clientSubnets[1]", { clientSubnets: ["10.1.2.3/16", "fd00::/8"] }],
    ["vendorClasses[0]", { vendorClasses: [""] }],
    ["serveUnknownArchitectures", { serveUnknownArchitectures: 1 }],
    ["limits.maxKeys", { limits: { maxKeys: 0 } }],
    ["limits.mac.replies", { limits: { mac: { ...rate, replies: -1 } } }],
    ["limits.source.seconds", { limits: { source: { ...rate, seconds: 0 } } }],
    ["limits.global.burst", { limits: { global: { ...rate, burst: Number.NaN } } }],
    ["limits.mac.seconds", { limits: { mac: { replies: 1 } } }],
    ["limits.all", { limits: { all: rate } }],
  ])("%s is refused by name: %o", (option, wrong) => {
    const create = () => createProxyDhcp({ choose, ...wrong } as ProxyDhcpOptions);
    expect(create).toThrow(OptionError);
    expect(create).toThrow(RangeError);
    expect(create).toThrow(`createProxyDhcp: option ${option} `);
  });

  it.each([
    ["eth0", 'option interfaces must be a list or a function, not "eth0"'],
    [["eth0"], 'option interfaces[0] must be an interface with name, address and netmask, not "eth0"'],
    [[{ name: "lo", address: "127.0.0.1" }], "option interfaces[0].netmask is missing"],
    [
      [{ ...one, netmask: "255.0.255.0" }],
      'option interfaces[0].netmask must be a netmask such as 255.255.255.0, not "255.0.255.0"',
    ],
  ])("interfaces that are wrong, in words: %j", (interfaces, message) => {
    expect(() => createProxyDhcp({ choose, interfaces } as never)).toThrow(message);
  });

  it("an interface may carry what the system says besides", async () => {
    const { name, ...rest } = one;
    const interfaces = [{ mac: "02:00:00:00:00:01", internal: true, name, ...rest }];
    await using proxy = createProxyDhcp({ choose, mode: "pxe-port-only", ports: { pxe: 0 }, interfaces });
    await proxy.start();
    expect(proxy.interfaces()).toEqual(interfaces);
  });

  it("what may be absent may be undefined", () => {
    const options = {
      ...{ choose, onEvent: undefined, interfaces: undefined, mode: undefined, ports: undefined, relays: undefined },
      ...{ clientSubnets: undefined, vendorClasses: undefined, limits: undefined, now: undefined, holderOf: undefined },
    };
    expect(createProxyDhcp(options).addresses()).toEqual([]);
  });

  it.each<[string, unknown]>([
    ["interfaces()", "x"],
    ["interfaces()[0].address", [{ name: "q" }]],
  ])("%s of a function is refused by the start, with nothing bound: %j", async (option, given) => {
    const proxy = createProxyDhcp({ choose, ports: { dhcp: 0, pxe: 0 }, interfaces: () => given as never });
    await expect(proxy.start()).rejects.toMatchObject({ name: "OptionError", option });
    expect(proxy.addresses()).toEqual([]);
  });
});
