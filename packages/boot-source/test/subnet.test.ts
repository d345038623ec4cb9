import { BlockList, isIPv4, isIPv6 } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { networkOf, parseAddress, parseSubnet, subnetContains, subnetText } from "../src/core/subnet.ts";

describe("a subnet that a person wrote", () => {
  test.each([
    "0.0.0.0/0",
    "10.0.0.0/8",
    "192.168.11.0/24",
    "192.168.11.5/32",
    "fc00::/7",
    "::/0",
    "2001:db8::/32",
    "::1/128",
  ])("%s", (text) => {
    const result = parseSubnet(text);
    expect(result.ok && subnetText(result.subnet)).toBe(text === "::1/128" ? "0:0:0:0:0:0:0:1/128" : text);
  });

  test.each([
    ["10.0.0.0", "shape"],
    ["10.0.0.0/8/8", "shape"],
    ["10.0.0/8", "address"],
    ["10.0.0.01/8", "address"],
    ["/8", "address"],
    ["10.0.0.0/33", "prefix"],
    ["10.0.0.0/08", "prefix"],
    ["10.0.0.0/", "prefix"],
    ["fc00::/129", "prefix"],
  ])("%s is none: %s", (text, fault) => {
    expect(parseSubnet(text)).toEqual({ ok: false, fault });
  });

  test("host bits are refused, with the subnet that was meant", () => {
    expect(parseSubnet("192.168.1.5/24")).toEqual({ ok: false, fault: "host-bits", suggestion: "192.168.1.0/24" });
    expect(parseSubnet("2001:db8::5/64")).toEqual({ ok: false, fault: "host-bits", suggestion: "2001:db8::/64" });
  });
});

describe("the network of an address", () => {
  test("host bits are left aside, and a bare address is a network of one", () => {
    const texts = ["192.168.1.5/24", "10.1.2.3", "fe80::1%eth0"].map((text) => networkOf(text));
    expect(texts.map((subnet) => subnet && subnetText(subnet))).toEqual([
      "192.168.1.0/24",
      "10.1.2.3/32",
      "fe80:0:0:0:0:0:0:1/128",
    ]);
  });

  test.each(["", "host", "10.0.0.1/x", "10.0.0.1/33", "10.0.0.1/1/1", "1:2:3:4:5:6:7/64", ":::/8"])(
    "%j is none",
    (text) => {
      expect(networkOf(text)).toBeUndefined();
    },
  );
});

test("an IPv4 address in IPv6 notation is that IPv4 address", () => {
  const subnet = networkOf("10.0.0.0/8");
  expect(subnet && subnetContains(subnet, "::ffff:10.1.2.3")).toBe(true);
  expect(subnet && subnetContains(subnet, "::ffff:11.1.2.3")).toBe(false);
  expect(subnet && subnetContains(subnet, "::a01:203")).toBe(false);
});

const anyAddress = fc.oneof(fc.ipV4(), fc.ipV6());
const sixOf = (text: string): boolean => text.includes(":");
const likeAddress = fc.oneof(anyAddress, fc.stringMatching(/^[0-9a-f:.]{1,20}$/));

test("what is an address, is one for Node.js too", () => {
  fc.assert(
    fc.property(likeAddress, (text) => {
      expect(parseAddress(text) !== undefined).toBe(isIPv4(text) || isIPv6(text));
    }),
    { seed: 12, numRuns: 3000 },
  );
});

test("an address is in the same networks as for Node.js", () => {
  const near = fc.tuple(anyAddress, anyAddress, fc.nat(128)).filter(([one, other]) => sixOf(one) === sixOf(other));
  fc.assert(
    fc.property(near, ([base, address, bits]) => {
      const prefix = sixOf(base) ? bits : bits % 33;
      const list = new BlockList();
      list.addSubnet(base, prefix, sixOf(base) ? "ipv6" : "ipv4");
      const subnet = networkOf(`${base}/${prefix}`);
      for (const asked of [base, address]) {
        const mapped = parseAddress(asked)?.length === 1 && sixOf(asked);
        if (mapped || subnet === undefined) continue;
        expect(subnetContains(subnet, asked)).toBe(list.check(asked, sixOf(asked) ? "ipv6" : "ipv4"));
      }
    }),
    { seed: 12, numRuns: 2000 },
  );
});
