import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import type { ServedInterface } from "../src/core/interfaces.ts";
import { createProxyDhcp } from "../src/serve.ts";
import { systemInterfaces } from "../src/system-interfaces.ts";
import { eventLog, loopback, peer } from "./loopback.ts";
import { decoded, octetsOf, requestWith, type } from "./support.ts";

const choose = () => ({ kind: "boot", file: "ipxe.efi" }) as const;
const ports = { dhcp: 0, pxe: 0, client: 9 };
const [one, two] = [loopback("one", "127.0.0.1"), loopback("two", "127.0.0.2")];
const missing: ServedInterface = { name: "gone", address: "192.0.2.1", netmask: "255.255.255.0" };

describe("interfaces that come and go", () => {
  it("configure opens what is new, closes what is gone, and leaves the rest alone", async () => {
    const log = eventLog();
    await using proxy = createProxyDhcp({ choose, ports, interfaces: [one], onEvent: log.onEvent });
    await proxy.start();
    const [, first] = proxy.addresses();
    await proxy.configure({ interfaces: [one, two] });
    expect(proxy.interfaces()).toEqual([one, two]);
    expect(proxy.addresses()[1]).toEqual(first);
    await proxy.configure({ interfaces: [two] });
    expect(proxy.addresses().map(({ role, interfaceName }) => [role, interfaceName])).toEqual([
      ["dhcp", undefined],
      ["pxe", "two"],
    ]);
    const renamed = { ...two, name: "three" };
    await proxy.configure({ interfaces: [renamed] });
    expect(proxy.interfaces()).toEqual([renamed]);
    const moves = log.events.flatMap((e) =>
      e.type === "listening" || e.type === "unlistening" ? [[e.type, e.role, e.interfaceName]] : [],
    );
    expect(moves).toEqual([
      ["listening", "dhcp", undefined],
      ["listening", "pxe", "one"],
      ["listening", "pxe", "two"],
      ["unlistening", "pxe", "one"],
      ["unlistening", "pxe", "two"],
      ["listening", "pxe", "three"],
    ]);
  });

  it("configure before start says what start will serve", async () => {
    await using proxy = createProxyDhcp({ choose, ports, interfaces: [] });
    await proxy.configure({ interfaces: [two] });
    expect(proxy.addresses()).toEqual([]);
    await proxy.start();
    expect(proxy.interfaces()).toEqual([two]);
  });

  it("a function is polled, and a new address answers", async () => {
    await using client = await peer();
    const log = eventLog();
    let present: ServedInterface[] = [];
    await using proxy = createProxyDhcp({
      choose,
      ports: { ...ports, client: client.port },
      interfaces: () => present,
      pollMilliseconds: 5,
      onEvent: log.onEvent,
    });
    await proxy.start();
    expect(proxy.interfaces()).toEqual([]);
    const up = log.next("listening");
    present = [one];
    expect(await up).toMatchObject({ role: "pxe", interfaceName: "one", address: one.address });
    const pxe = proxy.addresses().find(({ role }) => role === "pxe");
    client.send(octetsOf(requestWith({ ciaddr: "127.0.0.1", options: { 53: type.request } })), pxe?.port ?? 0);
    expect(decoded((await client.receive()).bytes).siaddr).toBe("127.0.0.1");
    const down = log.next("unlistening");
    present = [];
    expect(await down).toMatchObject({ role: "pxe", interfaceName: "one", address: one.address });
    expect(proxy.interfaces()).toEqual([]);
  });

  it("an address that cannot be bound is reported once, and served when it can be", async () => {
    const log = eventLog();
    let polls = 0;
    let polledOften = () => {};
    const often = new Promise<void>((resolve) => {
      polledOften = resolve;
    });
    await using proxy = createProxyDhcp({
      choose,
      ports,
      interfaces: () => {
        polls += 1;
        if (polls > 7) polledOften();
        return polls > 5 ? [one] : [one, missing];
      },
      pollMilliseconds: 5,
      onEvent: log.onEvent,
    });
    const failed = log.next("listen-failed");
    await proxy.start();
    expect(await failed).toMatchObject({ interfaceName: "gone", address: missing.address, code: "EADDRNOTAVAIL" });
    await often;
    const failures = log.events.filter((event) => event.type === "listen-failed");
    // The PXE port and the sender of offers fail both, at the first poll and no more.
    expect(failures).toHaveLength(2);
    expect(proxy.interfaces()).toEqual([one]);
  });

  it("the system's own are all IPv4 addresses but loopback", () => {
    const expected = Object.values(networkInterfaces()).flatMap((all = []) =>
      all.filter((a) => a.family === "IPv4" && !a.internal),
    );
    expect(systemInterfaces().map(({ address }) => address)).toEqual(expected.map(({ address }) => address));
    expect(systemInterfaces().some(({ address }) => address.startsWith("127."))).toBe(false);
  });
});

describe("start and stop", () => {
  it("stop closes everything, is safe to repeat, and start works again", async () => {
    const log = eventLog();
    const proxy = createProxyDhcp({ choose, ports, interfaces: [one], onEvent: log.onEvent });
    await proxy.stop();
    await proxy.start();
    await proxy.start();
    expect(proxy.addresses()).toHaveLength(2);
    await proxy.stop();
    await proxy.stop();
    expect(proxy.addresses()).toEqual([]);
    expect(log.types()).toEqual(["listening", "listening", "unlistening", "unlistening", "stopped"]);
    await proxy.start();
    expect(proxy.addresses()).toHaveLength(2);
    await proxy[Symbol.asyncDispose]();
    expect(proxy.interfaces()).toEqual([]);
  });
});
