import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BOOTREPLY,
  BROADCAST_FLAG,
  type CreatedPacket,
  createDiscover,
  createPacket,
  createReply,
  type DhcpPacket,
  fieldText,
  formatMac,
  hardwareAddress,
  messageTypes,
  type OptionValues,
  optionByCode,
  optionValue,
} from "../src/index.ts";
import { cases, packets } from "./arbitraries.ts";
import { decoded, encoded, hex, runs, toHex } from "./support.ts";

const mac = "52:54:00:12:34:56";

function made(result: CreatedPacket): DhcpPacket {
  if (!result.ok) throw new Error(`${result.field}: ${result.fault.expected}`);
  return result.packet;
}

const discover = (options: OptionValues = {}) => made(createDiscover({ mac, xid: 7, options }));

describe("createDiscover", () => {
  test("asks as a client without an address does", () => {
    const packet = discover({ vendorClassIdentifier: "PXEClient", clientArch: [7] });
    expect(decoded(encoded(packet))).toMatchObject({
      ...{ op: 1, htype: 1, hlen: 6, hops: 0, xid: 7, secs: 0, flags: BROADCAST_FLAG },
      ...{ ciaddr: "0.0.0.0", yiaddr: "0.0.0.0", siaddr: "0.0.0.0", giaddr: "0.0.0.0" },
    });
    expect(formatMac(hardwareAddress(packet))).toBe(mac);
    expect([...packet.options].map(([code, bytes]) => [code, toHex(bytes)])).toEqual([
      [53, "01"],
      [60, "505845436c69656e74"],
      [93, "0007"],
    ]);
  });

  test("header fields and the message type may be others", () => {
    const packet = made(
      createDiscover({
        mac: "01-52-54-00-12-34-56",
        xid: 0xffffffff,
        flags: 0,
        secs: 4,
        ciaddr: "10.0.0.7",
        giaddr: "10.0.0.1",
        options: { hostName: "pc", messageType: messageTypes.REQUEST },
      }),
    );
    expect(decoded(encoded(packet))).toMatchObject({
      ...{ xid: 0xffffffff, flags: 0, secs: 4, ciaddr: "10.0.0.7", giaddr: "10.0.0.1" },
    });
    expect([...packet.options.keys()]).toEqual([53, 12]);
    expect(optionValue(packet, "messageType")).toBe(messageTypes.REQUEST);
  });

  test("what cannot be written is named", () => {
    expect(createDiscover({ mac: "52:54", xid: 1 })).toMatchObject({ ok: false, field: "mac" });
    expect(createDiscover({ mac, xid: 1, options: { router: ["10.0.0"] } })).toMatchObject({
      ok: false,
      field: "router",
      fault: { code: "bad-value" },
    });
  });

  test("every row of the table reaches the packet and is read back", () => {
    for (const { name, format, values } of cases) {
      const row = [...Array(256).keys()].map(optionByCode).find((one) => one?.name === name);
      // Option 52 is a matter of the codec, and rows of sub-options are in no packet by themselves.
      if (row === undefined || row.code === 52) continue;
      const [value] = fc.sample(values, { numRuns: 1, seed: row.code });
      const bytes = format.encode(value);
      if (!bytes.ok || bytes.bytes.length > 255) throw new Error(name);
      const read = decoded(encoded(discover({ [name]: value })));
      expect(read.options.get(row.code)).toEqual(bytes.bytes);
    }
  });
});

describe("createReply", () => {
  const relayed = { hops: 1, secs: 9, giaddr: "10.0.0.1", ciaddr: "10.0.0.7" };
  const asked = (messageType: number) => ({
    ...discover({
      messageType,
      clientIdentifier: hex("01525400123456"),
      hostName: "pc",
      relayAgentInformation: { circuitId: hex("6162") },
    }),
    ...relayed,
  });

  test("an OFFER has the request's numbers, the given fields, and options 61 and 82 as they came", () => {
    const request = asked(messageTypes.DISCOVER);
    const reply = made(
      createReply(request, {
        ...{ siaddr: "10.0.0.9", sname: "10.0.0.9", file: "pxelinux.0" },
        options: { serverIdentifier: "10.0.0.9", vendorClassIdentifier: "PXEClient" },
      }),
    );
    expect(reply).toMatchObject({
      ...{ op: BOOTREPLY, htype: 1, hlen: 6, hops: 0, xid: 7, secs: 0, flags: BROADCAST_FLAG },
      ...{ ciaddr: "0.0.0.0", yiaddr: "0.0.0.0", siaddr: "10.0.0.9", giaddr: "10.0.0.1", chaddr: request.chaddr },
    });
    expect([fieldText(reply.sname), fieldText(reply.file)]).toEqual(["10.0.0.9", "pxelinux.0"]);
    expect([...reply.options].map(([code, bytes]) => [code, toHex(bytes)])).toEqual([
      [53, "02"],
      [54, "0a000009"],
      [60, "505845436c69656e74"],
      [61, "01525400123456"],
      [82, "01026162"],
    ]);
  });

  test.each([
    ["DISCOVER", "OFFER", "0.0.0.0"],
    ["REQUEST", "ACK", "10.0.0.7"],
    ["INFORM", "ACK", "10.0.0.7"],
  ] as const)("%s is answered by %s with ciaddr %s", (type, answer, ciaddr) => {
    const reply = made(createReply(asked(messageTypes[type])));
    expect(optionValue(reply, "messageType")).toBe(messageTypes[answer]);
    expect(reply.ciaddr).toBe(ciaddr);
  });

  test("a NAK is had by its type, and BOOTP gets no type", () => {
    const nak = made(createReply(asked(messageTypes.REQUEST), { options: { messageType: messageTypes.NAK } }));
    expect(optionValue(nak, "messageType")).toBe(messageTypes.NAK);
    expect(nak.ciaddr).toBe("0.0.0.0");
    const bootp = made(createReply(createPacket({ xid: 3 }), { yiaddr: "10.0.0.7" }));
    expect(bootp.options.size).toBe(0);
    expect(decoded(encoded(bootp))).toMatchObject({ op: BOOTREPLY, xid: 3, yiaddr: "10.0.0.7" });
  });

  test("an own client identifier is kept", () => {
    const own = hex("0001");
    const reply = made(createReply(asked(messageTypes.DISCOVER), { options: { clientIdentifier: own } }));
    expect(reply.options.get(61)).toEqual(own);
  });

  test.each([
    ["messageType", createPacket({ options: new Map([[53, hex("07")]]) }), {}],
    ["messageType", createPacket({ options: new Map([[53, hex("0101")]]) }), {}],
    ["file", createPacket(), { file: "x".repeat(128) }],
    ["file", createPacket(), { file: "a\0b" }],
    ["sname", createPacket(), { sname: "x".repeat(64) }],
    ["router", createPacket(), { options: { router: ["10.0.0"] } }],
  ] as const)("%s is named when it cannot be written", (field, request, reply) => {
    expect(createReply(request, reply)).toMatchObject({ ok: false, field });
  });

  test("any packet with a reply gets one that can be written and names the same exchange", () => {
    let replies = 0;
    fc.assert(
      fc.property(packets, fc.constantFrom(1, 3, 8), (packet, type) => {
        const request = { ...packet, options: new Map([...packet.options, [53, Uint8Array.of(type)]]) };
        const back = decoded(encoded(made(createReply(request)), { longOptions: "split" }));
        replies++;
        const { htype, hlen, xid, flags, giaddr, chaddr } = request;
        expect(back).toMatchObject({ op: BOOTREPLY, htype, hlen, xid, flags, giaddr, chaddr });
        for (const code of [61, 82]) expect(back.options.get(code)).toEqual(request.options.get(code));
      }),
      runs(100),
    );
    expect(replies).toBeGreaterThan(50);
  });
});
