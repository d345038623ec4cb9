import { expect, test } from "vitest";
import { clientFilter } from "../src/client-filter.ts";
import { isLoopback } from "../src/own-addresses.ts";

test.each([
  ["127.0.0.1", true],
  ["10.1.2.3", true],
  ["172.31.0.1", true],
  ["172.32.0.1", false],
  ["192.168.11.50", true],
  ["169.254.1.1", true],
  ["100.100.1.1", true],
  ["8.8.8.8", false],
  ["0.0.0.0", false],
  ["224.0.0.1", false],
  ["255.255.255.255", false],
  ["::1", true],
  ["fe80::1%eth0", true],
  ["fd00::1", true],
  ["2001:db8::1", false],
  ["ff02::1", false],
])("by default %s is served: %s", (address, expected) => {
  const filter = clientFilter(undefined);
  expect([filter.allows(address), filter.allows(address)]).toEqual([expected, expected]);
});

test("addresses and subnets that are named, and no others", () => {
  const filter = clientFilter(["192.0.2.0/24", "198.51.100.7", "2001:db8::/32", "224.0.0.0/4"]);
  const asked = ["192.0.2.9", "198.51.100.7", "2001:db8::9", "198.51.100.8", "10.0.0.1", "224.0.0.1"];
  expect(asked.map((address) => filter.allows(address))).toEqual([true, true, true, false, false, false]);
});

test("ten thousand strangers are not all remembered for ever", () => {
  const filter = clientFilter(["10.0.0.0/8"]);
  for (let n = 0; n < 10_000; n++) expect(filter.allows(`11.0.${n >> 8}.${n & 255}`)).toBe(false);
  expect(filter.allows("10.0.0.1")).toBe(true);
});

test("loopback", () => {
  expect(["127.0.0.1", "127.9.9.9", "::1", "128.0.0.1", "10.127.0.1"].map(isLoopback)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

test("text that is no address is not served, and a subnet that is none is refused", () => {
  expect(clientFilter(["10.0.0.0/8"]).allows("10.0.0")).toBe(false);
  expect(clientFilter(["10.0.0.0/8"]).allows("::ffff:10.0.0.1")).toBe(true);
  expect(() => clientFilter(["10.0.0.0/33"])).toThrow("clientFilter: argument subnets[0] must be an address");
  expect(() => clientFilter("10.0.0.0/8" as never)).toThrow("clientFilter: argument subnets must be a list");
});
