import { pxeDiscover } from "@bootlace/pxe-client";
import { expect, test } from "vitest";
import { disagreements } from "../src/second-opinion.ts";
import { datagram, dhcpMessage } from "./frames.ts";

const from = (payload: Uint8Array) => datagram("192.168.11.1:67", "255.255.255.255:68", payload);

test("both readers agree on a crafted DISCOVER and on an offer", () => {
  const vendorClass = "PXEClient:Arch:00000:UNDI:003000";
  const discover = pxeDiscover({ mac: "52:54:00:ae:00:31", xid: 9, vendorClass, architecture: 0 });
  expect(disagreements([from(discover), from(dhcpMessage(2, 9, { 53: [2], 82: [1, 2, 3, 4] }))])).toEqual([]);
});

test("what is no DHCP message is not looked at", () => {
  expect(disagreements([from(new Uint8Array(20)), from(new Uint8Array(400))])).toEqual([]);
});

test("a message that only one of the two can read is reported", () => {
  // RFC 3396 section 7: an option that comes twice is joined. The small reader keeps the last one.
  const twice = dhcpMessage(1, 9, { 53: [1], 60: "PXE" });
  const doubled = new Uint8Array([...twice.subarray(0, -1), 60, 1, 0x58, 255]);
  expect(disagreements([from(doubled)])).toEqual([expect.stringContaining("other options")]);
});
