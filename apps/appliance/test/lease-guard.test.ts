import { createDiscover, type DhcpPacket, messageTypes, type OptionValues } from "@bootlace/dhcp-core";
import { expect, test } from "vitest";
import type { ApplianceEvent, Network } from "../src/events/event.ts";
import { leaseGuard } from "../src/log/lease-guard.ts";

const ours = "192.168.50.10";
const network: Network = {
  addresses: [ours, "127.0.0.1"],
  macs: ["52:54:00:aa:00:01"],
  served: [],
  subnets: [],
  fileServers: [],
  httpPorts: [],
};

function packet(options: OptionValues, fields: Partial<DhcpPacket> = {}, mac = "02:00:00:00:00:07"): DhcpPacket {
  const made = createDiscover({ mac, xid: 1, options });
  if (!made.ok) throw new Error(made.field);
  return { ...made.packet, ...fields };
}

function sent(request: DhcpPacket, time = 0): ApplianceEvent {
  const event = { type: "packet", time, port: "dhcp", request, source: { address: "0.0.0.0", port: 68 }, replies: [] };
  return { kind: "dhcp", event } as unknown as ApplianceEvent;
}

const asks = { messageType: messageTypes.REQUEST, serverIdentifier: "192.168.50.1", requestedAddress: ours };

test("an address of ours that a DHCP server gives away: in a REQUEST, a DECLINE, and an ACK that is heard", () => {
  const reply = packet({ messageType: messageTypes.ACK, serverIdentifier: "192.168.50.1" }, { op: 2, yiaddr: ours });
  const source = { address: "192.168.50.1", port: 67 };
  const events: ApplianceEvent[] = [
    sent(packet(asks)),
    sent(packet({ ...asks, messageType: messageTypes.DECLINE })),
    { kind: "appliance", event: { type: "overheard", time: 0, source, reply } },
  ];
  for (const event of events) {
    expect(leaseGuard()(event, network)).toMatchObject({
      level: "warn",
      event: "dhcp.leases-our-address",
      fields: { mac: "02:00:00:00:00:07", ip: ours, server: "192.168.50.1" },
    });
  }
});

test("a machine that says it has an address of ours", () => {
  for (const messageType of [messageTypes.REQUEST, messageTypes.INFORM, messageTypes.RELEASE]) {
    const record = leaseGuard()(sent(packet({ messageType }, { ciaddr: ours })), network);
    expect(record).toMatchObject({ level: "warn", event: "dhcp.address-in-use", fields: { ip: ours } });
    expect(record?.message).toBe(
      "02:00:00:00:00:07 uses the address 192.168.50.10, which is Bootlace's own: clients may reach either of the two. Give one of them another address",
    );
  }
});

test("neither for this machine itself, nor for other addresses, nor for one that is only asked for again", () => {
  const guard = leaseGuard();
  const quiet = [
    packet(asks, {}, "52:54:00:aa:00:01"),
    packet({ messageType: messageTypes.INFORM }, { ciaddr: ours }, "52:54:00:aa:00:01"),
    packet({ messageType: messageTypes.INFORM }, { ciaddr: "192.168.50.11" }),
    packet({ messageType: messageTypes.INFORM }, { ciaddr: "127.0.0.1" }),
    packet({ ...asks, requestedAddress: "192.168.50.11" }),
    packet({ messageType: messageTypes.REQUEST, requestedAddress: ours }),
    packet({ ...asks, messageType: messageTypes.DISCOVER }),
  ];
  expect(quiet.map((request) => guard(sent(request), network))).toEqual(quiet.map(() => undefined));
});

test("one line an hour for the same address and machine", () => {
  const guard = leaseGuard();
  const uses = packet({ messageType: messageTypes.INFORM }, { ciaddr: ours });
  const times = [0, 60_000, 3_599_999, 3_600_000].map((time) => guard(sent(uses, time), network)?.event);
  expect(times).toEqual(["dhcp.address-in-use", undefined, undefined, "dhcp.address-in-use"]);
  expect(guard(sent(packet(asks), 3_600_001), network)?.event).toBe("dhcp.leases-our-address");
});
