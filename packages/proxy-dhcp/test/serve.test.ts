import { describe, expect, it } from "vitest";
import type { ProxyDhcp, ProxyDhcpOptions } from "../src/options.ts";
import { createProxyDhcp } from "../src/serve.ts";
import { eventLog, loopback, peer } from "./loopback.ts";
import { decoded, octetsOf, requestWith, text, type } from "./support.ts";

const choose: ProxyDhcpOptions["choose"] = () => ({ kind: "boot", file: "ipxe.efi" });
const discover = octetsOf(requestWith());

function portOf(proxy: ProxyDhcp, role: "dhcp" | "pxe", interfaceName?: string): number {
  const found = proxy
    .addresses()
    .find((one) => one.role === role && (!interfaceName || one.interfaceName === interfaceName));
  if (found === undefined) throw new Error(`no ${role} endpoint`);
  return found.port;
}

async function started(clientPort: number, options: Partial<ProxyDhcpOptions> = {}) {
  const log = eventLog();
  const proxy = createProxyDhcp({
    choose,
    interfaces: [loopback()],
    now: () => 5000,
    onEvent: log.onEvent,
    ...options,
    ports: { dhcp: 0, pxe: 0, client: clientPort, ...options.ports },
  });
  await proxy.start();
  return { proxy, log };
}

describe("createProxyDhcp on the loopback network", () => {
  it("answers a DISCOVER by broadcast from the DHCP port, and reports it", async () => {
    await using client = await peer();
    const { proxy, log } = await started(client.port);
    await using _ = proxy;
    const reported = log.next("packet");
    client.send(discover, portOf(proxy, "dhcp"));
    const offer = await client.receive();
    expect(offer).toMatchObject({ address: "127.0.0.1", port: portOf(proxy, "dhcp") });
    expect(decoded(offer.bytes)).toMatchObject({ op: 2, xid: 0x39a0f3d1, siaddr: "127.0.0.1", yiaddr: "0.0.0.0" });
    expect(await reported).toMatchObject({
      time: 5000,
      port: "dhcp",
      decision: { kind: "offer", bootFile: "ipxe.efi" },
    });
    expect(proxy.statistics()).toMatchObject({ received: 1, offers: 1, acks: 0 });
    expect(log.types()).toEqual(["listening", "listening", "packet"]);
  });

  it("answers the PXE port from the PXE port, at the source", async () => {
    await using client = await peer();
    const { proxy, log } = await started(client.port);
    await using _ = proxy;
    const reported = log.next("packet");
    const request = requestWith({ ciaddr: "127.0.0.1", options: { 53: type.request } });
    client.send(octetsOf(request), portOf(proxy, "pxe"));
    const ack = await client.receive();
    expect(ack.port).toBe(portOf(proxy, "pxe"));
    expect(decoded(ack.bytes).options.get(53)).toEqual(Uint8Array.of(5));
    expect(await reported).toMatchObject({
      port: "pxe",
      interfaceName: "lo",
      source: { address: "127.0.0.1", port: client.port },
    });
  });

  it("answers on every served address with its own address and URL", async () => {
    await using listening = await peer();
    await using asking = await peer("127.0.0.3");
    const interfaces = [loopback("a", "127.0.0.1", "255.255.255.0"), loopback("b", "127.0.0.2", "255.255.255.0")];
    const plan = { kind: "boot", url: "http://{address}/x.efi" } as const;
    const { proxy } = await started(listening.port, { interfaces, choose: () => plan });
    await using _ = proxy;
    asking.send(octetsOf(requestWith({ options: { 60: text("HTTPClient"), 93: "0010" } })), portOf(proxy, "dhcp"));
    const offers = [await listening.receive(), await listening.receive()];
    const seen = offers.map(({ address, bytes }) => [
      address,
      Buffer.from(decoded(bytes).options.get(67) ?? []).toString(),
    ]);
    expect(seen.sort()).toEqual([
      ["127.0.0.1", "http://127.0.0.1/x.efi\0"],
      ["127.0.0.2", "http://127.0.0.2/x.efi\0"],
    ]);
    expect(proxy.interfaces()).toEqual(interfaces);
  });

  it("answers broadcast discovery by unicast from the DHCP port", async () => {
    await using client = await peer();
    const menu = { items: [{ kind: "file", text: "one", file: "one.0" }] } as const;
    const { proxy } = await started(client.port, { choose: () => ({ kind: "boot", menu }) });
    await using _ = proxy;
    const request = requestWith({ ciaddr: "127.0.0.1", options: { 53: type.request, 43: "470480000000ff" } });
    client.send(octetsOf(request), portOf(proxy, "dhcp"));
    const ack = await client.receive();
    expect(ack.port).toBe(portOf(proxy, "dhcp"));
    expect(Buffer.from(decoded(ack.bytes).file).toString()).toContain("one.0");
  });

  it("answers a relay at its own port, by the address that leads there", async () => {
    await using relay = await peer("127.0.0.9");
    const interfaces = [loopback("b", "127.0.0.2", "255.255.255.255"), loopback("a", "127.0.0.1", "255.255.255.255")];
    const relays = ["127.0.0.9"];
    const { proxy } = await started(9, { interfaces, relays, ports: { relay: relay.port } });
    await using _ = proxy;
    relay.send(octetsOf(requestWith({ giaddr: "127.0.0.9", options: { 82: "010203" } })), portOf(proxy, "dhcp"));
    const offer = await relay.receive();
    expect(offer).toMatchObject({ address: "127.0.0.1", port: portOf(proxy, "dhcp") });
    expect(decoded(offer.bytes)).toMatchObject({ giaddr: "127.0.0.9", siaddr: "127.0.0.1", flags: 0x8000 });
  });

  it("loses nothing of what a relay sends while replies leave", async () => {
    await using relay = await peer("127.0.0.9");
    const { proxy } = await started(9, { relays: ["127.0.0.9"], ports: { relay: relay.port } });
    await using _ = proxy;
    const count = 100;
    const seen = new Set<number>();
    for (let xid = 1; xid <= count; xid++) {
      const chaddr = new Uint8Array(16).fill(xid, 0, 6);
      relay.send(octetsOf(requestWith({ xid, chaddr, giaddr: "127.0.0.9" })), portOf(proxy, "dhcp"));
      // The reply to each other one is on its way while the next request comes.
      if (xid % 2 === 0) seen.add(decoded((await relay.receive()).bytes).xid);
    }
    while (seen.size < count) seen.add(decoded((await relay.receive()).bytes).xid);
    expect(proxy.statistics()).toMatchObject({ received: count, offers: count });
  });

  it("reports when a reply could not leave", async () => {
    await using client = await peer();
    const { proxy, log } = await started(client.port, { relays: ["192.0.2.9"] });
    await using _ = proxy;
    const failed = log.next("send-failed");
    client.send(octetsOf(requestWith({ giaddr: "192.0.2.9" })), portOf(proxy, "dhcp"));
    expect(await failed).toMatchObject({ interfaceName: "lo", to: { address: "192.0.2.9", port: 67 } });
    expect(proxy.statistics().sendFailures).toBe(1);
  });

  it("takes another chooser, and silence has its reason", async () => {
    await using client = await peer();
    const { proxy, log } = await started(client.port);
    await using _ = proxy;
    await proxy.configure({ choose: () => ({ kind: "ignore", reason: "closed" }) });
    const reported = log.next("packet");
    client.send(discover, portOf(proxy, "dhcp"));
    expect(await reported).toMatchObject({
      decision: { kind: "ignore", reason: "no-plan", detail: "closed" },
      replies: [],
    });
    const broken = log.next("undecodable");
    client.send(Uint8Array.of(1, 2, 3), portOf(proxy, "pxe"));
    expect(await broken).toMatchObject({ port: "pxe", octets: 3 });
    expect(proxy.statistics().ignored).toEqual({ "no-plan": 1, malformed: 1 });
  });

  it("on the PXE port only, does not touch the DHCP port", async () => {
    await using client = await peer();
    const { proxy } = await started(client.port, { mode: "pxe-port-only", ports: { dhcp: 1 } });
    await using _ = proxy;
    expect(proxy.addresses().map(({ role }) => role)).toEqual(["pxe"]);
    const request = requestWith({ ciaddr: "127.0.0.1", options: { 53: type.request } });
    client.send(octetsOf(request), portOf(proxy, "pxe"));
    expect((await client.receive()).port).toBe(portOf(proxy, "pxe"));
  });
});
