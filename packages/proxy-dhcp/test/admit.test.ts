import { subnetContains } from "@bootlace/boot-source";
import { describe, expect, it } from "vitest";
import { relayToRoute } from "../src/core/admit.ts";
import { isUnicast, onePerLink, type ServedInterface, subnetOf } from "../src/core/interfaces.ts";
import {
  type Changes,
  contextOf,
  lan,
  octetsOf,
  outcomeOf,
  replyTo,
  requestWith,
  type Scene,
  silenceOf,
  subnet,
  type,
} from "./support.ts";

const second: ServedInterface = { name: "eth1", address: "10.2.0.1", netmask: "255.255.0.0" };
const both = { interfaces: [lan, second] };

function pxeRequest(ciaddr: string, changes: Changes = {}) {
  return requestWith({ ciaddr, ...changes, options: { 53: type.request, ...changes.options } });
}

function fromPxe(address: string, port: number, ciaddr = address, scene: Scene = {}) {
  const outcome = outcomeOf(pxeRequest(ciaddr), { port: "pxe", source: { address, port }, ...scene });
  if (outcome.kind !== "packet") throw new Error("undecodable");
  return outcome.decision.kind === "ignore" ? outcome.decision.reason : outcome.replies[0]?.to;
}

describe("a DISCOVER", () => {
  it("is answered on every interface, with that interface's own address and URLs", () => {
    const plan = { url: "http://{address}/x.efi" };
    const http = requestWith({ options: { 60: new TextEncoder().encode("HTTPClient"), 93: "0010" } });
    const outcome = outcomeOf(http, { ...both, plan });
    const replies = outcome.kind === "packet" ? outcome.replies : [];
    expect(
      replies.map(({ interfaceName, from, to, decision }) => [interfaceName, from, to, decision.bootFile]),
    ).toEqual([
      [
        "eth0",
        { address: lan.address, port: 67 },
        { address: "255.255.255.255", port: 68 },
        "http://192.168.1.10/x.efi",
      ],
      ["eth1", { address: "10.2.0.1", port: 67 }, { address: "255.255.255.255", port: 68 }, "http://10.2.0.1/x.efi"],
    ]);
  });

  it("may have another plan on each interface; silence on one is no silence on all", () => {
    const scene: Scene = {
      ...both,
      choose: (_client, { name }) =>
        name === "eth1" ? { kind: "boot", file: "x.efi" } : { kind: "ignore", reason: "no" },
    };
    const outcome = outcomeOf(requestWith(), scene);
    expect(outcome).toMatchObject({ decision: { kind: "offer" }, replies: [{ interfaceName: "eth1" }] });
    const none: Scene = { ...both, choose: (_client, { name }) => ({ kind: "ignore", reason: name }) };
    expect(outcomeOf(requestWith(), none)).toMatchObject({
      decision: { reason: "no-plan", detail: "eth0" },
      replies: [],
    });
  });

  it("from an address of one subnet is answered there only, and goes out by the interface's broadcast address", () => {
    const source = { address: "10.2.3.4", port: 68 };
    expect(replyTo(requestWith(), { ...both, source }).interfaceName).toBe("eth1");
    const interfaces = [{ ...lan, broadcast: "192.168.1.255" }];
    expect(replyTo(requestWith(), { interfaces }).to).toEqual({ address: "192.168.1.255", port: 68 });
  });

  it("from an address that is not served gets silence, also where it may use the PXE port", () => {
    for (const address of ["172.16.0.9", "8.8.8.8", "10.9.9.9"]) {
      const scene = { ...both, source: { address, port: 68 }, clientSubnets: [subnet("10.9.0.0/16")] };
      expect(silenceOf(requestWith(), scene)).toBe("source-not-local");
    }
  });

  it("is answered on the wire it came by, where that is known, and nowhere if that is not served", () => {
    const scene = { ...both, device: "eth1" };
    const outcome = outcomeOf(requestWith(), scene);
    expect(outcome.kind === "packet" && outcome.replies).toMatchObject([{ interfaceName: "eth1" }]);
    expect(silenceOf(requestWith(), { ...both, device: "eth2" })).toBe("no-interface");
    expect(silenceOf(requestWith(), { ...scene, source: { address: "192.168.1.57", port: 68 } })).toBe(
      "source-not-local",
    );
  });

  it("is answered once where an interface has two addresses in one subnet", () => {
    const twin = { ...lan, address: "192.168.1.11" };
    const other = { ...lan, address: "192.168.2.11" };
    expect(onePerLink([lan, twin, other, second])).toEqual([lan, other, second]);
    expect(onePerLink([lan, { ...twin, name: "eth5" }])).toHaveLength(2);
    const outcome = outcomeOf(requestWith(), { interfaces: [lan, twin] });
    expect(outcome.kind === "packet" && outcome.replies).toHaveLength(1);
  });

  it("without an interface, or from ourselves, gets silence", () => {
    expect(silenceOf(requestWith(), { interfaces: [] })).toBe("no-interface");
    expect(silenceOf(requestWith(), { source: { address: lan.address, port: 68 } })).toBe("own-traffic");
    expect(silenceOf(requestWith(), { source: { address: "127.0.0.1", port: 68 } })).toBe("own-traffic");
    const loopback = { name: "lo", address: "127.0.0.1", netmask: "255.0.0.0" };
    const scene = { interfaces: [loopback], source: { address: "127.0.0.1", port: 50000 } };
    expect(replyTo(requestWith(), scene).interfaceName).toBe("lo");
  });

  it("larger than an Ethernet frame is nobody's", () => {
    const bytes = new Uint8Array(1501);
    bytes.set(octetsOf(requestWith()));
    expect(silenceOf(bytes)).toBe("malformed");
    expect(replyTo(bytes.subarray(0, 1500)).decision.kind).toBe("offer");
  });
});

describe("a relay", () => {
  const relays = new Set(["10.0.0.1", "127.0.0.9", "0.0.0.1", "224.0.0.1", "240.0.0.1", lan.address, "192.168.1.1"]);

  it("must be on the list and be a machine that is not ours", () => {
    for (const giaddr of ["10.9.9.9", "127.0.0.9", "0.0.0.1", "224.0.0.1", "240.0.0.1", lan.address]) {
      expect(silenceOf(requestWith({ giaddr }), { relays })).toBe("relay-not-allowed");
    }
    const loopback = { name: "lo", address: "127.0.0.1", netmask: "255.0.0.0" };
    expect(replyTo(requestWith({ giaddr: "127.0.0.9" }), { relays, interfaces: [loopback] }).interfaceName).toBe("lo");
    expect(silenceOf(requestWith({ giaddr: "10.0.0.1" }), { relays, interfaces: [] })).toBe("no-interface");
  });

  it("is answered once, at giaddr's port 67, by the interface that leads there", () => {
    const far = replyTo(requestWith({ giaddr: "10.0.0.1" }), { ...both, relays });
    expect(far).toMatchObject({ interfaceName: "eth0", to: { address: "10.0.0.1", port: 67 }, via: "unicast" });
    const routed = replyTo(requestWith({ giaddr: "10.0.0.1" }), { ...both, relays, arrival: second });
    expect(routed).toMatchObject({ interfaceName: "eth1", from: { address: "10.2.0.1", port: 67 } });
    const near = { interfaces: [second, lan], relays };
    expect(replyTo(requestWith({ giaddr: "192.168.1.1" }), near).interfaceName).toBe("eth0");
    expect(replyTo(requestWith({ giaddr: "10.0.0.1", flags: 0 }), { relays }).reply.flags).toBe(0x8000);
  });

  it("needs the routing table when no served subnet holds it", () => {
    const context = contextOf({ ...both, relays: new Set(["10.0.0.1", "10.2.0.9"]) });
    expect(relayToRoute(octetsOf(requestWith({ giaddr: "10.0.0.1" })), context)).toBe("10.0.0.1");
    expect(relayToRoute(octetsOf(requestWith({ giaddr: "10.2.0.9" })), context)).toBeUndefined();
    expect(relayToRoute(octetsOf(requestWith({ giaddr: "10.9.9.9" })), context)).toBeUndefined();
    expect(relayToRoute(new Uint8Array(20), context)).toBeUndefined();
  });
});

describe("a request on the PXE port", () => {
  it("is answered at its source, from any port a client has", () => {
    for (const port of [68, 4011, 1024, 65535]) {
      expect(fromPxe("192.168.1.57", port)).toEqual({ address: "192.168.1.57", port });
    }
    expect(fromPxe("192.168.1.57", 68, "0.0.0.0")).toEqual({ address: "192.168.1.57", port: 68 });
    expect(fromPxe("0.0.0.0", 68, "192.168.1.57")).toEqual({ address: "192.168.1.57", port: 68 });
  });

  it.each([
    ["192.168.1.57", 67, "192.168.1.57", "source-port-not-allowed"],
    ["192.168.1.57", 53, "192.168.1.57", "source-port-not-allowed"],
    ["192.168.1.57", 1023, "192.168.1.57", "source-port-not-allowed"],
    ["192.168.1.57", 68, "192.168.1.58", "ciaddr-mismatch"],
    ["10.9.9.9", 68, "10.9.9.9", "source-not-local"],
    ["0.0.0.0", 68, "0.0.0.0", "no-return-address"],
    ["0.0.0.0", 68, "10.9.9.9", "source-not-local"],
    ["0.0.0.0", 68, "192.168.1.255", "source-not-local"],
    ["192.168.1.255", 68, "192.168.1.255", "source-not-local"],
    ["0.0.0.0", 68, "255.255.255.255", "source-not-local"],
    ["192.168.1.10", 68, "192.168.1.10", "own-traffic"],
  ] as const)("from %s:%i with ciaddr %s: %s", (address, port, ciaddr, reason) => {
    expect(fromPxe(address, port, ciaddr)).toBe(reason);
  });

  it("may come from further subnets of the configuration, and from the other interface's", () => {
    const clientSubnets = [subnet("10.9.0.0/16")];
    expect(fromPxe("10.9.9.9", 68, "10.9.9.9", { clientSubnets })).toEqual({ address: "10.9.9.9", port: 68 });
    expect(fromPxe("10.2.3.4", 68, "10.2.3.4", both)).toEqual({ address: "10.2.3.4", port: 68 });
    const reply = replyTo(pxeRequest("10.2.3.4"), {
      ...both,
      port: "pxe",
      arrival: second,
      source: { address: "10.2.3.4", port: 68 },
    });
    expect(reply).toMatchObject({ interfaceName: "eth1", from: { address: "10.2.0.1", port: 4011 }, via: "pxe" });
  });

  it("is answered by the address that was asked, also from the other side", () => {
    const source = { address: "192.168.1.57", port: 68 };
    const reply = replyTo(pxeRequest("192.168.1.57"), { ...both, port: "pxe", arrival: second, source });
    expect(reply).toMatchObject({ interfaceName: "eth1", from: { address: "10.2.0.1", port: 4011 }, to: source });
  });

  it("knows the ports of the configuration", () => {
    const ports = { dhcp: 67, pxe: 500, client: 600, relay: 67 };
    expect(fromPxe("192.168.1.57", 600, "192.168.1.57", { ports })).toEqual({ address: "192.168.1.57", port: 600 });
    expect(fromPxe("192.168.1.57", 500, "192.168.1.57", { ports })).toEqual({ address: "192.168.1.57", port: 500 });
    expect(fromPxe("192.168.1.57", 600)).toBe("source-port-not-allowed");
  });

  it("does not follow giaddr", () => {
    const request = pxeRequest("192.168.1.57", { giaddr: "10.9.9.9" });
    expect(replyTo(request, { port: "pxe" }).to).toEqual({ address: "192.168.1.57", port: 4011 });
  });
});

describe("subnets", () => {
  it("hold addresses with the first bit set", () => {
    expect(subnetContains(subnetOf(lan), "192.168.1.57")).toBe(true);
    expect(subnetContains(subnetOf(lan), "192.168.2.57")).toBe(false);
    expect(subnetContains(subnetOf({ ...lan, netmask: "0.0.0.0" }), "nonsense")).toBe(false);
    expect(["0.1.2.3", "1.2.3.4", "223.0.0.1", "224.0.0.1", "255.255.255.255"].map(isUnicast)).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });
});
