import { pxeDiscover } from "@bootlace/pxe-client";
import { describe, expect, test } from "vitest";
import { readDhcp } from "../src/bootp.ts";
import { breaches } from "../src/lan-laws.ts";
import { datagram, dhcpMessage } from "./frames.ts";

const PROXY = "192.168.11.109";
const SERVER_ID = [192, 168, 11, 109];
const discover = datagram(
  "0.0.0.0:68",
  "255.255.255.255:67",
  dhcpMessage(1, 7, { 53: [1], 60: "PXEClient:Arch:00000" }),
);
const ordinary = datagram("0.0.0.0:68", "255.255.255.255:67", dhcpMessage(1, 8, { 53: [1] }));
const from = (payload: Uint8Array, port = 67) => datagram(`${PROXY}:${port}`, "255.255.255.255:68", payload);
const offer = (xid: number, more = {}, yiaddr?: number[]) =>
  dhcpMessage(2, xid, { 53: [2], 54: SERVER_ID, 60: "PXEClient", ...more }, yiaddr);

describe("breaches", () => {
  test("an offer and an ACK to a network-boot client are lawful", () => {
    expect(breaches([discover, from(offer(7)), from(offer(7, { 53: [5] }), 4011)], PROXY)).toEqual([]);
  });

  test("others may do what they like", () => {
    const lease = datagram("192.168.11.1:67", "192.168.11.50:68", offer(8, {}, [192, 168, 11, 50]));
    expect(breaches([ordinary, lease], PROXY)).toEqual([]);
  });

  test("a further class is lawful where the config names it", () => {
    const board = datagram("0.0.0.0:68", "255.255.255.255:67", dhcpMessage(1, 9, { 53: [1], 60: "U-Boot.armv8" }));
    const answered = [board, from(offer(9, { 60: "U-Boot" }))];
    expect(breaches(answered, PROXY, ["U-Boot"])).toEqual([]);
    expect(breaches(answered, PROXY)).toHaveLength(2);
  });

  test.each([
    ["gives out the address 192.168.11.50", [discover, from(offer(7, {}, [192, 168, 11, 50]))]],
    ["message type 6", [discover, from(offer(7, { 53: [6] }))]],
    ["message type undefined", [discover, from(dhcpMessage(2, 7, { 54: SERVER_ID, 60: "PXEClient" }))]],
    ["nobody asked", [ordinary, from(offer(8))]],
    ["nobody asked", [from(offer(7)), discover]],
    ["no vendor class", [discover, from(dhcpMessage(2, 7, { 53: [2], 54: SERVER_ID }))]],
    ["not its own server identifier", [discover, from(offer(7, { 54: [192, 168, 11, 1] }))]],
    ["not a DHCP reply", [discover, from(Uint8Array.of(1, 2, 3))]],
    ["not a DHCP reply", [discover, from(dhcpMessage(1, 7, { 53: [1] }))]],
  ])("finds: %s", (text, datagrams) => {
    expect(breaches(datagrams, PROXY)).toEqual([expect.stringContaining(text)]);
  });
});

describe("readDhcp", () => {
  test("reads what pxeDiscover writes", () => {
    const message = readDhcp(
      pxeDiscover({
        mac: "52:54:00:ae:00:31",
        xid: 0x12345678,
        vendorClass: "PXEClient:Arch:00999",
        architecture: 999,
      }),
    );
    expect(message).toMatchObject({ op: 1, xid: 0x12345678, yiaddr: "0.0.0.0", giaddr: "0.0.0.0" });
    expect([...(message?.options.get(93) ?? [])]).toEqual([3, 0xe7]);
  });

  test.each([
    ["too short", new Uint8Array(239)],
    ["no magic cookie", new Uint8Array(300)],
    ["an option beyond the end", dhcpMessage(1, 1, { 60: "PXEClient" }).subarray(0, 245)],
  ])("%s: undefined", (_, bytes) => {
    expect(readDhcp(bytes)).toBeUndefined();
  });
});
