import { networkInterfaces } from "node:os";
import { expect, it } from "vitest";
import { systemInterfaces } from "../src/system-interfaces.ts";

function shortage(): never {
  throw new Error("uv_interface_addresses returned EMFILE");
}

it("keeps what it saw when the system cannot answer without a free descriptor", () => {
  const lan = { address: "192.168.11.109", netmask: "255.255.255.0", family: "IPv4" as const, internal: false };
  const before = systemInterfaces(() => ({ eth0: [{ ...lan, mac: "52:54:00:00:00:01", cidr: "192.168.11.109/24" }] }));
  expect(before).toEqual([{ name: "eth0", address: lan.address, netmask: lan.netmask }]);
  expect(systemInterfaces(shortage)).toEqual(before);
  expect(systemInterfaces(() => ({}))).toEqual([]);
  expect(systemInterfaces(networkInterfaces).every(({ address }) => !address.startsWith("127."))).toBe(true);
});
