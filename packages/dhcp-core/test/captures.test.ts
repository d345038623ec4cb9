import { describe, expect, test } from "vitest";
import { fieldText, formatMac, hardwareAddress } from "../src/index.ts";
import { captured, decoded, encoded, hex, toHex } from "./support.ts";

/**
 * What captured packets lose on the way through decode and encode. Everything else comes out octet by octet.
 * busybox udhcpc sends requests without padding, which become 300 octets.
 */
const paddedTo300 = captured.filter((one) => one.hex.length / 2 < 300);

describe("captured packets", () => {
  test("there are enough of them, of every role", () => {
    expect(captured.length).toBe(293);
    expect(new Set(captured.map((one) => one.role))).toEqual(new Set(["client", "router", "proxy", "proxy2", "relay"]));
    expect(paddedTo300.map((one) => `${one.role} ${one.type} ${one.hex.length / 2}`).sort()).toEqual([
      ...Array(3).fill("client DISCOVER 253"),
      ...Array(3).fill("client REQUEST 265"),
    ]);
  });

  test.each(captured)("$label $n: $role $type reads as the capture says", (one) => {
    const packet = decoded(hex(one.hex));
    expect({
      op: packet.op,
      hlen: packet.hlen,
      hops: packet.hops,
      xid: packet.xid.toString(16).padStart(8, "0"),
      secs: packet.secs,
      flags: packet.flags.toString(16).padStart(4, "0"),
      ciaddr: packet.ciaddr,
      yiaddr: packet.yiaddr,
      siaddr: packet.siaddr,
      giaddr: packet.giaddr,
      chaddr: formatMac(hardwareAddress(packet)),
      sname: fieldText(packet.sname),
      file: fieldText(packet.file),
      order: [...packet.options.keys(), 255],
      opts: Object.fromEntries([...packet.options].map(([code, bytes]) => [code, toHex(bytes)])),
      notes: packet.notes,
    }).toEqual({
      op: one.op,
      hlen: one.hlen,
      hops: one.hops,
      xid: one.xid,
      secs: one.secs,
      flags: one.flags,
      ciaddr: one.ciaddr,
      yiaddr: one.yiaddr,
      siaddr: one.siaddr,
      giaddr: one.giaddr,
      chaddr: one.chaddr,
      sname: one.sname,
      file: one.file,
      order: one.order,
      opts: one.opts,
      notes: [],
    });
  });

  test.each(captured)("$label $n: $role $type is written as it was", (one) => {
    expect(toHex(encoded(decoded(hex(one.hex))))).toBe(one.hex.padEnd(600, "0"));
  });
});
